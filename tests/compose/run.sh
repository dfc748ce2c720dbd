#!/usr/bin/env bash
# Builds every image and uses docker-compose.yml on a Docker engine: on the one that answers, or
# else on one of its own (own_engine.sh).
set -euo pipefail
cd "$(dirname "$0")/../.."
python=(.venv/bin/python -m tests.compose)
own=tests/compose/own_engine.sh

if docker info >/dev/null 2>&1; then
    "${python[@]}" build
    "${python[@]}" try
else
    $own build "${python[@]}" build --network host
    $own run "${python[@]}" try
fi
