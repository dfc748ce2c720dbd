"""Starts components, restarts those that end, and stops all in reverse order."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Literal, Protocol

from local_stack.components.process import Process

LOOK_SECONDS = 0.2
FIRST_REST_SECONDS = 1.0
LONGEST_REST_SECONDS = 30.0
# A component that ran this long didn't fail at its start; its pauses start over.
SETTLED_SECONDS = 60.0

Say = Callable[[str], None]


class Part(Protocol):
    """A component of the system: a process, and how to start and stop it."""

    process: Process
    port: int

    async def start(self) -> None:
        """Start and wait until ready."""

    async def stop(self) -> None:
        """End cleanly."""


@dataclass(slots=True)
class Supervised:
    """A component and its state."""

    part: Part
    state: Literal["starting", "ready", "resting"] = "starting"
    restarts: int = 0


class Supervisor:
    """Keeps components running.

    Args:
        say: prints a line of progress.
        changed: called when a component has started, ended or restarted.
    """

    def __init__(self, *, say: Say, changed: Callable[[], None]) -> None:
        self.supervised: dict[str, Supervised] = {}
        self._say = say
        self._changed = changed
        self._watches: dict[str, asyncio.Task[None]] = {}

    async def start(self, parts: Mapping[str, Part]) -> None:
        """Start components in parallel, and watch them from then on.

        Raises:
            NotReady: one did not come up.
        """
        results = await asyncio.gather(
            *(self._start(name, part) for name, part in parts.items()), return_exceptions=True
        )
        for failure in results:
            if failure is not None:
                raise failure

    async def stop(self) -> None:
        """Stop every component, the last one first; each finishes its work."""
        for watch in self._watches.values():
            watch.cancel()
        await asyncio.gather(*self._watches.values(), return_exceptions=True)
        self._watches.clear()
        for name, supervised in reversed(self.supervised.items()):
            self._say(f"Stopping {name}")
            await supervised.part.stop()
        self.supervised.clear()

    @asynccontextmanager
    async def held_down(self, name: str) -> AsyncIterator[None]:
        """Keep a component stopped during the block, to test its absence."""
        supervised = self.supervised[name]
        self._watches[name].cancel()
        await asyncio.gather(self._watches[name], return_exceptions=True)
        await supervised.part.stop()
        try:
            yield
        finally:
            await supervised.part.start()
            self._watches[name] = asyncio.create_task(self._watch(name, supervised))

    async def _start(self, name: str, part: Part) -> None:
        supervised = self.supervised[name] = Supervised(part)
        started = time.monotonic()
        await part.start()
        supervised.state = "ready"
        self._changed()
        self._say(f"{name} is ready ({time.monotonic() - started:.1f} s)")
        self._watches[name] = asyncio.create_task(self._watch(name, supervised))

    async def _watch(self, name: str, supervised: Supervised) -> None:
        rest = FIRST_REST_SECONDS
        while True:
            started = time.monotonic()
            while supervised.part.process.pid is not None:
                await asyncio.sleep(LOOK_SECONDS)
            if time.monotonic() - started > SETTLED_SECONDS:
                rest = FIRST_REST_SECONDS
            log = supervised.part.process.log
            self._say(f"{name} has ended; restarting it in {rest:g} s (see {log})")
            supervised.state = "resting"
            self._changed()
            await asyncio.sleep(rest)
            rest = min(rest * 2, LONGEST_REST_SECONDS)
            await self._restart(name, supervised)

    async def _restart(self, name: str, supervised: Supervised) -> None:
        supervised.restarts += 1
        try:
            await supervised.part.start()
        except Exception as error:  # noqa: BLE001  whatever it is, the next try follows
            self._say(str(error))
            with contextlib.suppress(OSError):
                await supervised.part.stop()
            return
        supervised.state = "ready"
        self._changed()
        self._say(f"{name} is ready again")
