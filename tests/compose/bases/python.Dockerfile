# Stands for python:3.11-slim.
FROM dermis-test/debian
RUN apt-get update \
 && apt-get install --yes --no-install-recommends python3.11 python3.11-venv python3-pip \
 && rm -rf /var/lib/apt/lists/* \
 && ln -s python3.11 /usr/bin/python
CMD ["python"]
