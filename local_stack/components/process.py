"""A process of the local stack: its own group, its own log file, gone when its parent is gone."""

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Literal

import psutil

User = Literal["same", "namespace", "nobody"]

LAUNCH = Path(__file__).parent / "launch.py"
# In the environment of every process, so that leftovers are recognised as ours.
_MARK = "DERMIS_LOCAL_STACK"
_SWEEP_SECONDS = 10.0
_LOG_TAIL_LINES = 5
# A process's start time is derived from the clock, which may have been set meanwhile.
_CLOCK_STEP_SECONDS = 2.0


class NotReady(Exception):
    """A component ended or did not answer in time; the message says where its log is."""


class Process:
    """One child process.

    Args:
        name: the component's name in messages and logs.
        log: file for its output; a file with its process id is kept beside it.
        stop_signal: asks it to end; it also gets this signal when its parent dies.
        stop_seconds: how long it may take to end before it is killed.
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
        self._pid_file = log.with_suffix(".pid")
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
        user: User = "same",
    ) -> None:
        """Start the command, after ending what a killed earlier run has left behind."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self.sweep()
        launch = [sys.executable, "-I", "-S", str(LAUNCH), str(os.getpid())]
        launch += [str(int(self._stop_signal)), user, *map(str, command)]
        with self.log.open("ab") as log:
            self._popen = subprocess.Popen(  # noqa: S603  our own commands
                launch,
                env={**environment, _MARK: str(self._pid_file)},
                cwd=cwd,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        born = psutil.Process(self._popen.pid).create_time()
        self._pid_file.write_text(json.dumps({"pid": self._popen.pid, "born": born}))

    async def until(self, answers: Callable[[], bool], seconds: float) -> None:
        """Wait until the component answers.

        Raises:
            NotReady: it ended, or time is up.
        """
        try:
            async with asyncio.timeout(seconds):
                while not await asyncio.to_thread(answers):
                    if self.pid is None:
                        raise NotReady(f"{self.name} ended while starting.\n{self._last_words()}")
                    await asyncio.sleep(0.05)
        except TimeoutError:
            raise NotReady(
                f"{self.name} did not answer within {seconds:.0f} s.\n{self._last_words()}"
            ) from None

    async def ended(self, seconds: float) -> None:
        """Wait for a command that ends by itself.

        Raises:
            NotReady: it failed, or time is up.
        """
        try:
            async with asyncio.timeout(seconds):
                while self.pid is not None:
                    await asyncio.sleep(0.05)
        except TimeoutError:
            raise NotReady(
                f"{self.name} took longer than {seconds:.0f} s; see {self.log}"
            ) from None
        finally:
            self.kill()
            self._pid_file.unlink(missing_ok=True)
        if self._popen is None or self._popen.returncode != 0:
            raise NotReady(f"{self.name} failed.\n{self._last_words()}")

    async def stop(self) -> None:
        """Ask it to end, wait, and kill its whole group if it doesn't."""
        popen = self._popen
        if popen is None:
            return
        if popen.poll() is None:
            popen.send_signal(self._stop_signal)
            with contextlib.suppress(subprocess.TimeoutExpired):
                await asyncio.to_thread(popen.wait, self._stop_seconds)
        self.kill()
        self._pid_file.unlink(missing_ok=True)

    def kill(self) -> None:
        """Kill what is left of the group, even if its leader has already ended."""
        if self._popen is not None:
            _kill_group(self._popen.pid)
            self._popen.wait()

    def sweep(self) -> None:
        """Kill what an earlier run left: the process in the pid file, or orphans of its group."""
        try:
            noted = json.loads(self._pid_file.read_text())
            pid, born = int(noted["pid"]), float(noted["born"])
        except (OSError, ValueError, KeyError, TypeError):
            return
        leftovers = [member for member in _group(pid) if self._is_ours(member, pid, born)]
        for member in leftovers:
            with contextlib.suppress(psutil.NoSuchProcess):
                member.kill()
        psutil.wait_procs(leftovers, timeout=_SWEEP_SECONDS)
        self._pid_file.unlink(missing_ok=True)

    def _is_ours(self, member: psutil.Process, pid: int, born: float) -> bool:
        """Whether the pid file meant this process, not a later one with the same id."""
        try:
            if member.pid == pid:
                return abs(member.create_time() - born) < _CLOCK_STEP_SECONDS
            return member.environ().get(_MARK) == str(self._pid_file)
        except psutil.Error:
            return False

    def _last_words(self) -> str:
        lines = self.log.read_text(errors="replace").splitlines()[-_LOG_TAIL_LINES:]
        return "\n".join([*lines, f"Full log: {self.log}"])


def _group(leader: int) -> list[psutil.Process]:
    """Every process of a group, whether its leader is alive or not."""
    members = []
    for process in psutil.process_iter():
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if os.getpgid(process.pid) == leader:
                members.append(process)
    return members


def _kill_group(leader: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)
