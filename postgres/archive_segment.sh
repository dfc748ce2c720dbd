#!/bin/bash
# PostgreSQL's archive_command, for going back to any minute (recover.sh): keeps one segment of the
# write-ahead log, compressed, and encrypted as backups are:
#   postgres/archive_segment.sh PATH NAME     into WAL_ARCHIVE (/wal)
# PostgreSQL keeps a segment and asks again until this ends well.
set -euo pipefail
# shellcheck source=postgres/backup_files.sh
source "$(dirname "$0")/backup_files.sh"
umask 077
export HOME=/tmp # gpg's
kept=${WAL_ARCHIVE:-/wal}/$2.gz
if exists "$kept"; then
    # Asked again after a crash: the same is fine, another of the same name is not.
    cmp --silent "$1" <(opened "$kept" | gunzip) && exit
    echo "$kept holds something else: the archive is another server's. Move it elsewhere." >&2
    exit 1
fi
rm -f "$kept".partial*
gzip --fast <"$1" | sealed "$kept.partial"
sync "$kept".partial*
for written in "$kept".partial*; do
    mv "$written" "${written/.partial/}"
done
sync "$(dirname "$kept")"
