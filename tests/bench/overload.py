"""`make bench-overload`: uploads at twice the rate that can be answered, whatever the answers take.

What the system can answer is measured first, by four clients who each send when they are answered.
Then photos come at twice that rate from three clinics (an open loop): some are to be refused with
Retry-After, the others answered within a second, and memory is to stay as it is.
"""

import asyncio
import itertools
import statistics
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
from rich.console import Console
from rich.table import Table

from local_stack.stack import Stack, running
from tests.bench import cpu
from tests.bench.inference import dermoscopic_photos
from tests.bench.processes import resident
from tests.conftest import until_model_is_live

CLOSED_CLIENTS, CLOSED_SECONDS = 4, 10.0
CLINICS, OPEN_SECONDS = 3, 30.0
TIMES = 2.0
P99_GOAL_SECONDS = 1.0


@dataclass
class Seen:
    """What became of uploads.

    Attributes:
        statuses: how many had which.
        seconds: of each that was answered.
        without_retry_after: how many were not, and not told when to come again.
    """

    statuses: Counter[int] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)
    without_retry_after: int = 0

    @property
    def p99(self) -> float:
        """Seconds, of those answered."""
        return sorted(self.seconds)[int(len(self.seconds) * 0.99)]


async def _send(http: aiohttp.ClientSession, url: str, token: str, photo: bytes, to: Seen) -> None:
    form = aiohttp.FormData()
    form.add_field("file", photo, filename="photo.jpg", content_type="image/jpeg")
    started = time.perf_counter()
    async with http.post(url, data=form, headers={"Authorization": token}) as answer:
        await answer.read()
    to.statuses[answer.status] += 1
    if answer.status == 201:
        to.seconds.append(time.perf_counter() - started)
    elif "Retry-After" not in answer.headers:
        to.without_retry_after += 1


async def measure(console: Console, folder: Path) -> bool:
    """Measure and print; whether the goals are met."""
    photos = itertools.cycle(dermoscopic_photos())
    async with running(folder, settings=cpu.SETTINGS) as stack:
        await until_model_is_live(stack)
        made = [await cpu.record(stack) for _ in range(CLINICS)]
        places = [(f"{stack.url}/api/predict/upload/{one.patient}", one.token) for one in made]
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:
            closed = Seen()
            ends = time.monotonic() + CLOSED_SECONDS

            async def client() -> None:
                while time.monotonic() < ends:
                    await _send(http, *places[0], next(photos), closed)

            await asyncio.gather(*(client() for _ in range(CLOSED_CLIENTS)))
            rate = TIMES * closed.statuses[201] / CLOSED_SECONDS
            before, opened = _memory(stack), Seen()
            async with asyncio.TaskGroup() as group:
                beginning = time.monotonic()
                for number in range(int(rate * OPEN_SECONDS)):
                    await asyncio.sleep(max(0, beginning + number / rate - time.monotonic()))
                    place = places[number % CLINICS]
                    group.create_task(_send(http, *place, next(photos), opened))
            after = _memory(stack)
    _print(console, closed, opened, rate)
    for name, mebibytes in after.items():
        console.print(f"{name}: {before[name]:.0f} MiB before, {mebibytes:.0f} after")
    return opened.p99 <= P99_GOAL_SECONDS and not opened.without_retry_after


def _memory(stack: Stack) -> dict[str, float]:
    return {name: resident(stack, name) / 2**20 for name in ("gateway", "patient_service")}


def _print(console: Console, closed: Seen, opened: Seen, rate: float) -> None:
    drawn = Table(
        "", "sent a second", "answered a second", "refused", "others", "median ms", "p99 ms"
    )
    for name, seen, sent, seconds in (
        (f"{CLOSED_CLIENTS} clients", closed, None, CLOSED_SECONDS),
        (f"{TIMES:g} times that, open loop", opened, rate, OPEN_SECONDS),
    ):
        refused = seen.statuses[503] + seen.statuses[429]
        others = seen.statuses.total() - refused - seen.statuses[201]
        drawn.add_row(
            name,
            f"{sent:.0f}" if sent else "as answered",
            f"{seen.statuses[201] / seconds:.1f}",
            str(refused),
            str(others),
            f"{statistics.median(seen.seconds) * 1000:.0f}",
            f"{seen.p99 * 1000:.0f}",
        )
    console.print(drawn)


async def _main(console: Console) -> int:
    with tempfile.TemporaryDirectory(prefix="dermis-overload-") as folder:
        return 0 if await measure(console, Path(folder)) else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(_main(Console(width=130))))
