#!/bin/bash
# A checked backup a day, and none that is too old:
#   postgres/scheduled_backup.sh BACKUPS [STORE…]     each backup goes into BACKUPS/DATE
# Connects as backup.sh does. The databases' comments say when the newest good backup was made;
# auth_service exports it as a metric.
#   BACKUP_HOURS   hours between two backups (24)
#   BACKUP_DAYS    days that a backup is kept (30)
#   POINT_IN_TIME  on: with the server's files; and BACKUPS/wal is PostgreSQL's archive of its log
#   ONCE           make one now and end
set -euo pipefail
backups=$1
shift
here=$(dirname "$0")
# shellcheck source=postgres/backup_files.sh
source "$here/backup_files.sh"

good_backup() { # store…
    local at folder
    at=$(date --utc +%FT%H-%M-%SZ)
    folder=$backups/$at
    "$here/backup.sh" "$folder" "$@" || return 1
    if ! "$here/check_backup.sh" "$folder"; then
        mv "$folder" "$folder.bad"
        return 1
    fi
    for database in ${DATABASES:-auth patients}; do
        sql postgres "COMMENT ON DATABASE $database IS 'backup $(date --utc +%FT%TZ)'"
    done
    find "$backups" -mindepth 1 -maxdepth 1 -name '20*' -mtime "+${BACKUP_DAYS:-30}" -exec rm -rf {} +
    if [[ -d $backups/wal ]]; then
        # The oldest backup needs what came since, and may be a day older.
        find "$backups/wal" -type f -mtime "+$((${BACKUP_DAYS:-30} + 2))" -delete
    fi
}

if [[ ${POINT_IN_TIME:-off} == on ]]; then
    # PostgreSQL's own user writes there.
    install --directory --mode=0700 "$backups/wal"
    chown --reference="$(dirname "$(find /var/lib/postgresql -maxdepth 3 -name PG_VERSION -print -quit)")" "$backups/wal"
fi
if [[ -n ${ONCE:-} ]]; then
    good_backup "$@"
    exit
fi
seconds=$((${BACKUP_HOURS:-24} * 3600))
while :; do
    newest=$(find "$backups" -mindepth 1 -maxdepth 1 -name '20*Z' -printf '%T@\n' | sort -n | tail -1)
    due=$((${newest%.*} + seconds - $(date +%s)))
    if ((due <= 0)) && ! good_backup "$@"; then
        echo "The backup failed; the next try is in an hour." >&2
        due=3600
    fi
    # In steps, for a machine that was asleep.
    sleep "$((due <= 0 ? 1 : due < 600 ? due : 600))"
done
