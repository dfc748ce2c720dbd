#!/bin/bash
# Show that a backup can be restored, without touching what is there:
#   postgres/check_backup.sh FOLDER
# Digests; each database restored into a scratch one beside it; each photo that the rows name is in
# the copy of the store `images`. Connects as backup.sh does.
set -euo pipefail
folder=$1
# shellcheck source=postgres/backup_files.sh
source "$(dirname "$0")/backup_files.sh"
(cd "$folder" && sha256sum --quiet --check SHA256SUMS)

scratch=dermis_backup_check
trap 'sql postgres "DROP DATABASE IF EXISTS $scratch WITH (FORCE)"' EXIT
for dump in $(parts "$folder" dump); do
    sql postgres "DROP DATABASE IF EXISTS $scratch WITH (FORCE)"
    sql postgres "CREATE DATABASE $scratch TEMPLATE template0"
    opened "$folder/$dump" | pg_restore --exit-on-error --dbname="$scratch"
    if [[ $(sql "$scratch" "SELECT to_regclass('public.images') IS NOT NULL") == t ]]; then
        # Read as JSON, since an older copy's table has no such column.
        named=$(sql "$scratch" "SELECT 'images/' || clinic_id || '/' || id FROM images UNION ALL
            SELECT 'sent/' || clinic_id || '/' || id FROM images i
            WHERE to_jsonb(i) ->> 'original_size' IS NOT NULL")
    fi
done
if [[ -n ${named:-} && $(parts "$folder" tar) == *images.tar* ]]; then
    stored=$(opened "$folder/images.tar" | tar --list | sed 's|^\./||' | sort)
    missing=$(comm -23 <(sort <<<"$named") <(echo "$stored") | wc -l)
    if ((missing)); then
        echo "$missing photos that the rows name are not in the copy." >&2
        exit 1
    fi
fi
echo "$folder can be restored."
