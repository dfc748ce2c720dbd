#!/usr/bin/env bash
# Gives a command a Docker engine of its own: for a machine (root, Debian) that has none and reaches
# no image registry. Base images are made here from Debian's and PyPI's packages, under the names
# that the Dockerfiles and docker-compose.yml ask for. The host's network stays as it is.
#
#   tests/compose/own_engine.sh build COMMAND…   engine in the host's network: can fetch packages
#   tests/compose/own_engine.sh run COMMAND…     engine and command in a network of their own
#
# Both work on one data folder, so what one builds the other runs.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
state=${COMPOSE_TEST_FOLDER:-/var/tmp/dermis-compose-test}
export DOCKER_HOST=unix://$state/docker.sock
# Debian's engine has an older BuildKit than the client expects.
export DOCKER_BUILDKIT=0
SUITE=bookworm
START_SECONDS=120

require() { # command, package
    command -v "$1" >/dev/null || { echo "$1 is missing: apt-get install $2" >&2; exit 1; }
}

start() { # arguments of dockerd…
    mkdir -p "$state"
    rm -f "$state/docker.pid" "$state/docker.sock"
    setsid "$@" --data-root "$state/data" --exec-root "$state/exec" --host "$DOCKER_HOST" \
        --pidfile "$state/docker.pid" >"$state/dockerd.log" 2>&1 &
    engine=$!
    trap stop EXIT
    local ends=$((SECONDS + START_SECONDS))
    until docker info >/dev/null 2>&1; do
        kill -0 "$engine" 2>/dev/null || { tail -5 "$state/dockerd.log" >&2; exit 1; }
        ((SECONDS < ends)) || { echo "the engine did not start in $START_SECONDS s" >&2; exit 1; }
        sleep 0.5
    done
}

stop() {
    kill "$(cat "$state/docker.pid")" 2>/dev/null || true
    wait "$engine" 2>/dev/null || true
}

has() { docker image inspect "$1" >/dev/null 2>&1; }

# A Debian with the certificates that this machine trusts.
make_debian() {
    require debootstrap debootstrap
    local root=$state/debian
    rm -rf "$root"
    debootstrap --variant=minbase --include=ca-certificates "$SUITE" "$root" >"$state/debootstrap.log"
    cp -L /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/ca-certificates.crt"
    tar -C "$root" -c . | docker import \
        --change 'ENV PIP_CERT=/etc/ssl/certs/ca-certificates.crt NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt' \
        - dermis-test/debian >/dev/null
    rm -rf "$root"
}

make_bases() {
    has dermis-test/debian || { echo "base debian"; make_debian; }
    local name tag
    for pair in python=python:3.11-slim node=node:24-slim nginx=nginx:1.29 postgres=postgres:18 \
        redis=redis:8 prometheus=prom/prometheus:v3.6.0 \
        alertmanager=prom/alertmanager:v0.28.1 maildev=maildev/maildev:2.2.1; do
        name=${pair%%=*} tag=${pair#*=}
        echo "base $tag"
        docker build --quiet --network host --tag "$tag" --file "$here/bases/$name.Dockerfile" "$here/bases" >/dev/null
    done
    for tag in prometheuscommunity/postgres-exporter:v0.17.1 oliver006/redis_exporter:v1.74.0-alpine \
        prom/node-exporter:v1.9.1 prom/blackbox-exporter:v0.27.0; do
        name=${tag##*/} name=${name%%[-_]*}
        echo "base $tag"
        docker build --quiet --network host --tag "$tag" --build-arg "NAME=$name" \
            --file "$here/bases/exporter.Dockerfile" "$here/bases" >/dev/null
    done
}

require dockerd docker.io
mode=$1
shift
case $mode in
build)
    start dockerd --iptables=false --ip-forward=false --bridge=none
    make_bases
    "$@"
    ;;
run)
    start unshare --net --mount --propagation private \
        sh -c 'ip link set lo up && exec dockerd --userland-proxy=false "$@"' sh
    nsenter --net="/proc/$(cat "$state/docker.pid")/ns/net" "$@"
    ;;
esac
