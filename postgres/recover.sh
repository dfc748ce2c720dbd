#!/bin/bash
# Go back to any moment since a backup that was made with POINT_IN_TIME=on; PostgreSQL must be stopped:
#   postgres/recover.sh BACKUP MOMENT [DATA]   e.g. recover.sh /backups/2026-12-01T02-30-00Z '2026-12-01 10:41:00+00'
# MOMENT may be `latest`. DATA is the server's folder; the one of postgres' image where none is given.
# The backup is unpacked and checked beside what is there, then takes its place: what was there stays
# as DATA.before. The server does the rest when it starts, with the segments of the write-ahead log.
set -euo pipefail
folder=$1 moment=$2
data=${3:-$(dirname "$(find /var/lib/postgresql -maxdepth 3 -name PG_VERSION -not -path '*.before/*' -print -quit)")}
# shellcheck source=postgres/backup_files.sh
source "$(dirname "$0")/backup_files.sh"
exists "$folder/base.tar.gz" || { echo "$folder was made without POINT_IN_TIME=on." >&2; exit 1; }
[[ -e $data/PG_VERSION ]] || { echo "There is no data of PostgreSQL in $data." >&2; exit 1; }
[[ ! -e $data/postmaster.pid ]] || { echo "PostgreSQL runs on $data (or was killed: start and stop it)." >&2; exit 1; }
[[ ! -e $data.before ]] || { echo "$data.before is left from an earlier recovery: delete it first." >&2; exit 1; }
(cd "$folder" && sha256sum --quiet --check SHA256SUMS)

rm -rf "$data.recovered"
mkdir -m 0700 "$data.recovered"
opened "$folder/base.tar.gz" | tar --extract --gzip --directory="$data.recovered"
pg_verifybackup --no-parse-wal --quiet "$data.recovered"
# What was not archived yet, if the disk has survived.
find "$data/pg_wal" -maxdepth 1 -type f -name '????????????????????????' -exec cp --target-directory="$data.recovered/pg_wal" {} +
{
    echo "restore_command = '${RESTORE_COMMAND:-/scripts/fetch_segment.sh \"%f\" \"%p\"}'"
    echo "recovery_target_time = '${moment/#latest/}'"
    echo "recovery_target_action = 'promote'"
    # Nobody connects before it is there.
    echo "hot_standby = off"
} >>"$data.recovered/postgresql.auto.conf"
touch "$data.recovered/recovery.signal"
chown --recursive --reference="$data" "$data.recovered"
mv "$data" "$data.before"
mv "$data.recovered" "$data"
echo "Start PostgreSQL: it goes on to $moment. What was there is kept in $data.before."
