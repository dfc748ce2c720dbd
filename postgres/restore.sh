#!/bin/bash
# Bring back what backup.sh copied, in place of what is there; services must be stopped:
#   postgres/restore.sh FOLDER [STORE…]
# Everything is unpacked beside what is there first; only then do the copies take its place. So a
# restore that fails, on a full disk or a damaged file, has changed nothing.
# The roles must exist (postgres/roles.sh makes them), for their passwords are in no backup.
set -euo pipefail
folder=$1
shift
# shellcheck source=postgres/backup_files.sh
source "$(dirname "$0")/backup_files.sh"
(cd "$folder" && sha256sum --quiet --check SHA256SUMS)

is_there() { [[ $(sql postgres "SELECT count(*) FROM pg_database WHERE datname = '$1'") == 1 ]]; }

for store in "$@"; do
    [[ $(parts "$folder" tar) == *"$(basename "$store").tar"* ]] ||
        { echo "$folder has no copy of $store." >&2; exit 1; }
done

# Beside: databases as NAME_restored, stores as STORE/.restored.
for dump in $(parts "$folder" dump); do
    database=${dump%.dump}
    if is_there "$database"; then
        sql postgres "DROP DATABASE IF EXISTS ${database}_restored WITH (FORCE)"
        owner=$(sql postgres "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = '$database'")
        sql postgres "CREATE DATABASE ${database}_restored TEMPLATE template0 OWNER \"$owner\""
        opened "$folder/$dump" | pg_restore --exit-on-error --dbname="${database}_restored"
    fi
done
for store in "$@"; do
    rm -rf "$store/.restored"
    mkdir -p "$store/.restored"
    opened "$folder/$(basename "$store").tar" | tar --extract --directory="$store/.restored"
done

# In its place: a session that is still open ends, and none begins meanwhile.
for dump in $(parts "$folder" dump); do
    database=${dump%.dump}
    if is_there "$database"; then
        sql postgres "ALTER DATABASE $database ALLOW_CONNECTIONS false"
        sql postgres "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '$database'" >/dev/null
        # Who may connect is the database's own, and in no dump without --create.
        grants=$(sql postgres "SELECT format('GRANT %s ON DATABASE ${database}_restored TO %s;', privilege_type,
                CASE grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END)
            FROM pg_database, aclexplode(datacl) WHERE datname = '$database' AND grantee <> datdba")
        if [[ -n $grants ]]; then
            sql postgres "REVOKE ALL ON DATABASE ${database}_restored FROM PUBLIC; $grants"
        fi
        # When the newest good backup was made: the alert BackupOld asks for it (scheduled_backup.sh).
        made=$(sql postgres "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = '$database'")
        sql postgres "COMMENT ON DATABASE ${database}_restored IS \$comment\$$made\$comment\$"
        sql postgres "ALTER DATABASE $database RENAME TO ${database}_before"
        sql postgres "ALTER DATABASE ${database}_restored RENAME TO $database"
    else
        opened "$folder/$dump" | pg_restore --create --exit-on-error --dbname=postgres
    fi
done
for store in "$@"; do
    find "$store" -mindepth 1 -maxdepth 1 ! -name .restored -exec rm -rf {} +
    find "$store/.restored" -mindepth 1 -maxdepth 1 -exec mv -t "$store" {} +
    rmdir "$store/.restored"
done
for dump in $(parts "$folder" dump); do
    sql postgres "DROP DATABASE IF EXISTS ${dump%.dump}_before WITH (FORCE)"
done
echo "Restored from $folder."
