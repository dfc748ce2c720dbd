"""A real S3-compatible server (SeaweedFS); open to anyone on loopback, as it is for tests."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import psutil

from local_stack.components.ports import free_port

BUCKET = "dermis"
START_SECONDS = 60
# Each one by name: left alone, a port for gRPC is 10,000 above its part's, among those that Linux
# gives to outgoing connections.
_PORTS = (
    "master.port", "master.port.grpc", "volume.port", "volume.port.grpc", "filer.port",
    "filer.port.grpc", "s3.port", "s3.port.grpc",
)  # fmt: skip
# Parts that nothing here talks to.
_OFF = {"s3.port.iceberg": 0, "s3.port.lance": 0}


class S3Server:
    """One server that may be killed and started again on the same data and port.

    Args:
        folder: its data and log.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._ports = {name: free_port() for name in _PORTS}
        self._server: subprocess.Popen[bytes] | None = None

    @property
    def settings(self) -> dict[str, str]:
        """What a service needs to reach it."""
        return {
            "AWS_ENDPOINT": f"http://127.0.0.1:{self._ports['s3.port']}",
            "AWS_ACCESS_KEY_ID": "any",
            "AWS_SECRET_ACCESS_KEY": "any",
            "AWS_REGION": "us-east-1",
        }

    @property
    def access(self) -> dict[str, str]:
        """The same, as `Blobs` takes it."""
        return {name.lower(): value for name, value in self.settings.items()}

    def listened_ports(self) -> set[int]:
        """Where it really listens."""
        assert self._server
        connections = psutil.Process(self._server.pid).net_connections("tcp")
        return {each.laddr.port for each in connections if each.status == psutil.CONN_LISTEN}

    def start(self) -> None:
        """Start it and wait until the bucket is there."""
        with (self._folder / "weed.log").open("ab") as log:
            self._server = subprocess.Popen(
                [
                    Path(sys.executable).parent / "weed", "server", f"-dir={self._folder}",
                    "-ip=127.0.0.1", "-s3", f"-s3.localSocket={self._folder / 's3.sock'}",
                    *(f"-{name}={port}" for name, port in (self._ports | _OFF).items()),
                ],
                stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        self._make_bucket()

    def kill(self) -> None:
        """End it at once: its own shutdown takes half a minute."""
        if self._server:
            os.killpg(self._server.pid, signal.SIGKILL)
            self._server.wait()
            self._server = None

    def _make_bucket(self) -> None:
        url = f"{self.settings['AWS_ENDPOINT']}/{BUCKET}"
        ends = time.monotonic() + START_SECONDS
        with httpx.Client(trust_env=False, timeout=5) as client:
            while True:
                try:
                    # 409: an earlier start has made it.
                    if client.put(url).status_code in (200, 409):
                        return
                except httpx.HTTPError:
                    pass
                assert time.monotonic() < ends, (self._folder / "weed.log").read_text()[-2000:]
                time.sleep(0.1)
