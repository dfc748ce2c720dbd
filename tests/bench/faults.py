"""`make faults`: what a clinic at work sees of each fault; writes docs/faults.md.

Twenty photos a second go straight to the gateway of a whole local system while its parts are killed
one by one, frozen, emptied or taken down. At the end every photo that was acknowledged has to be
in the record, with the model's answer; exit 1 where one isn't.
"""

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import psutil
from redis.asyncio import Redis
from rich.console import Console

from local_stack.api_client import Clinician
from local_stack.stack import ROOT, Stack, running
from tests.bench.processes import family
from tests.bench.steady_load import (
    PHOTOS_A_SECOND,
    STACK_SETTINGS,
    Answer,
    Load,
    clinician_at_work,
)
from tests.conftest import profile

PAGE = ROOT / "docs" / "faults.md"
MARKER = "<!-- Below this line `make faults` writes. -->"
STEADY_SECONDS = 5.0
DOWN_SECONDS = 10.0
# A fault is over once as many photos in a row were answered at once.
IN_A_ROW = 2 * PHOTOS_A_SECOND
RECOVERY_SECONDS = 120.0
SETTLING_SECONDS = 300.0
PAGE_SIZE = 200

Fault = Callable[[Stack], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the photos of one fault.

    Attributes:
        name: of the fault.
        answers: from shortly before the fault to the recovery.
        seconds: from the fault to the first of the photos that were all answered at once again.
    """

    name: str
    answers: list[Answer]
    seconds: float

    def row(self, lost: int) -> str:
        """As a row of the page's table."""
        now, later, refused = (
            sum(kind(answer) for answer in self.answers) for kind in (_now, _later, _refused)
        )
        uncleanly = len(self.answers) - now - later - refused
        cells = (self.name, now, later, refused, uncleanly, lost, f"{self.seconds:.1f}")
        return f"| {' | '.join(map(str, cells))} |"


def _now(answer: Answer) -> bool:
    return answer.status == 201


def _later(answer: Answer) -> bool:
    return answer.status == 202


def _refused(answer: Answer) -> bool:
    return answer.status in (429, 503) and answer.retry_after


async def _killed(name: str, stack: Stack) -> None:
    family(stack, name)[0].kill()


async def _workers_killed(stack: Stack) -> None:
    _, *workers = family(stack, "TorchServe")
    for worker in workers:
        with suppress(psutil.NoSuchProcess):
            worker.kill()


async def _frozen(stack: Stack) -> None:
    processes = family(stack, "TorchServe")
    for process in processes:
        process.suspend()
    try:
        await asyncio.sleep(DOWN_SECONDS)
    finally:
        for process in processes:
            process.resume()


async def _down(name: str, stack: Stack) -> None:
    async with stack.supervisor.held_down(name):
        await asyncio.sleep(DOWN_SECONDS)


async def _emptied(stack: Stack) -> None:
    async with Redis.from_url(stack.redis.url, socket_timeout=5) as redis:
        await redis.flushall()


PARTS = ("gateway", "patient_service", "auth_service", "TorchServe", "follower", "Redis")
FAULTS: dict[str, Fault] = {
    **{f"kill -9 of {name}": partial(_killed, name) for name in (*PARTS, "PostgreSQL")},
    "kill -9 of both workers": _workers_killed,
    f"TorchServe stands still for {DOWN_SECONDS:.0f} s": _frozen,
    "Redis loses everything": _emptied,
    **{
        f"{name} is down for {DOWN_SECONDS:.0f} s": partial(_down, name)
        for name in ("Redis", "auth_service", "patient_service", "PostgreSQL")
    },
}


async def _tried(name: str, fault: Fault, stack: Stack, load: Load) -> Outcome:
    """Send, break, and wait until all is well again."""
    first = len(load.answers)
    sending = asyncio.create_task(load.run())
    try:
        await asyncio.sleep(STEADY_SECONDS)
        began = time.monotonic()
        await fault(stack)
        async with asyncio.timeout(RECOVERY_SECONDS):
            while (well_since := _well_since(load.answers[first:], began)) is None:
                await asyncio.sleep(0.2)
    finally:
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)
    return Outcome(name, load.answers[first:], max(0.0, well_since - began))


def _well_since(answers: list[Answer], began: float) -> float | None:
    """When the first photo of an unbroken row was sent; None while there is no such row."""
    sent = sorted((answer for answer in answers if answer.at > began), key=lambda one: one.at)
    row: list[Answer] = []
    for answer in sent:
        row = [*row, answer] if _now(answer) else []
    return row[0].at if len(row) >= IN_A_ROW else None


async def _settled(clinician: Clinician, patient: str) -> set[str]:
    """The patient's detections, once the model has answered each."""
    async with asyncio.timeout(SETTLING_SECONDS):
        while True:
            items: list[dict[str, Any]] = []
            cursor: str | None = ""
            while cursor is not None:
                after = f"&cursor={cursor}" if cursor else ""
                path = f"/patients/{patient}/detections?limit={PAGE_SIZE}{after}"
                page = await clinician.call("GET", path)
                items += page["items"]
                cursor = page["next_cursor"]
            if all(item["status"] == "complete" for item in items):
                return {item["id"] for item in items}
            await asyncio.sleep(1)


async def measure(console: Console, folder: Path) -> list[tuple[Outcome, int]]:
    """Each fault's outcome, and how many of its acknowledged photos were lost."""
    found = []
    async with (
        running(folder, say=lambda _: None, settings=STACK_SETTINGS) as stack,
        clinician_at_work(stack) as clinician,
    ):
        for name, fault in FAULTS.items():
            patient = await clinician.add_patient(profile())
            outcome = await _tried(name, fault, stack, Load(clinician, patient))
            acknowledged = {answer.detection for answer in outcome.answers} - {""}
            lost = len(acknowledged - await _settled(clinician, patient))
            console.print(outcome.row(lost))
            found.append((outcome, lost))
    return found


def measured(found: list[tuple[Outcome, int]]) -> str:
    """The part of the page that is written anew."""
    answers = [answer for outcome, _ in found for answer in outcome.answers]
    acknowledged = sum(bool(answer.detection) for answer in answers)
    lost = sum(lost for _, lost in found)
    rows = "\n".join(outcome.row(lost) for outcome, lost in found)
    return f"""
## Measured on {datetime.now(UTC):%Y-%m-%d}
{os.cpu_count()} cores; {acknowledged} photos acknowledged, {lost} of them lost.

| fault | answered | later | refused | uncleanly | lost | seconds |
| --- | --- | --- | --- | --- | --- | --- |
{rows}
"""


def main() -> None:
    """Try every fault, write the page, and exit 1 where a photo was lost."""
    console = Console(width=130)
    with tempfile.TemporaryDirectory(prefix="dermis-faults-") as folder:
        found = asyncio.run(measure(console, Path(folder)))
    kept = PAGE.read_text().partition(MARKER)[0]
    PAGE.write_text(kept + MARKER + "\n" + measured(found))
    sys.exit(any(lost for _, lost in found))


if __name__ == "__main__":
    main()
