# Stands for an exporter of Prometheus' world: the same program of Debian's, under its usual name.
FROM dermis-test/debian
ARG NAME
RUN apt-get update \
 && apt-get install --yes --no-install-recommends "prometheus-$NAME-exporter" \
 && rm -rf /var/lib/apt/lists/* \
 && ln -s "$(command -v "prometheus-$NAME-exporter")" "/usr/local/bin/${NAME}_exporter" \
 && ln -s "${NAME}_exporter" /usr/local/bin/exporter
USER nobody
ENTRYPOINT ["exporter"]
