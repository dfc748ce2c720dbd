"""patient_service as processes of their own, to be measured or killed."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from patient_service.tests.conftest import SIGNING_KEY


@dataclass
class ServiceProcess:
    """A running patient_service."""

    process: subprocess.Popen[str]
    address: str

    def kill(self) -> None:
        """End it at once, wherever it is (SIGKILL)."""
        self.process.kill()
        self.process.wait()

    @property
    def pid(self) -> int:
        return self.process.pid


def start(app_url: str, images: Path) -> ServiceProcess:
    """Start a patient_service on a free port and wait until it listens."""
    public_key = SIGNING_KEY.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    environment = os.environ | {
        "ENVIRONMENT": "test",
        "LOG_LEVEL": "ERROR",
        "REDIS_URL": "redis://localhost:1/0",
        "DATABASE_URL": app_url,
        "IMAGE_STORE_URL": images.as_uri(),
        "SECRET_KEY": "a secret of the tests, long enough",
        "GRPC_PORT": "0",
        "TEST_PUBLIC_KEY": public_key.hex(),
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "patient_service.tests.server_process"],
        env=environment, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout
    return ServiceProcess(process, f"127.0.0.1:{int(process.stdout.readline())}")


@contextmanager
def running(app_url: str, images: Path) -> Iterator[ServiceProcess]:
    """A patient_service for the time of a block."""
    service = start(app_url, images)
    try:
        yield service
    finally:
        service.process.send_signal(signal.SIGTERM)
        service.process.wait(30)
