# Stands for nginx:1.29; the base's own nginx is older than `http2 on`, the next Debian's is not.
FROM dermis-test/debian
RUN sed -i s/bookworm/trixie/ /etc/apt/sources.list \
 && apt-get update \
 && apt-get install --yes --no-install-recommends nginx-light curl \
 && rm -rf /var/lib/apt/lists/*
CMD ["nginx", "-g", "daemon off;"]
