#!/bin/bash
# Copy both databases and the object folders into a new folder:
#   postgres/backup.sh FOLDER [STORE…]       e.g. backup.sh /backup/2026-11-23 /data/images /data/models
# Connects by PGHOST, PGPORT, PGUSER (the superuser: others don't see past row-level security),
# PGPASSWORD. Databases first, photos after: a photo is stored before the row that names it, so the
# copy has every photo that its rows name (check_backup.sh looks). Services may run meanwhile.
# With POINT_IN_TIME=on also the whole server's files, from which recover.sh goes on to any minute.
# Where BACKUP_PASSPHRASE_FILE names a file that isn't empty, each copy is encrypted (gpg, AES-256).
set -euo pipefail
folder=$1
shift
umask 077
# shellcheck source=postgres/backup_files.sh
source "$(dirname "$0")/backup_files.sh"
[[ ! -e $folder ]] || { echo "$folder exists already; a backup never goes into an older one." >&2; exit 1; }
partial=$folder.partial
rm -rf "$partial"
mkdir -p "$partial"

for database in ${DATABASES:-auth patients}; do
    pg_dump --create --format=custom "$database" | sealed "$partial/$database.dump"
done
for store in "$@"; do
    tar --create --directory="$store" . | sealed "$partial/$(basename "$store").tar"
done
if [[ ${POINT_IN_TIME:-off} == on ]]; then
    # Without the log: the server waits until it is archived (archive_segment.sh).
    pg_basebackup --pgdata=- --format=tar --wal-method=none --checkpoint=fast | gzip --fast | sealed "$partial/base.tar.gz"
fi
(cd "$partial" && sha256sum -- * >SHA256SUMS)
mv "$partial" "$folder"
