"""What other commands may know of a running system: one lock and one file in its folder."""

import fcntl
import os
from collections.abc import Mapping
from pathlib import Path
from typing import IO

from pydantic import BaseModel

from local_stack.supervisor import Supervised


class AlreadyRuns(Exception):
    """Another process runs a system on this folder."""


class PartState(BaseModel):
    """One part; `port` is 0 where it has none."""

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
    """The folder of one system, taken by one process at a time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file = folder / "running.json"
        self._lock: IO[str] | None = None

    def take(self) -> None:
        """Make the folder and lock it.

        Raises:
            AlreadyRuns: another process has it.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        # Photos and mails lie in it.
        self._folder.chmod(0o700)
        # The lock ends with the process, however that ends.
        lock = (self._folder / "lock").open("w")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            running = self.read()
            where = f" at {running.url} (process {running.pid})" if running else ""
            raise AlreadyRuns(f"This system already runs{where}.") from None
        self._lock = lock
        self._file.unlink(missing_ok=True)

    def leave(self) -> None:
        """Give the folder back."""
        if self._lock is not None:
            self._file.unlink(missing_ok=True)
            self._lock.close()
            self._lock = None

    def record(self, url: str, parts: Mapping[str, Supervised]) -> None:
        """Say what runs; readers see the old or the new file, never half of one."""
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
        partial = self._file.with_suffix(".part")
        partial.write_text(state.model_dump_json(indent=1))
        partial.rename(self._file)

    def read(self) -> RunningState | None:
        """What runs; None where nothing does, also after a process that was killed."""
        try:
            with (self._folder / "lock").open() as lock:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            pass
        except OSError:
            return None
        else:
            return None
        try:
            return RunningState.model_validate_json(self._file.read_text())
        except (OSError, ValueError):
            return None
