"""`python -m service_kit.grpc_probe 50051`: exit 0 if a gRPC server on this machine is healthy."""

import os
import sys
from pathlib import Path
from typing import Any

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

from service_kit.certificates import CertificateFolder

SECONDS = 3.0


def is_healthy(port: int, tls_folder: Path | None = None) -> bool:
    """Whether the server reports SERVING; the probe presents the certificate in `tls_folder`."""
    with _open(port, tls_folder) as channel:
        try:
            stub: Any = health_pb2_grpc.HealthStub(channel)
            answer = stub.Check(health_pb2.HealthCheckRequest(), timeout=SECONDS)
        except grpc.RpcError:
            return False
    return bool(answer.status == health_pb2.HealthCheckResponse.SERVING)


def _open(port: int, tls_folder: Path | None) -> grpc.Channel:
    if tls_folder is None:
        return grpc.insecure_channel(f"127.0.0.1:{port}")
    credentials = CertificateFolder(tls_folder).current().for_channel()
    return grpc.secure_channel(f"localhost:{port}", credentials)


if __name__ == "__main__":
    # The service's own setting, as it reads it.
    folder = os.environ.get("MTLS_FOLDER")
    sys.exit(0 if is_healthy(int(sys.argv[1]), Path(folder) if folder else None) else 1)
