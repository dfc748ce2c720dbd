#!/bin/bash
# Copy both databases and the object folders into a new folder:
#   postgres/backup.sh FOLDER [STORE…]       e.g. backup.sh /backup/2026-11-23 /data/images /data/models
# Connects by PGHOST, PGPORT, PGUSER (the superuser: others don't see past row-level security),
# PGPASSWORD. Databases first, photos after: a photo is stored before the row that names it, so the
# copy has every photo that its rows name. Services may run meanwhile.
set -euo pipefail
folder=$1
shift
umask 077
mkdir "$folder" # never into an older backup

for database in ${DATABASES:-auth patients}; do
    pg_dump --create --format=custom --file="$folder/$database.dump" "$database"
done
for store in "$@"; do
    tar --create --file="$folder/$(basename "$store").tar" --directory="$store" .
done
(cd "$folder" && sha256sum -- *.dump *.tar >SHA256SUMS)
