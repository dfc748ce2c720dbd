"""A process of the local stack: its own group, its own log file, gone when its parent is gone."""

import asyncio
import contextlib
import ctypes
import os
import signal
import socket
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None, use_errno=True)


class NotReady(Exception):
    """A part ended or did not answer in time; the message says where its log lies."""


class Process:
    """One child process.

    Args:
        name: what the part is called in messages and logs.
        log: file that takes its output.
        stop_signal: what asks it to end.
        stop_seconds: how long it may take; after that it is killed.
    """

    def __init__(
        self,
        name: str,
        log: Path,
        *,
        stop_signal: signal.Signals = signal.SIGTERM,
        stop_seconds: float = 25,
    ) -> None:
        self.name = name
        self.log = log
        self._stop_signal = stop_signal
        self._stop_seconds = stop_seconds
        self._popen: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """The process id while it runs."""
        return self._popen.pid if self._popen and self._popen.poll() is None else None

    def spawn(
        self,
        command: Sequence[str | Path],
        *,
        environment: Mapping[str, str],
        cwd: Path | None = None,
        in_child: Callable[[], None] | None = None,
        user: str | None = None,
    ) -> None:
        """Start the command; `in_child` runs in the child before it becomes the command."""

        def prepare() -> None:
            _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
            if in_child:
                in_child()

        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self._popen = subprocess.Popen(  # noqa: S603  our own commands
                [str(part) for part in command],
                env=dict(environment),
                cwd=cwd,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=prepare,  # noqa: PLW1509  no threads hold locks here
                user=user,
                group="nogroup" if user else None,
                extra_groups=[] if user else None,
            )

    async def until(self, answers: Callable[[], bool], seconds: float) -> None:
        """Wait until the part answers.

        Raises:
            NotReady: it ended, or the time is over.
        """
        try:
            async with asyncio.timeout(seconds):
                while not await asyncio.to_thread(answers):
                    if self.pid is None:
                        raise NotReady(f"{self.name} ended at its start; see {self.log}")
                    await asyncio.sleep(0.05)
        except TimeoutError:
            raise NotReady(
                f"{self.name} did not answer within {seconds:.0f} s; see {self.log}"
            ) from None

    async def stop(self) -> None:
        """Ask it to end, wait, and kill its whole group if it does not."""
        popen = self._popen
        if popen is None or popen.poll() is not None:
            return
        popen.send_signal(self._stop_signal)
        try:
            await asyncio.to_thread(popen.wait, self._stop_seconds)
        except subprocess.TimeoutExpired:
            await asyncio.to_thread(self.kill)

    def kill(self) -> None:
        """End the whole group at once."""
        self.kill_group()
        if self._popen is not None:
            self._popen.wait()

    def kill_group(self) -> None:
        """End what is left of the group, also after its leader has ended."""
        if self._popen is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._popen.pid, signal.SIGKILL)


def free_port() -> int:
    """A TCP port on loopback that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def listens(port: int) -> bool:
    """Whether somebody listens on this port of loopback."""
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0
