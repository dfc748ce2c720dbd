#!/bin/bash
# PostgreSQL's restore_command: what archive_segment.sh kept.
#   postgres/fetch_segment.sh NAME PATH       from WAL_ARCHIVE (/wal)
set -euo pipefail
# shellcheck source=postgres/backup_files.sh
source "$(dirname "$0")/backup_files.sh"
export HOME=/tmp # gpg's
kept=${WAL_ARCHIVE:-/wal}/$1.gz
# It asks for the one after the last as well.
exists "$kept" || exit 1
opened "$kept" | gunzip >"$2"
