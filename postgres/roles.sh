#!/bin/bash
# Makes each service's database with two roles: one that owns the tables and migrates, one that the
# service runs under. Run once by PostgreSQL's image on an empty volume; the settings are the
# services' own database URLs, so that a password stands in one place: files under SECRETS_FOLDER
# (/run/secrets), or environment variables of their names.
set -euo pipefail

make_role() { # url
    local user password
    read -r user password _ < <(parts "$1")
    psql --set=ON_ERROR_STOP=1 --set=user="$user" --set=password="$password" <<'SQL'
CREATE ROLE :"user" LOGIN NOBYPASSRLS PASSWORD :'password';
SQL
}

make_database() { # owner's url
    local user database
    read -r user _ database < <(parts "$1")
    psql --set=ON_ERROR_STOP=1 --set=user="$user" --set=database="$database" <<'SQL'
CREATE DATABASE :"database" OWNER :"user";
REVOKE ALL ON DATABASE :"database" FROM PUBLIC;
SQL
}

let_in() { # owner's url, service's url
    local service database
    read -r _ _ database < <(parts "$1")
    read -r service _ _ < <(parts "$2")
    psql --set=ON_ERROR_STOP=1 --set=user="$service" --set=database="$database" <<'SQL'
GRANT CONNECT ON DATABASE :"database" TO :"user";
SQL
}

parts() { # postgresql+psycopg://user:password@host:port/database
    [[ $1 =~ ://([^:]+):([^@]+)@[^/]+/(.+)$ ]] || { echo "not a database URL with user and password" >&2; exit 1; }
    echo "${BASH_REMATCH[1]} ${BASH_REMATCH[2]} ${BASH_REMATCH[3]}"
}

setting() { # name
    local file=${SECRETS_FOLDER:-/run/secrets}/${1,,}
    if [[ -n ${!1:-} ]]; then
        echo "${!1}"
    elif [[ -s $file && -r $file ]]; then
        echo "$(<"$file")"
    else
        echo "Setting $1 is missing: write it into the file $file (\`make secrets\` does)." >&2
        exit 1
    fi
}

export PGUSER=$POSTGRES_USER PGDATABASE=postgres
for prefix in AUTH PATIENT; do
    owner=$(setting "${prefix}_MIGRATION_DATABASE_URL")
    service=$(setting "${prefix}_DATABASE_URL")
    make_role "$owner"
    make_role "$service"
    make_database "$owner"
    let_in "$owner" "$service"
done
