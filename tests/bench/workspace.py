"""What pages of a clinician weigh on a slow line, and how far they move: see `make bench-web`."""

import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from playwright.async_api import Browser, Page, expect
from rich.console import Console
from rich.table import Table

from local_stack.api_client import Clinician
from local_stack.mailbox import Mailbox
from local_stack.stack import Stack
from tests.bench.opened_photo import bring_photos, opened_photos
from tests.browser.conftest import context_of, take_session_along
from tests.browser.screens import DESKTOP
from tests.browser.test_lesion_screen import photographed
from tests.browser.test_triage import fill
from tests.browser.test_weight import LAYOUT_SHIFT
from tests.conftest import new_sign_in

# A slow line of a practice: 800 kbit/s each way, 300 ms there and back.
SLOW_LINE = {
    "offline": False, "latency": 300, "downloadThroughput": 100_000, "uploadThroughput": 100_000,
}  # fmt: skip
MOST_KB, MOST_SECONDS, MOST_SHIFT = 450, 5, 0.02
LESIONS = 7
# As `fill` names the patients.
WAITING = re.compile(r"^Patient \d\d")


@dataclass(frozen=True, slots=True)
class Record:
    """What the clinic has: a patient with a lesion photographed on two days, and who sees them."""

    clinician: Clinician
    patient: str
    lesion: str


async def measure_workspace(browser: Browser, stack: Stack, console: Console) -> None:
    """Measure a clinician's pages on a filled record, and print."""
    async with Clinician(stack.url, Mailbox(stack.mails)) as clinician:
        known = new_sign_in()
        await clinician.register(known, full_name="Noor Haddad", clinic="Harbour Dermatology")
        known = await clinician.sign_in(known, keep=lambda _: None)
        await fill(clinician, LESIONS)
        record = Record(clinician, *await photographed(clinician, days=2))
        async with _at_work(browser, stack, clinician) as page:
            sizes, seconds = await cold_dashboard(page)
        thumbnails = sum(size for url, size in sizes if url.endswith("/thumbnail"))
        console.print(
            f"Today on a slow line, nothing cached: {sum(size for _, size in sizes) / 1000:.0f} kB "
            f"(≤ {MOST_KB}) in {len(sizes)} answers, of these {thumbnails / 1000:.0f} kB are "
            f"thumbnails; shown in {seconds:.1f} s (≤ {MOST_SECONDS})."
        )
        known = await clinician.sign_in(known, keep=lambda _: None)
        async with _at_work(browser, stack, clinician) as page:
            console.print(await _shifts(page, record))
        await clinician.sign_in(known, keep=lambda _: None)
        await bring_photos(clinician)
        async with _at_work(browser, stack, clinician) as page:
            console.print(await opened_photos(page))


@asynccontextmanager
async def _at_work(browser: Browser, stack: Stack, clinician: Clinician) -> AsyncIterator[Page]:
    async with context_of(browser, stack, viewport=DESKTOP) as context:
        await take_session_along(context, clinician)
        yield await context.new_page()


async def cold_dashboard(page: Page) -> tuple[list[tuple[str, int]], float]:
    """Addresses with their bytes as they came over the line, and seconds until it is shown."""
    line = await page.context.new_cdp_session(page)
    await line.send("Network.enable")
    await line.send("Network.emulateNetworkConditions", SLOW_LINE)
    addresses: dict[str, str] = {}
    sizes: list[tuple[str, int]] = []

    def note(event: dict[str, Any]) -> None:
        sizes.append((addresses.get(event["requestId"], ""), int(event["encodedDataLength"])))

    line.on(
        "Network.responseReceived",
        lambda event: addresses.update({event["requestId"]: event["response"]["url"]}),
    )
    line.on("Network.loadingFinished", note)
    began = time.perf_counter()
    await page.goto("/dashboard", wait_until="commit")
    waiting = page.get_by_role("region", name="Awaiting your review")
    await expect(waiting.get_by_role("link", name=WAITING).first).to_be_visible()
    seconds = time.perf_counter() - began
    await page.wait_for_load_state("networkidle")
    return sizes, seconds


async def _shifts(page: Page, record: Record) -> Table:
    patient = f"/patient/{record.patient}"
    table = Table("", "CLS", title=f"How far pages move while they load (≤ {MOST_SHIFT})")
    for path in (
        "/dashboard", "/patients", "/worklist?list=recent", patient,
        f"{patient}?lesion={record.lesion}", "/clinic", "/profile",
    ):  # fmt: skip
        await page.goto(path)
        await page.wait_for_load_state("networkidle")
        shift = await page.evaluate(LAYOUT_SHIFT)
        table.add_row(re.sub("[0-9a-f-]{36}", "…", path), f"{shift:.3f}")
    return table
