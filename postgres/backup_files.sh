# shellcheck shell=bash
# Sourced by the scripts beside it: PostgreSQL's password, and what backup.sh wrote, encrypted or not.

if [[ -z ${PGPASSWORD:-} && -s /run/secrets/postgres_password ]]; then
    PGPASSWORD=$(</run/secrets/postgres_password)
    export PGPASSWORD
fi

sealed() { # file: standard input into it; encrypted, into its name with .gpg, if there is a passphrase
    if [[ -s ${BACKUP_PASSPHRASE_FILE:-} ]]; then
        gpg --batch --quiet --pinentry-mode loopback --no-symkey-cache \
            --symmetric --cipher-algo AES256 --compress-algo none --passphrase-file "$BACKUP_PASSPHRASE_FILE" \
            --output "$1.gpg"
    else
        cat >"$1"
    fi
}

exists() { # file of a backup without its .gpg
    [[ -e $1 || -e $1.gpg ]]
}

opened() { # file of a backup without its .gpg: its contents
    if [[ ! -e $1.gpg ]]; then
        cat "$1"
        return
    fi
    if [[ ! -s ${BACKUP_PASSPHRASE_FILE:-} ]]; then
        echo "$1 is encrypted: BACKUP_PASSPHRASE_FILE must name the file with its passphrase." >&2
        return 1
    fi
    gpg --batch --quiet --pinentry-mode loopback --no-symkey-cache --decrypt --passphrase-file "$BACKUP_PASSPHRASE_FILE" "$1.gpg"
}

parts() { # folder, suffix: the names of its parts, e.g. auth.dump
    find "$1" -maxdepth 1 \( -name "*.$2" -o -name "*.$2.gpg" \) -printf '%f\n' | sed 's/\.gpg$//' | sort
}

sql() { # database, statement
    psql --no-psqlrc --quiet --tuples-only --no-align --set=ON_ERROR_STOP=1 --dbname="$1" --command="$2"
}
