"""How many presses and how long a clinician's errands take, from the page where they begin."""

import io
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from PIL import Image
from playwright.async_api import FilePayload, Page, expect

from local_stack.api_client import Clinician
from serving import examples
from tests import photos
from tests.browser.screens import Visitor
from tests.browser.test_triage import WATCH as WATCH_PHOTOS
from tests.browser.test_triage import AtWork, drawn, fill, open_list
from tests.conftest import profile

# Keys and presses of the pointer; Ctrl and Shift count with the key that they are held for.
COUNT = """() => {
    window.presses = 0;
    const held = ["Control", "Shift", "Alt", "Meta"];
    addEventListener("keydown", event => { presses += !held.includes(event.key); }, true);
    addEventListener("pointerdown", () => { presses += 1; }, true);
}"""
PHOTO = re.compile("^Photo,")
TRIAGED = 20
LESIONS_OF_THREE = 7


@dataclass(slots=True)
class Effort:
    """What an errand takes.

    Attributes:
        presses: of keys and of the pointer.
        seconds: on this machine, by hands that never wait.
    """

    presses: int = 0
    seconds: float = 0


@asynccontextmanager
async def counted(page: Page) -> AsyncIterator[Effort]:
    """Count what is done at a page that isn't loaded anew meanwhile."""
    effort = Effort()
    await page.evaluate(COUNT)
    began = time.perf_counter()
    yield effort
    effort.seconds = time.perf_counter() - began
    effort.presses = await page.evaluate("() => presses")


async def on_today(page: Page) -> None:
    await page.goto("/dashboard")
    await expect(page.get_by_role("heading", name="Today")).to_be_visible()
    await page.wait_for_load_state("networkidle")


async def finding_a_patient(visitor: Visitor, clinician: Clinician) -> Effort:
    """From any page to a patient's record, by some letters of the name."""
    page = visitor.page
    await clinician.add_patient(profile() | {"full_name": "Signe Lindqvist"})
    await on_today(page)
    async with counted(page) as effort:
        await page.keyboard.press("Control+k")
        await page.keyboard.type("lindq")
        await expect(page.get_by_role("button", name="Signe Lindqvist")).to_be_visible()
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("heading", name="Signe Lindqvist")).to_be_visible()
    return effort


async def on_a_lesion(visitor: Visitor, clinician: Clinician, *, months: int) -> Page:
    """The page of a lesion with a photo a month, showing the newest."""
    patient, lesion = await followed(clinician, months=months)
    await visitor.page.goto(f"/patient/{patient}?lesion={lesion}")
    await expect(visitor.page.get_by_role("img", name=PHOTO)).to_be_visible()
    return visitor.page


async def photo_to_verdict(visitor: Visitor, clinician: Clinician) -> Effort:
    """From the lesion's page to the verdict on a new photo; choosing its file isn't counted."""
    page = await on_a_lesion(visitor, clinician, months=1)
    async with counted(page) as effort:
        async with page.expect_file_chooser() as asked:
            await page.get_by_role("button", name="Add photos").click()
        file = FilePayload(name="photo.png", mimeType="image/png", buffer=photos.unique())
        await (await asked.value).set_files(file)
        thumbnails = page.get_by_role("group", name="Photos").get_by_role("button", name=PHOTO)
        await expect(thumbnails).to_have_count(2)
        await expect(page.get_by_role("region", name="Result")).to_contain_text("Model lesion")
        await page.get_by_role("radio", name="I consider it benign").click()
        await page.get_by_role("button", name="Save verdict").click()
        await expect(page.get_by_text("Your verdict is in the record.")).to_be_visible()
    return effort


async def twenty_photos(visitor: Visitor, clinician: Clinician) -> Effort:
    """A verdict on each of twenty waiting photos, each one seen whole before the key."""
    page = visitor.page
    await fill(clinician, LESIONS_OF_THREE)
    await open_list(visitor, LESIONS_OF_THREE * 3)
    await page.evaluate(WATCH_PHOTOS)
    async with counted(page) as effort:
        for number in range(1, TRIAGED + 1):
            await page.keyboard.press("23"[number % 2])
            await drawn(page, number)
    return effort


async def comparing_over_a_year(visitor: Visitor, clinician: Clinician) -> Effort:
    """From a lesion's newest photo to that and the one of a year ago, laid over each other."""
    page = await on_a_lesion(visitor, clinician, months=13)
    async with counted(page) as effort:
        await page.get_by_role("button", name="Compare two photos").click()
        dialog = page.get_by_role("dialog", name="Compare two photos")
        left = dialog.get_by_role("group", name="Left")
        await left.get_by_role("button", name=PHOTO).first.press("End")
        await expect(dialog).to_contain_text("365 days apart")
        await expect(dialog.get_by_role("status")).to_contain_text("matching points")
    return effort


async def followed(clinician: Clinician, months: int) -> tuple[str, str]:
    """A patient and a lesion that was photographed once a month, a little turned each time."""
    patient = await clinician.add_patient(profile())
    draft = {"label": "left forearm", "status": "observed"}
    lesion = (await clinician.call("POST", f"/patients/{patient}/lesions", draft))["id"]
    shown = Image.open(io.BytesIO(next(iter(examples.read())).path.read_bytes())).convert("RGB")
    for month in range(months):
        year, of_year = divmod(month, 12)
        answer = await clinician.http.post(
            f"/predict/upload/{patient}",
            files={"file": ("photo.jpg", photos.encoded(shown.rotate(month), "JPEG", quality=92))},
            data={
                "lesion_id": lesion,
                "captured_at": f"{2025 + year}-{of_year + 1:02}-10T10:00:00Z",
            },
        )
        await clinician.settled(answer.json())
    return patient, lesion


ERRANDS = {
    # Before others add photos that wait.
    "20 photos of a list": (twenty_photos, 20),
    "find a patient": (finding_a_patient, 7),
    "photo to verdict": (photo_to_verdict, 3),
    "compare over a year": (comparing_over_a_year, 2),
}


async def test_errands_take_no_more_presses_than_the_guide_says(at_work: AtWork) -> None:
    visitor, clinician = at_work
    for name in ("find a patient", "photo to verdict", "compare over a year"):
        errand, presses = ERRANDS[name]
        assert (name, (await errand(visitor, clinician)).presses) == (name, presses)


async def bench_errands(at_work: AtWork) -> None:
    """`make bench-triage`. The guide names these figures."""
    for name, (errand, _) in ERRANDS.items():
        effort = await errand(*at_work)
        print(f"\n{name}: {effort.presses} presses, {effort.seconds:.1f} s", end="")  # noqa: T201  the bench's answer
