#!/usr/bin/env bash
# Replace secrets, e.g. because they have leaked, and bring the new ones into use:
#   compose/rotate-secrets.sh KIND…      in the order given
#     signing     the next key signs access tokens; the old one verifies until its last token expires
#     sessions    refresh tokens are derived anew: everybody signs in again
#     encryption  second factors and signing keys are encrypted with a new key
#     services    what the gateway shows auth_service
#     databases   passwords of all roles of PostgreSQL
#     redis       its password
# Services are replaced one by one (roll-out.sh), so nobody is turned away. A new secret and the one
# before both count until every service has the new one. Where a step fails, run it again.
set -euo pipefail
cd "$(dirname "$0")/.."
read -r -a compose <<<"${COMPOSE:-docker compose}"
compose() { "${compose[@]}" "$@"; }
folder=${SECRETS:-$(compose config --format json | sed -n 's/.*"file": "\(.*\)\/redis_url".*/\1/p' | head -1)}

read_secret() { cat "$folder/$1"; }

write_secret() { # name, value
    printf '%s\n' "$2" >"$folder/$1.part"
    mv "$folder/$1.part" "$folder/$1"
}

anew() { # names: each gets another random value, as `make secrets` makes it
    (cd "$folder" && rm -f -- "$@")
    secrets/create.sh "$folder"
}

# A file that was replaced is seen by whoever starts after that.
afresh() { # parts: those of them that run are made anew
    local running
    mapfile -t running < <(compose --profile '*' ps --services --status running | grep -xF "$(printf '%s\n' "$@")")
    [[ ${#running[@]} == 0 ]] ||
        compose --profile '*' up --detach --no-deps --no-build --force-recreate "${running[@]}"
}

sql() { compose exec --no-TTY postgres psql --username=postgres --quiet --set=ON_ERROR_STOP=1 --file=-; }

rotate_signing() { compose exec --no-TTY auth_service python -m auth_service rotate-signing-key; }

rotate_sessions() {
    anew auth_secret_key
    compose/roll-out.sh auth_service
}

rotate_encryption() {
    local new
    new="$(date +%Y%m%d%H%M%S):$(head -c 32 /dev/urandom | base64)"
    write_secret encryption_keys "$new,$(read_secret encryption_keys)"
    compose/roll-out.sh auth_service
    compose exec --no-TTY auth_service python -m auth_service rotate-encryption-key
    write_secret encryption_keys "$new"
    compose/roll-out.sh auth_service
}

rotate_services() {
    local before
    before=$(read_secret service_secrets)
    anew service_secrets service_secret
    local after
    after=$(read_secret service_secrets)
    write_secret service_secrets "$after,$before"
    compose/roll-out.sh auth_service gateway
    write_secret service_secrets "$after"
    compose/roll-out.sh auth_service
}

# A role has one password; connections that are open go on, and the services follow at once.
rotate_databases() {
    local name user password
    for name in auth_database_url auth_migration_database_url patient_database_url patient_migration_database_url; do
        anew "$name"
        IFS=: read -r user password < <(sed -E 's|.*//([^:]+):([^@]+)@.*|\1:\2|' "$folder/$name")
        echo "ALTER ROLE \"$user\" PASSWORD '$password';" | sql
    done
    anew postgres_password
    echo "ALTER ROLE postgres PASSWORD '$(read_secret postgres_password)';" | sql
    compose/roll-out.sh auth_service patient_service
    afresh sweep backup postgres-exporter
}

rotate_redis() {
    local before after
    # What Redis was started with: the folder's may be new already, by a run that was cut off.
    before=$(compose exec --no-TTY redis cut -d" " -f2 /run/secrets/redis_conf)
    anew redis_url redis_conf
    after=$(cut -d" " -f2 "$folder/redis_conf")
    redis_acl "$before" ">$after"
    compose/roll-out.sh auth_service patient_service gateway
    afresh follower sweep redis-exporter
    # From its start on it knows the new one only, and its health check reads the new file. The second
    # that this takes, services do without it.
    compose restart redis
    compose up --detach --no-deps --no-build --no-recreate --wait redis
}

redis_acl() { # password, change
    compose exec --no-TTY --env "REDISCLI_AUTH=$1" redis redis-cli ACL SETUSER default "$2" | grep -qx OK
}

for kind in "$@"; do
    declare -F "rotate_$kind" >/dev/null || { echo "There is no kind of secrets called $kind; see the head of this script." >&2; exit 2; }
done
for kind in "$@"; do
    echo "Rotating $kind"
    "rotate_$kind"
done
