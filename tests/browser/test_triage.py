"""A full worklist worked off without the mouse, and what Today puts first."""

import asyncio
import os
import re
import statistics
import time

import pytest
from playwright.async_api import Page, expect

from local_stack.api_client import Clinician
from tests import photos
from tests.browser.screens import Visitor
from tests.conftest import profile

AtWork = tuple[Visitor, Clinician]
ALL_LESIONS, SOME_LESIONS, PHOTOS_OF_EACH = 70, 8, 3
UPLOADS_AT_ONCE = 4
STORED_SECONDS = 120
# From one key to the next: thrice as fast as ten minutes ask for.
PACE_SECONDS = 0.95

# Milliseconds from a key's event to the frame in which another photo is drawn whole.
WATCH = """() => {
    const shown = () => [...document.images].reduce(
        (one, other) => other.offsetWidth * other.offsetHeight >
            one.offsetWidth * one.offsetHeight ? other : one);
    window.timings = [];
    addEventListener("keydown", event => {
        const before = shown().src, pressed = event.timeStamp;
        const look = () => {
            const image = document.images.length ? shown() : null;
            if (image && image.src !== before && image.complete && image.naturalWidth)
                timings.push(performance.now() - pressed);
            else if (image || !document.querySelector("h2")) requestAnimationFrame(look);
        };
        requestAnimationFrame(look);
    }, { capture: true });
}"""


async def fill(clinician: Clinician, lesions: int) -> None:
    """Three photos each of so many lesions, all of which await a verdict."""
    slots = asyncio.Semaphore(UPLOADS_AT_ONCE)

    async def one(patient: str, lesion: str) -> None:
        async with slots:
            answer = await clinician.upload(patient, photos.unique(), lesion=lesion)
            await clinician.settled(answer.json())

    places = []
    for number in range(lesions):
        patient = await clinician.add_patient(profile() | {"full_name": f"Patient {number:02}"})
        body = {"label": "mole", "body_site": "posterior_torso"}
        lesion = await clinician.call("POST", f"/patients/{patient}/lesions", body)
        places += [(patient, lesion["id"])] * PHOTOS_OF_EACH
    await asyncio.gather(*(one(*place) for place in places))


async def unreviewed(clinician: Clinician) -> int:
    counts = await clinician.call("GET", "/worklist/counts")
    return int(counts["unreviewed"])


async def drawn(page: Page, number: int) -> None:
    """Wait until so many photos have followed a key."""
    await page.wait_for_function(f"() => timings.length >= {number}", polling="raf")


async def test_a_list_is_worked_off_by_keys_alone(at_work: AtWork) -> None:
    visitor, clinician = at_work
    await fill(clinician, SOME_LESIONS)
    await open_list(visitor, SOME_LESIONS * PHOTOS_OF_EACH)
    assert await visitor.show("triage") == []
    await work_off(visitor.page, SOME_LESIONS * PHOTOS_OF_EACH)
    await all_stored(clinician)


@pytest.mark.timeout(20 * 60)
async def bench_210_photos_by_keys(at_work: AtWork) -> None:
    """`make bench-triage`. Goals: all within ten minutes, the next photo 100 ms after a key."""
    visitor, clinician = at_work
    await fill(clinician, ALL_LESIONS)
    await open_list(visitor, ALL_LESIONS * PHOTOS_OF_EACH)
    began = time.perf_counter()
    await work_off(visitor.page, ALL_LESIONS * PHOTOS_OF_EACH, pace_seconds=PACE_SECONDS)
    took = time.perf_counter() - began
    timings = sorted(await visitor.page.evaluate("() => timings"))
    print(  # noqa: T201  the figures that the bench is for
        f"\n{len(timings)} verdicts by keys in {took:.0f} s; from key to next photo:"
        f" median {statistics.median(timings):.0f} ms,"
        f" p95 {timings[int(len(timings) * 0.95)]:.0f} ms, longest {timings[-1]:.0f} ms;"
        f" load of the machine {os.getloadavg()[0]:.0f}"
    )


async def open_list(visitor: Visitor, total: int) -> None:
    """Look at the first of so many photos, ready to take the time of keys."""
    page = visitor.page
    await page.goto("/worklist?list=unreviewed")
    await expect(page.get_by_text(f"1 of {total}", exact=True)).to_be_visible()
    await expect(page.get_by_text("photo 1 of 3 of this lesion")).to_be_visible()


async def work_off(page: Page, total: int, *, pace_seconds: float = 0) -> None:
    """Give a verdict on each photo in turn, the next one not before it is seen."""
    await page.evaluate(WATCH)
    began = time.perf_counter()
    for number in range(1, total):
        await page.keyboard.press("23"[number % 2])
        await drawn(page, number)
        await asyncio.sleep(max(0, began + number * pace_seconds - time.perf_counter()))
    await page.keyboard.press("2")
    await expect(page.get_by_text("Nothing left here")).to_be_visible()


async def all_stored(clinician: Clinician) -> None:
    """Wait for the verdicts, the last of which is stored after the next photo was shown."""
    async with asyncio.timeout(STORED_SECONDS):
        while await unreviewed(clinician):
            await asyncio.sleep(0.2)


async def test_several_are_taken_and_agreed_with_at_once_and_today_puts_them_first(
    at_work: AtWork,
) -> None:
    visitor, clinician = at_work
    patient = await clinician.add_patient(profile() | {"full_name": "Signe Lindqvist"})
    lesion = await clinician.call("POST", f"/patients/{patient}/lesions", {"label": "nape"})
    for _ in range(3):
        sent = await clinician.upload(patient, photos.unique(), lesion=lesion["id"])
        await clinician.settled(sent.json())
    page = visitor.page
    await page.goto("/worklist")
    await expect(page.get_by_text("photo 1 of 3 of this lesion")).to_be_visible()
    await page.keyboard.press("Shift+J")
    await expect(page.get_by_text("2 photos selected")).to_be_visible()
    assert await visitor.show("triage-selection") == []
    await page.keyboard.press("m")
    await expect(page.get_by_text(re.compile("^Assigned to "))).to_be_visible()
    await page.get_by_role("combobox", name="Whose").select_option("nobody")
    await expect(page.get_by_text("1 of 1", exact=True)).to_be_visible()

    await page.goto("/dashboard")
    first = page.get_by_role("region", name="First of all")
    await expect(first.get_by_text("Assigned to you")).to_have_count(2)
    await expect(page.get_by_role("region", name="The team's open photos")).to_contain_text("2")
    assert await visitor.show("today-first") == []
    await page.keyboard.press("1")
    await expect(page).to_have_url(re.compile(f"/patient/{patient}"))

    await page.goto("/worklist")
    await expect(page.get_by_text("photo 1 of 3 of this lesion")).to_be_visible()
    await page.keyboard.press("l")
    await page.keyboard.press("1")
    await expect(page.get_by_text("Nothing left here")).to_be_visible()
    await all_stored(clinician)
    await page.keyboard.press("u")
    await expect(page.get_by_text("photo 1 of 3 of this lesion")).to_be_visible()
    assert await unreviewed(clinician) == 3
