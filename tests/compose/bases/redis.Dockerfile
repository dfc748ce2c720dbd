# Stands for redis:8.
FROM dermis-test/debian
RUN apt-get update \
 && apt-get install --yes --no-install-recommends redis-server redis-tools \
 && rm -rf /var/lib/apt/lists/* \
 && install --directory --owner=redis /data
WORKDIR /data
VOLUME /data
USER redis
CMD ["redis-server"]
