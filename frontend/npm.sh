#!/usr/bin/env bash
# Runs npm in this folder, with the system's Node if it is new enough, or else with one that comes
# as a wheel into .venv. npm's scripts call npm and node again: they find the same ones, first on PATH.
set -euo pipefail
cd "$(dirname "$0")"
OLDEST=20

if command -v npm >/dev/null && command -v node >/dev/null &&
    (($(node --print 'process.versions.node.split(".")[0]') >= OLDEST)); then
    exec npm "$@"
fi
bin=$(cd ../.venv/bin && pwd)
if [[ ! -x $bin/npm ]]; then
    echo "No Node.js $OLDEST or newer with npm here; fetching one (200 MB)" >&2
    "$bin/pip" install --quiet --disable-pip-version-check --no-deps --require-hashes \
        --requirement ../requirements/node.lock
fi
PATH=$bin:$PATH exec npm "$@"
