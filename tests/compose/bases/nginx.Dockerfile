# Stands for nginx:1.29.
FROM dermis-test/debian
RUN apt-get update \
 && apt-get install --yes --no-install-recommends nginx-light curl \
 && rm -rf /var/lib/apt/lists/*
CMD ["nginx", "-g", "daemon off;"]
