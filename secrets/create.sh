#!/usr/bin/env bash
# Writes what is missing of the files that secrets.example describes; what exists stays as it is.
#   secrets/create.sh [FOLDER]        default: the folder of this script
set -euo pipefail
example=$(cd "$(dirname "$0")" && pwd)/secrets.example
folder=${1:-$(dirname "$0")}
mkdir -p "$folder"
# Compose mounts a file as it is, and services run under users of their own: so the files can be
# read by all, and the folder keeps everybody else on this machine away from them.
chmod 700 "$folder"
umask 022

declare -A secrets # by the word that stands for one
word() { [[ $1 =~ change-me[a-z0-9-]* ]] && echo "${BASH_REMATCH[0]}"; }
file_of() { echo "$folder/${1,,}"; }
each_line() { grep -E '^[A-Z_]+=' "$example"; }

# A secret that one file holds already is the one that the others need.
while IFS='=' read -r name template; do
    file=$(file_of "$name")
    if ! [[ -e $file ]] || ! word=$(word "$template"); then continue; fi
    value=$(<"$file") before=${template%%"$word"*} after=${template#*"$word"}
    [[ $value == "$before"*"$after" ]] || continue
    value=${value#"$before"}
    secrets[$word]=${value%"$after"}
done < <(each_line)

random() { # word
    case $1 in
    *base64) head -c 32 /dev/urandom | base64 ;;
    *) head -c 24 /dev/urandom | od -An -v -tx1 | tr -d ' \n' ;;
    esac
}

while IFS='=' read -r name template; do
    file=$(file_of "$name")
    [[ -e $file ]] && continue
    if word=$(word "$template"); then
        : "${secrets[$word]:=$(random "$word")}"
        template=${template/"$word"/"${secrets[$word]}"}
    fi
    printf '%s\n' "$template" >"$file.part"
    mv "$file.part" "$file"
    echo "$file"
done < <(each_line)
