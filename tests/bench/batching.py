"""`make bench-batching`: what it costs and gains to hand a worker several photos at once.

One client alone waits for a batch to fill; eight at once fill it. Sizes take turns, so that a busy
moment meets all of them.
"""

import asyncio
import statistics
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import uvloop
from rich.console import Console
from rich.table import Table

from local_stack.components.torchserve import TorchServe
from serving.archives.archive import CheckedArchive
from serving.archives.batching import Batching
from serving.contract.torchserve import InferenceClient
from serving.replica.torchserve.management import ManagementClient
from tests.bench.asking import Ask, asking
from tests.bench.inference import dermoscopic_photos
from tests.shipped import shipped_archive

SIZES, DELAY_MS, WORKERS, CLIENTS = (1, 2, 4, 8), 50, 2, 8
# Two versions at a time are what a replica has memory for: sizes are loaded one after the other.
ROUNDS, ALONE, BUSY, WARM_UP = 3, 40, 160, 60


@dataclass(slots=True)
class Seen:
    """What was seen of one size: milliseconds of calls alone and in company, photos a second."""

    alone: list[float] = field(default_factory=list)
    busy: list[float] = field(default_factory=list)
    rates: list[float] = field(default_factory=list)


def main() -> None:
    """Measure and print."""
    with (
        tempfile.TemporaryDirectory(prefix="dermis-bench-") as held,
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
    ):
        seen = runner.run(_measured(shipped_archive(), Path(held)))
    title = f"{WORKERS} workers, batches wait {DELAY_MS} ms"
    table = Table(
        "batch_size", "alone ms", f"{CLIENTS} clients: ms", "p95 ms", "photos a second", title=title
    )
    for size, figures in seen.items():
        table.add_row(
            str(size),
            f"{statistics.median(figures.alone):.1f}",
            f"{statistics.median(figures.busy):.1f}",
            f"{statistics.quantiles(figures.busy, n=20)[-1]:.1f}",
            f"{statistics.median(figures.rates):.1f}",
        )
    Console().print(table)


async def _measured(archive: CheckedArchive, folder: Path) -> dict[int, Seen]:
    server, inference = TorchServe(folder / "torchserve", workers=WORKERS), InferenceClient()
    await server.start()
    management = ManagementClient(server.management_address, server.key_file)
    name, version = archive.card.name, archive.card.version
    ask = asking(server, management, inference, archive)

    seen = {size: Seen() for size in SIZES}
    try:
        for _ in range(ROUNDS):
            for size, figures in seen.items():
                file = f"of-{size}.mar"
                archive.write_sound_copy(
                    server.folder / "model_store" / file, batching=Batching(size, DELAY_MS)
                )
                await management.register(name, version, file, workers=WORKERS, seconds=120)
                await _measure(ask, figures)
                await management.unregister(name, version)
    finally:
        await inference.close()
        await management.close()
        await server.stop()
    return seen


async def _measure(ask: Ask, figures: Seen) -> None:
    photos = list(dermoscopic_photos())

    async def timed(number: int, times: list[float]) -> None:
        started = time.perf_counter()
        await ask(photos[number % len(photos)])
        times.append((time.perf_counter() - started) * 1000)

    async def busy(count: int, times: list[float]) -> float:
        left, started = iter(range(count)), time.perf_counter()

        async def client() -> None:
            for number in left:
                await timed(number, times)

        await asyncio.gather(*(client() for _ in range(CLIENTS)))
        return count / (time.perf_counter() - started)

    await busy(WARM_UP, [])
    for number in range(ALONE):
        await timed(number, figures.alone)
    figures.rates.append(await busy(BUSY, figures.busy))


if __name__ == "__main__":
    main()
