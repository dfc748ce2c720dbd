#!/bin/bash
# Copy both databases and the object folders into a new folder:
#   postgres/backup.sh FOLDER [STORE…]       e.g. backup.sh /backup/2026-11-23 /data/images /data/models
# Connects by PGHOST, PGPORT, PGUSER (the superuser: others don't see past row-level security),
# PGPASSWORD. Databases first, photos after: a photo is stored before the row that names it, so the
# copy has every photo that its rows name (check_backup.sh looks). Services may run meanwhile.
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

sealed() { # name: standard input, encrypted if there is a passphrase
    if [[ -s ${BACKUP_PASSPHRASE_FILE:-} ]]; then
        gpg --batch --quiet --pinentry-mode loopback --no-symkey-cache \
            --symmetric --cipher-algo AES256 --compress-algo none --passphrase-file "$BACKUP_PASSPHRASE_FILE" \
            --output "$partial/$1.gpg"
    else
        cat >"$partial/$1"
    fi
}

for database in ${DATABASES:-auth patients}; do
    pg_dump --create --format=custom "$database" | sealed "$database.dump"
done
for store in "$@"; do
    tar --create --directory="$store" . | sealed "$(basename "$store").tar"
done
(cd "$partial" && sha256sum -- * >SHA256SUMS)
mv "$partial" "$folder"
