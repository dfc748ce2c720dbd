"""From Enter on an entry of Today to its large photo on the screen: see `make bench-web`."""

import statistics

from PIL import Image
from playwright.async_api import Page, expect
from rich.table import Table

from local_stack.api_client import Clinician
from serving import examples
from tests import photos
from tests.conftest import profile

PHOTOS = 6
# As a phone with a dermoscope takes it, about 600 kB.
SIZE = (2400, 1800)
MOST_MS = 150
# Pages fetch what is likely to be opened next once they are quiet.
QUIET_MS = 3000
# Resolves with milliseconds from the next key to the frame in which the photo itself, no thumbnail,
# is on the screen: decoded, and a frame drawn after that.
WATCH = """() => {
    window.opened = new Promise(resolve => addEventListener("keydown", ({ timeStamp }) => {
        const look = async () => {
            const photo = document.querySelector("[data-testid=viewer] img");
            if (!photo?.complete || photo.naturalWidth < 1000) return requestAnimationFrame(look);
            await photo.decode();
            requestAnimationFrame(() => resolve(performance.now() - timeStamp));
        };
        look();
    }, { capture: true, once: true }));
}"""


async def bring_photos(clinician: Clinician) -> None:
    """Large photos that wait for a verdict, each of a patient of its own."""
    for example in examples.read()[:PHOTOS]:
        patient = await clinician.add_patient(profile() | {"full_name": "Opened Photo"})
        lesion = await clinician.call("POST", f"/patients/{patient}/lesions", {"label": "mole"})
        with Image.open(example.path) as small:
            photo = photos.encoded(small.convert("RGB").resize(SIZE), "JPEG", quality=95)
        sent = await clinician.upload(patient, photo, lesion=lesion["id"])
        await clinician.settled(sent.json())


async def opened_photos(page: Page) -> Table:
    """Open photos of Today: half of them on a page loaded anew, each other one after that."""
    table = Table(
        "", "median", "worst", title=f"From Enter on Today to its photo, ms (≤ {MOST_MS})"
    )
    first, later = [], []
    for number in range(0, PHOTOS, 2):
        await page.goto("/dashboard")
        first.append(await _opened(page, number))
        await page.go_back()
        later.append(await _opened(page, number + 1))
    for name, taken in (("the first after a reload", first), ("a later one", later)):
        table.add_row(name, f"{statistics.median(taken):.0f}", f"{max(taken):.0f}")
    return table


async def _opened(page: Page, number: int) -> float:
    waiting = page.get_by_role("region", name="Awaiting your review")
    entry = waiting.get_by_role("link", name="Opened Photo").nth(number)
    await expect(entry.get_by_role("img")).to_be_visible()
    await page.wait_for_load_state("networkidle")
    await page.wait_for_timeout(QUIET_MS)
    await entry.focus()
    await page.evaluate(WATCH)
    await page.keyboard.press("Enter")
    milliseconds: float = await page.evaluate("() => opened")
    return milliseconds
