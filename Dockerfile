# syntax=docker/dockerfile:1
# Every image of Dermis, a target each. Build from the project's root:
#   docker build --target gateway --tag dermis/gateway .
# serving_torch, which also serves archives without a graph: without TORCH_INDEX (the index of
# PyTorch's CPU wheels) pip takes the default build, which brings CUDA along (5.5 GB).
ARG PYTHON=python:3.11-slim
ARG NODE=node:24-slim
ARG NGINX=nginx:1.29

# --- What images are made from ----------------------------------------------------------------

FROM ${PYTHON} AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /build
RUN python -m venv /venv

# The gRPC stubs, generated from the contracts.
FROM build AS stubs
COPY requirements/protos.lock requirements/
RUN /venv/bin/pip install --no-deps --require-hashes --requirement requirements/protos.lock
COPY protos protos
RUN mkdir /app \
 && find protos -name '*.proto' -exec /venv/bin/python -m grpc_tools.protoc --proto_path=protos \
    --python_out=/app --grpc_python_out=/app {} +

# Each service's packages; nothing needs pip and setuptools (24 MB) once they are installed.
FROM build AS auth_service_packages
COPY requirements/auth.lock requirements/
RUN /venv/bin/pip install --no-deps --require-hashes --requirement requirements/auth.lock \
 && /venv/bin/pip uninstall --yes setuptools pip

FROM build AS patient_service_packages
COPY requirements/patient.lock requirements/
RUN /venv/bin/pip install --no-deps --require-hashes --requirement requirements/patient.lock \
 && /venv/bin/pip uninstall --yes setuptools pip

FROM build AS gateway_packages
COPY requirements/gateway.lock requirements/
RUN /venv/bin/pip install --no-deps --require-hashes --requirement requirements/gateway.lock \
 && /venv/bin/pip uninstall --yes setuptools pip

FROM build AS serving_packages
COPY requirements/serving.lock requirements/
RUN /venv/bin/pip install --no-deps --require-hashes --requirement requirements/serving.lock \
 && /venv/bin/pip uninstall --yes setuptools pip

# TorchServe's front end is Java: what it needs of it is a third of Debian's package.
FROM ${PYTHON} AS java
# hadolint ignore=DL3008
RUN apt-get update \
 && apt-get install --yes --no-install-recommends default-jdk-headless \
 && jlink --output /java --compress=2 --strip-java-debug-attributes --no-header-files --no-man-pages \
    --add-modules java.se,jdk.crypto.ec,jdk.management,jdk.naming.dns,jdk.net,jdk.unsupported,jdk.zipfs \
 && rm -rf /var/lib/apt/lists/*

FROM ${NODE} AS web_client
WORKDIR /build
COPY frontend/package.json frontend/package-lock.json frontend/.npmrc ./
RUN npm ci
COPY frontend ./
RUN npm run build \
 && find dist -type f \( -name '*.js' -o -name '*.css' -o -name '*.svg' \) -exec gzip --keep --best --force {} +

FROM ${PYTHON} AS python_service
LABEL org.opencontainers.image.description="Decision support for skin lesions, not a diagnosis" \
      org.opencontainers.image.licenses="Apache-2.0"
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
RUN useradd --system --uid 10001 --no-create-home dermis
WORKDIR /app

# --- The images -------------------------------------------------------------------------------

# gRPC on :50051, metrics on :9100.
FROM python_service AS auth_service
LABEL org.opencontainers.image.title="dermis auth_service"
# docker-compose.prod.yml puts the services' certificates there, a volume for each.
RUN install --directory --owner=dermis --mode=0700 /certificates \
    /certificates/gateway /certificates/auth_service /certificates/patient_service
COPY --from=auth_service_packages /venv /venv
COPY --from=stubs /app /app
COPY service_kit /app/service_kit
COPY auth_service /app/auth_service
USER 10001
EXPOSE 50051 9100
HEALTHCHECK --interval=10s --timeout=15s --start-period=120s --retries=5 \
    CMD ["python", "-m", "service_kit.grpc_probe", "50051"]
ENTRYPOINT ["python", "-m", "auth_service"]
CMD ["serve"]

# gRPC on :50052, metrics on :9100.
FROM python_service AS patient_service
LABEL org.opencontainers.image.title="dermis patient_service"
RUN install --directory --owner=dermis /data/images
COPY --from=patient_service_packages /venv /venv
COPY --from=stubs /app /app
COPY service_kit /app/service_kit
COPY imaging /app/imaging
COPY patient_service /app/patient_service
USER 10001
EXPOSE 50052 9100
HEALTHCHECK --interval=10s --timeout=15s --start-period=120s --retries=5 \
    CMD ["python", "-m", "service_kit.grpc_probe", "50052"]
ENTRYPOINT ["python", "-m", "patient_service"]
CMD ["serve"]

# HTTP on :8000.
FROM python_service AS gateway
LABEL org.opencontainers.image.title="dermis gateway"
RUN install --directory --owner=dermis /data/models
COPY --from=gateway_packages /venv /venv
COPY --from=stubs /app /app
COPY service_kit /app/service_kit
COPY imaging /app/imaging
# Of serving, only what the gateway shares with it; no torch comes with it.
COPY serving/__init__.py /app/serving/
COPY serving/contract /app/serving/contract
COPY serving/archives /app/serving/archives
COPY gateway /app/gateway
USER 10001
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=15s --start-period=120s --retries=5 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=10)"]
ENTRYPOINT ["python", "-m", "gateway"]

# TorchServe on :8080 and, from the same image, its follower; without its packages.
FROM python_service AS serving_base
LABEL org.opencontainers.image.title="dermis serving"
ENV PATH=/venv/bin:/java/bin:$PATH PYTHONPATH=/app
RUN install --directory --owner=dermis /var/lib/torchserve /data/models
COPY --from=java /java /java
COPY --from=stubs /app /app
COPY service_kit /app/service_kit
COPY imaging /app/imaging
COPY serving /app/serving
COPY model_archives /srv/model_archives
USER 10001
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=15s --start-period=120s --retries=5 \
    CMD ["python", "-c", "import socket; socket.create_connection(('127.0.0.1', 8080), 10)"]
ENTRYPOINT ["python", "-m", "serving"]
CMD ["torchserve", "--folder", "/var/lib/torchserve"]

FROM serving_base AS serving
COPY --from=serving_packages /venv /venv

# nginx with the built web client, HTTP on :8080.
FROM ${NGINX} AS web
LABEL org.opencontainers.image.title="dermis web" \
      org.opencontainers.image.description="Decision support for skin lesions, not a diagnosis" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY nginx/*.conf /etc/nginx/
COPY nginx/start.sh /usr/local/bin/start.sh
COPY nginx/errors /srv/errors
COPY --from=web_client /build/dist /srv/web
USER 101
EXPOSE 8080 8443
# By a socket of its own: while it is replaced, the port is another nginx's as well.
HEALTHCHECK --interval=10s --timeout=15s --start-period=60s --retries=5 \
    CMD ["curl", "--fail", "--silent", "--output", "/dev/null", "--unix-socket", "/tmp/health.sock", "http://nginx/favicon.svg"]
# Finishes what it has begun.
STOPSIGNAL SIGQUIT
ENTRYPOINT ["start.sh"]
CMD ["nginx", "-e", "stderr", "-g", "daemon off;"]

# Last, since a builder without BuildKit makes every stage before the one that it is asked for.
FROM build AS serving_torch_packages
ARG TORCH_INDEX=""
COPY requirements/torch.txt requirements/serving-torch.lock requirements/
RUN /venv/bin/pip install ${TORCH_INDEX:+--index-url "${TORCH_INDEX}"} \
    --requirement requirements/torch.txt
RUN /venv/bin/pip install --no-deps --require-hashes --requirement requirements/serving-torch.lock \
 && /venv/bin/pip uninstall --yes setuptools pip

FROM serving_base AS serving_torch
COPY --from=serving_torch_packages /venv /venv
