#!/bin/bash
# Bring back what backup.sh copied, in place of what is there; services must be stopped:
#   postgres/restore.sh FOLDER [STORE…]
# The roles must exist (postgres/roles.sh makes them), for their passwords are in no backup.
set -euo pipefail
folder=$1
shift
(cd "$folder" && sha256sum --quiet --check SHA256SUMS)

for dump in "$folder"/*.dump; do
    pg_restore --create --clean --if-exists --exit-on-error --dbname=postgres "$dump"
done
for store in "$@"; do
    mkdir -p "$store"
    find "$store" -mindepth 1 -delete
    tar --extract --file="$folder/$(basename "$store").tar" --directory="$store"
done
