"""`make bench-reload`: what releases do to a clinic at work.

Twenty photos a second go through the gateway of a whole local system, first in peace, then while
ten releases and rollbacks follow each other and an archive is refused that answers otherwise than
it says. Both phases are measured in one run; exit 1 where a goal is missed.
"""

import asyncio
import functools
import itertools
import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from local_stack.admin_account import admin_account
from local_stack.api_client import Clinician, SignIn
from local_stack.mailbox import Mailbox
from local_stack.stack import Stack, running
from tests.bench.steady_load import (
    STACK_SETTINGS,
    UPLOAD_SECONDS,
    Answer,
    Load,
    clinician_at_work,
)
from tests.conftest import profile
from tests.shipped import shipped_archive
from tests.test_model_release import next_version

STEADY_SECONDS = 20.0
SWITCHES = 10
SWITCH_SECONDS = 120.0
POLL_SECONDS = 0.2
SLOWEST_RATIO = 3.0


async def measure(folder: Path) -> tuple[list[Answer], list[Answer], list[str]]:
    """The answers in peace, those while releases went on, and the versions that went live."""
    async with (
        running(folder, say=lambda _: None, settings=STACK_SETTINGS) as stack,
        clinician_at_work(stack) as clinician,
        Clinician(stack.url, Mailbox(stack.mails)) as admin,
    ):
        await _sign_in(stack, admin)
        await _bring_archives(admin, folder)
        load = Load(clinician, await clinician.add_patient(profile()))
        sending = asyncio.create_task(load.run())
        try:
            await asyncio.sleep(STEADY_SECONDS)
            begin = time.monotonic()
            live = await _release_in_turns(admin)
        finally:
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)
    return (
        [answer for answer in load.answers if answer.at < begin],
        [answer for answer in load.answers if answer.at >= begin],
        live,
    )


async def _sign_in(stack: Stack, admin: Clinician) -> None:
    known = await admin_account(stack)
    await admin.sign_in(SignIn(known.email, known.password), keep=lambda _: None)


async def _bring_archives(admin: Clinician, folder: Path) -> None:
    for version, shift in (("91.0.0", 0.0), ("92.0.0", 0.0), ("93.0.0", 0.3)):
        made = folder / version
        made.mkdir()
        archive = next_version(made, version, golden_shift=shift)
        answer = await admin.http.post(
            "/admin/upload-model", files={"file": archive.open("rb")}, timeout=UPLOAD_SECONDS
        )
        answer.raise_for_status()


async def _release_in_turns(admin: Clinician) -> list[str]:
    """The versions that went live, one after the other."""
    live = []
    for number in range(SWITCHES):
        if number == SWITCHES // 2:
            await admin.call("POST", "/admin/models/93.0.0/release", {"why": "to be refused"})
            await _until(admin, lambda replica: "93.0.0" in (replica["last_error"] or ""))
        if number % 3 == 2:
            released = await admin.call("POST", "/admin/models/rollback", {"why": "bench"})
        else:
            version = ("91.0.0", "92.0.0")[number % 2]
            released = await admin.call(
                "POST", f"/admin/models/{version}/release", {"why": "bench"}
            )
        await _until(admin, functools.partial(_serves, released["version"]))
        live.append(str(released["version"]))
    return live


def _serves(version: str, replica: dict[str, Any]) -> bool:
    return bool(replica["state"] == "ready" and replica["live_version"] == version)


async def _until(admin: Clinician, reached: Callable[[dict[str, Any]], bool]) -> None:
    ends = time.monotonic() + SWITCH_SECONDS
    while True:
        (replica,) = (await admin.call("GET", "/admin/serving"))["replicas"]
        if reached(replica):
            return
        if time.monotonic() > ends:
            raise TimeoutError(f"waited in vain; the replica is {replica}")
        await asyncio.sleep(POLL_SECONDS)


def main() -> None:
    """Measure, print, and exit 1 where a goal is missed."""
    with tempfile.TemporaryDirectory(prefix="dermis-bench-") as folder:
        steady, during, live = asyncio.run(measure(Path(folder)))
    console = Console()
    table = Table("", "uploads", "failed", "pending", "median ms", "p99 ms", "slowest ms")
    for name, answers in (("in peace", steady), ("during releases", during)):
        table.add_row(name, *_figures(answers))
    console.print(table)
    ratio = _quantile(during, 0.99) / _quantile(steady, 0.99)
    ordered = sorted(during, key=lambda answer: answer.at)
    switches = _changes([answer.version for answer in ordered if answer.version])
    # A release of what is live already changes nothing.
    expected = _changes([shipped_archive().card.version, *live])
    failed = sum(answer.status >= 400 or answer.status == 0 for answer in during)
    refused = Counter(answer.status for answer in during if not 0 < answer.status < 400)
    goals = {
        f"failed requests: {failed} {dict(refused) or ''} (goal 0)": failed == 0,
        f"p99 during releases: {ratio:.2f} times that in peace (goal ≤ {SLOWEST_RATIO})": (
            ratio <= SLOWEST_RATIO
        ),
        f"changes of version in the answers: {switches} (goal {expected}, one a release)": (
            switches == expected
        ),
    }
    for goal, holds in goals.items():
        console.print(f"{'holds ' if holds else 'MISSED'} {goal}")
    console.print(json.dumps({"ratio": round(ratio, 2), "switches": switches, "failed": failed}))
    sys.exit(not all(goals.values()))


def _figures(answers: list[Answer]) -> list[str]:
    return [
        str(len(answers)),
        str(sum(answer.status >= 400 or answer.status == 0 for answer in answers)),
        str(sum(answer.status == 202 for answer in answers)),
        *(f"{_quantile(answers, share) * 1000:.0f}" for share in (0.5, 0.99, 1)),
    ]


def _quantile(answers: list[Answer], share: float) -> float:
    ordered = sorted(answer.seconds for answer in answers)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def _changes(versions: list[str]) -> int:
    return sum(one != other for one, other in itertools.pairwise(versions))


if __name__ == "__main__":
    main()
