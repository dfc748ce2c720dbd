#!/usr/bin/env bash
# Bring a running Dermis to the settings, secrets and images that .env names, without a pause:
#   compose/roll-out.sh [SERVICE…]       only those services, without migrations
# Migrations first; then a second container of each service beside the old one, which ends once the
# new one is healthy. One that doesn't become healthy is taken away again, and the old one stays.
# Called again with the former VERSION in .env it rolls back; a newer schema doesn't matter.
set -euo pipefail
cd "$(dirname "$0")/.."
read -r -a compose <<<"${COMPOSE:-docker compose}"
minutes=5

compose() { "${compose[@]}" "$@"; }

bring_up() { # arguments of `compose up`…
    compose up --detach --no-deps --no-build --wait --wait-timeout "$((minutes * 60))" "$@"
}

replace() { # service
    local old new
    mapfile -t old < <(compose ps --quiet "$1")
    echo "Replacing $1"
    if ! bring_up --no-recreate --scale "$1=$((${#old[@]} + 1))" "$1"; then
        mapfile -t new < <(compose ps --all --quiet "$1" | grep -vxF "$(printf '%s\n' "${old[@]}")")
        compose logs --tail 5 "$1" >&2
        docker rm --force "${new[@]}" >/dev/null
        echo "The new $1 did not become healthy; the old one goes on, and nothing after it was replaced." >&2
        exit 1
    fi
    # What it has begun it finishes; nobody new is sent to it.
    [[ ${#old[@]} == 0 ]] || docker stop "${old[@]}" >/dev/null
    [[ ${#old[@]} == 0 ]] || docker rm "${old[@]}" >/dev/null
}

compose config --quiet
if (($#)); then
    for service in "$@"; do
        replace "$service"
    done
    exit
fi
for job in migrate_auth migrate_patient; do
    compose run --rm --no-TTY "$job"
done
for service in auth_service patient_service gateway; do
    replace "$service"
done
# The rest is replaced where it differs: photos wait for TorchServe and are assessed then.
mapfile -t rest < <(compose config --services | grep -vxF nginx)
# In an older release nginx itself held the port that is now the entrance's.
[[ -n $(compose ps --quiet entrance) ]] || compose rm --stop --force nginx
bring_up "${rest[@]}"
replace nginx
