"""One of our own services as a separate process, exactly as in production."""

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import httpx

from local_stack.components.ports import listens
from local_stack.components.process import Process
from service_kit.grpc_probe import is_healthy

_START_SECONDS = 60
_DRAIN_SECONDS = 25
_ROOT = Path(__file__).parent.parent.parent


class Service:
    """A Python module run as a process.

    Args:
        name: of the service.
        command: arguments of `python -m`.
        environment: its settings; nothing else of this process's is passed on.
        log: file for its JSON lines.
        port: where it listens; 0 if it doesn't.
        answers: whether it is ready.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        *,
        environment: Mapping[str, str],
        log: Path,
        port: int,
        answers: Callable[[], bool],
    ) -> None:
        self.port = port
        self.process = Process(name, log, stop_seconds=_DRAIN_SECONDS)
        self._command = [sys.executable, "-m", *command]
        self._environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(_ROOT),
            "LC_ALL": "C.UTF-8",
            **environment,
        }
        self._answers = answers

    async def start(self) -> None:
        """Start it and wait until it is ready."""
        self.process.spawn(self._command, environment=self._environment, cwd=_ROOT)
        await self.process.until(self._answers, _START_SECONDS)

    async def run_to_end(self, seconds: float) -> None:
        """Run a command that ends by itself.

        Raises:
            NotReady: it failed, or time is up.
        """
        self.process.spawn(self._command, environment=self._environment, cwd=_ROOT)
        await self.process.ended(seconds)

    async def stop(self) -> None:
        """Let it finish its work, and end."""
        await self.process.stop()


def grpc_answers(port: int, tls_folder: Path | None = None) -> Callable[[], bool]:
    """Ready when its gRPC health check says SERVING."""
    return lambda: listens(port) and is_healthy(port, tls_folder)


def http_answers(port: int, path: str) -> Callable[[], bool]:
    """Ready when this path answers 200."""

    def answers() -> bool:
        try:
            with httpx.Client(trust_env=False, timeout=2) as client:
                return client.get(f"http://127.0.0.1:{port}{path}").status_code == 200
        except httpx.HTTPError:
            return False

    return answers
