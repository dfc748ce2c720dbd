"""A running system as other commands see it: a lock and a file in its folder."""

import os
from collections.abc import Mapping
from pathlib import Path

from filelock import FileLock, Timeout
from pydantic import BaseModel

from local_stack.supervisor import Supervised
from service_kit.files import written_whole

# Longer than another command holds the lock to see whether it is free.
PROBE_SECONDS = 0.2


class AlreadyRuns(Exception):
    """Another process is running a system in this folder."""


class PartState(BaseModel):
    """One component; `port` is 0 if it has none."""

    pid: int | None
    port: int
    state: str
    restarts: int


class RunningState(BaseModel):
    """A running system."""

    pid: int
    url: str
    parts: dict[str, PartState]


class Instance:
    """The folder of one system, held by one process at a time.

    The lock is the kernel's: it ends with the process, however that ends.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file = folder / "running.json"
        # Taken and released in whichever threads an event loop runs.
        self._lock = FileLock(folder / "lock", thread_local=False)

    def take(self) -> None:
        """Create the folder and lock it.

        Raises:
            AlreadyRuns: another process holds it.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        # It holds photos and mails.
        self._folder.chmod(0o700)
        try:
            self._lock.acquire(timeout=PROBE_SECONDS)
        except Timeout:
            running = self.read()
            where = f" at {running.url} (process {running.pid})" if running else ""
            raise AlreadyRuns(f"This system is already running{where}.") from None
        self._file.unlink(missing_ok=True)

    def leave(self) -> None:
        """Release the folder."""
        if self._lock.is_locked:
            self._file.unlink(missing_ok=True)
            self._lock.release()

    def record(self, url: str, parts: Mapping[str, Supervised]) -> None:
        """Record the state of every component, for others to read."""
        state = RunningState(
            pid=os.getpid(),
            url=url,
            parts={
                name: PartState(
                    pid=found.part.process.pid,
                    port=found.part.port,
                    state=found.state,
                    restarts=found.restarts,
                )
                for name, found in parts.items()
            },
        )
        with written_whole(self._file) as partial:
            partial.write_text(state.model_dump_json(indent=1))

    def read(self) -> RunningState | None:
        """What is running; None where nothing is, or its process was killed."""
        try:
            with FileLock(self._folder / "lock", thread_local=False, timeout=PROBE_SECONDS):
                return None
        except Timeout:
            pass
        except OSError:
            return None
        try:
            return RunningState.model_validate_json(self._file.read_text())
        except (OSError, ValueError):
            return None
