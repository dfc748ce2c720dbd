#!/usr/bin/env bash
# Replace secrets in a cluster, e.g. because they have leaked, and bring the new ones into use:
#   k8s/rotate-secrets.sh KIND…      in the order given
#     signing     the next key signs access tokens; the old one verifies until its last token expires
#     sessions    refresh tokens are derived anew: everybody signs in again
#     encryption  second factors and signing keys are encrypted with a new key
#     services    what the gateway shows auth_service
#     databases   passwords of the four roles of PostgreSQL
#     places      what places in patients' lists are derived from
#   and where the value is another's, once it stands in the vault:
#     redis       redis_url; the provider accepts both passwords until this has ended
#     mail        smtp_username, smtp_password
#     objects     aws_access_key_id, aws_secret_access_key
# WRITE_SECRET is a command that puts standard input into the vault, as the property that it is given
# as an argument, e.g. a script with: exec vault kv patch -mount=secret dermis "$1=-"
# Pods are replaced one by one, so nobody is turned away. A new secret and the one before both count
# until every pod has the new one. Where a step fails, run it again.
set -euo pipefail
minutes=15m
sync_seconds=${SYNC_SECONDS:-120}
declare -A workloads=(
    [auth]=deployment/auth-service [patient]=deployment/patient-service
    [gateway]=deployment/gateway [torchserve]=statefulset/torchserve
)

kubectl() { command kubectl --namespace dermis "$@"; }

random() { head -c 24 /dev/urandom | od -An -v -tx1 | tr -d ' \n'; }

write() { # property, value
    [[ -n ${WRITE_SECRET:-} ]] || { echo "WRITE_SECRET is not set: the command that writes into the vault." >&2; exit 2; }
    printf '%s' "$2" | $WRITE_SECRET "$1"
}

held() { # Secret, setting: its value
    kubectl get secret "$1" --output "jsonpath={.data.$2}" | base64 --decode
}

# External Secrets would come by within the hour.
fetch() { # Secret, setting, the pattern of what it must hold: until it does
    local ends=$((SECONDS + sync_seconds))
    kubectl annotate externalsecret "$1" --overwrite "force-sync=$(date +%s%N)" >/dev/null
    # shellcheck disable=SC2053 # a pattern
    until [[ $(held "$1" "$2") == $3 ]]; do
        ((SECONDS < ends)) || { echo "The Secret $1 did not get its new $2 in $sync_seconds s; see: kubectl describe externalsecret $1" >&2; exit 1; }
        sleep 1
    done
}

# What stands in the vault is not known here: until External Secrets says that it has been there.
fetch_given() { # Secret…
    local name before ends
    for name in "$@"; do
        before=$(kubectl get externalsecret "$name" --output 'jsonpath={.status.refreshTime}')
        # Its times are in seconds.
        sleep 1
        kubectl annotate externalsecret "$name" --overwrite "force-sync=$(date +%s%N)" >/dev/null
        ends=$((SECONDS + sync_seconds))
        until [[ $(kubectl get externalsecret "$name" --output 'jsonpath={.status.refreshTime}') != "$before" ]]; do
            ((SECONDS < ends)) || { echo "The Secret $name was not fetched in $sync_seconds s." >&2; exit 1; }
            sleep 1
        done
    done
}

restart() { # workloads by their short names, one after the other
    local name
    for name in "$@"; do
        kubectl rollout restart "${workloads[$name]}"
        kubectl rollout status "${workloads[$name]}" --timeout="$minutes"
    done
}

auth() { kubectl exec deploy/auth-service -- python -m auth_service "$@"; }

rotate_signing() { auth rotate-signing-key; }

rotate_sessions() {
    local new
    new=$(random)
    write auth_secret_key "$new"
    fetch auth-service SECRET_KEY "$new"
    restart auth
}

rotate_places() {
    local new
    new=$(random)
    write patient_secret_key "$new"
    fetch patient-service SECRET_KEY "$new"
    restart patient
}

rotate_encryption() {
    local new
    new="$(date +%Y%m%d%H%M%S):$(head -c 32 /dev/urandom | base64)"
    write encryption_keys "$new,$(held auth-service ENCRYPTION_KEYS)"
    fetch auth-service ENCRYPTION_KEYS "$new,*"
    restart auth
    auth rotate-encryption-key
    write encryption_keys "$new"
    fetch auth-service ENCRYPTION_KEYS "$new"
    restart auth
}

rotate_services() {
    local new before
    new=$(random)
    before=$(held gateway SERVICE_SECRET)
    # The gateway shows the first, auth_service accepts both.
    write gateway_secret "$before,$new"
    fetch auth-service SERVICE_SECRETS "gateway:$before,gateway:$new"
    restart auth
    write gateway_secret "$new,$before"
    fetch gateway SERVICE_SECRET "$new"
    restart gateway
    write gateway_secret "$new"
    fetch auth-service SERVICE_SECRETS "gateway:$new"
    restart auth
}

# Connections that are open go on; CloudNativePG gives a role the password of its Secret.
rotate_databases() {
    local -A roles=([auth]=dermis_auth [patient]=dermis_patient [patient_owner]=dermis_patient_owner [auth_owner]=dermis_auth_owner)
    local role new ends
    for role in auth_owner patient_owner auth patient; do
        new=$(random)
        write "${role}_password" "$new"
        fetch "postgres-${role/_/-}" password "$new"
        case $role in
        auth) fetch auth-service DATABASE_URL "*:$new@*" ;;
        patient) fetch patient-service DATABASE_URL "*:$new@*" ;;
        auth_owner) fetch migrate-auth MIGRATION_DATABASE_URL "*:$new@*" ;;
        patient_owner) fetch migrate-patients MIGRATION_DATABASE_URL "*:$new@*" ;;
        esac
        # The first database's owner is no managed role; nobody connects as it before the next migration.
        [[ $role != auth_owner ]] || continue
        ends=$((SECONDS + sync_seconds))
        until [[ $(kubectl get cluster postgres --output "jsonpath={.status.managedRolesStatus.passwordStatus.${roles[$role]}.resourceVersion}") == \
            "$(kubectl get secret "postgres-${role/_/-}" --output 'jsonpath={.metadata.resourceVersion}')" ]]; do
            ((SECONDS < ends)) || { echo "PostgreSQL did not take the new password of ${roles[$role]} in $sync_seconds s." >&2; exit 1; }
            sleep 1
        done
        [[ $role == *_owner ]] || restart "$role"
    done
}

rotate_redis() {
    fetch_given auth-service patient-service gateway follower
    restart auth patient gateway torchserve
}

rotate_mail() {
    fetch_given auth-service
    restart auth
}

rotate_objects() {
    fetch_given object-store
    restart patient gateway torchserve
}

for kind in "$@"; do
    declare -F "rotate_$kind" >/dev/null || { echo "There is no kind of secrets called $kind; see the head of this script." >&2; exit 2; }
done
for kind in "$@"; do
    echo "Rotating $kind"
    "rotate_$kind"
done
