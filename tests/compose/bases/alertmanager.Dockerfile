# Stands for prom/alertmanager: the same program of Debian's, under its usual name.
FROM dermis-test/debian
RUN apt-get update \
 && apt-get install --yes --no-install-recommends prometheus-alertmanager wget \
 && rm -rf /var/lib/apt/lists/* \
 && ln -s prometheus-alertmanager /usr/bin/alertmanager \
 && install --directory --owner=nobody /alertmanager
WORKDIR /alertmanager
VOLUME /alertmanager
USER nobody
ENTRYPOINT ["alertmanager"]
