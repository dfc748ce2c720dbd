"""`make soak`: ten minutes at half of what two cores can answer; nothing may grow.

Photos come at a fixed rate. Once a minute the memory, the open files and
connections of every part are counted, and what its data take on disk; exit 1 where a part's memory
or files have grown by more than a tenth between the second minute and the last, or where an upload
failed.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from local_stack.stack import Stack, running
from tests.bench.processes import family
from tests.bench.steady_load import STACK_SETTINGS, Load, clinician_at_work
from tests.conftest import profile

MINUTES = 10
# Four clients got 47 to 59 answered on two cores (docs/benchmarks.md).
PHOTOS_A_SECOND = 30
# The first minute fills caches and pools.
FROM_MINUTE = 2
GROWTH_GOAL = 1.1
# A few files more or less are no leak, and neither are a few pages.
LEAST_FILES, LEAST_MEBIBYTES = 8, 16.0


@dataclass(frozen=True, slots=True)
class Look:
    """One part at one moment.

    Attributes:
        mebibytes: its own and its children's. What they share counts once: each of PostgreSQL's
            processes maps all its buffers, sooner or later.
        processes: itself and its children.
        files: open, sockets among them.
        connections: of TCP.
    """

    mebibytes: float
    processes: int
    files: int
    connections: int


def looks(stack: Stack) -> dict[str, Look]:
    """Every part by now."""
    found = {}
    for name in stack.supervisor.supervised:
        processes = family(stack, name)
        found[name] = Look(
            sum(one.memory_full_info().pss for one in processes) / 2**20,
            len(processes),
            sum(one.num_fds() for one in processes),
            sum(len(one.net_connections("tcp")) for one in processes),
        )
    return found


async def measure(
    console: Console, folder: Path, minutes: int
) -> tuple[list[dict[str, Look]], Counter[int]]:
    """The parts once a minute, and how many uploads had which status."""
    async with (
        running(folder, say=lambda _: None, settings=STACK_SETTINGS) as stack,
        clinician_at_work(stack) as clinician,
    ):
        load = Load(clinician, await clinician.add_patient(profile()), PHOTOS_A_SECOND)
        sending = asyncio.create_task(load.run())
        found, began = [], time.monotonic()
        try:
            for minute in range(1, minutes + 1):
                await asyncio.sleep(began + 60 * minute - time.monotonic())
                found.append(looks(stack))
                console.print(f"minute {minute}: {len(load.answers)} photos, {_disk(folder)}")
        finally:
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)
    return found, Counter(answer.status for answer in load.answers)


def _disk(folder: Path) -> str:
    sizes = {
        part.name: sum(file.stat().st_size for file in part.rglob("*") if file.is_file())
        for part in sorted(folder.iterdir())
        if part.is_dir()
    }
    return ", ".join(f"{name} {size / 2**20:.0f} MiB" for name, size in sizes.items())


def grown(early: Look, late: Look) -> list[str]:
    """What of a part has grown."""
    wrong = []
    if late.mebibytes > max(GROWTH_GOAL * early.mebibytes, early.mebibytes + LEAST_MEBIBYTES):
        wrong.append("memory")
    # A pool may open one more connection, and each of PostgreSQL's holds some ninety files.
    expected = early.files * late.processes / early.processes
    if late.files > max(GROWTH_GOAL * expected, expected + LEAST_FILES):
        wrong.append("files")
    return wrong


def main() -> None:
    """Measure, print, and exit 1 where something grows or an upload failed."""
    reading = argparse.ArgumentParser(description=__doc__)
    reading.add_argument("--minutes", type=int, default=MINUTES)
    minutes = reading.parse_args().minutes
    console = Console(width=130)
    with tempfile.TemporaryDirectory(prefix="dermis-soak-") as folder:
        found, statuses = asyncio.run(measure(console, Path(folder), minutes))
    early, late = found[min(FROM_MINUTE, len(found)) - 1], found[-1]
    table = Table("part", "MiB", "", "processes", "", "open files", "", "connections", "", "grows")
    failures = 0
    for name in late:
        wrong = grown(early[name], late[name])
        failures += len(wrong)
        table.add_row(
            name,
            f"{early[name].mebibytes:.0f}", f"{late[name].mebibytes:.0f}",
            str(early[name].processes), str(late[name].processes),
            str(early[name].files), str(late[name].files),
            str(early[name].connections), str(late[name].connections),
            ", ".join(wrong),
        )  # fmt: skip
    console.print(table)
    console.print(f"uploads by status: {dict(statuses)}")
    failures += sum(many for status, many in statuses.items() if status not in (201, 202))
    sys.exit(bool(failures))


if __name__ == "__main__":
    main()
