# Stands for nginx:1.29; Debian's stable nginx is older than `resolve` in open source, testing's is not.
FROM dermis-test/debian
RUN sed -i s/bookworm/forky/ /etc/apt/sources.list \
 && apt-get --option Acquire::Check-Valid-Until=false update \
 && apt-get install --yes --no-install-recommends --option Dpkg::Options::=--force-overwrite \
        nginx-light curl \
 && rm -rf /var/lib/apt/lists/*
CMD ["nginx", "-g", "daemon off;"]
