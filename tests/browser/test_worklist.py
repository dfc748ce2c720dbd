"""A day's photos worked through without the mouse."""

import asyncio
import re

from playwright.async_api import expect

from local_stack.api_client import Clinician
from tests import photos
from tests.browser.screens import Visitor
from tests.conftest import profile

AtWork = tuple[Visitor, Clinician]
STORED_SECONDS = 30


async def waiting(clinician: Clinician, names: list[str]) -> None:
    for name in names:
        patient = await clinician.add_patient(profile() | {"full_name": name})
        await clinician.settled((await clinician.upload(patient, photos.unique())).json())


async def test_photos_are_reviewed_by_keys_and_the_last_verdict_is_taken_back(
    at_work: AtWork,
) -> None:
    visitor, clinician = at_work
    await waiting(clinician, ["Ada First", "Bo Second", "Cy Third"])
    page = visitor.page
    await page.goto("/dashboard")
    unreviewed = page.get_by_role("region", name="Awaiting your review")
    await unreviewed.get_by_role("link", name="Review one by one").press("Enter")
    await page.get_by_role("combobox", name="Order").select_option("oldest")
    await page.get_by_role("combobox", name="Order").blur()
    await expect(page.get_by_role("heading", name="Ada First")).to_be_visible()
    await expect(page.get_by_text("1 of 3")).to_be_visible()
    assert await visitor.show("worklist") == []

    await page.keyboard.press("2")
    await expect(page.get_by_role("heading", name="Bo Second")).to_be_visible()
    await page.keyboard.press("j")
    await expect(page.get_by_role("heading", name="Cy Third")).to_be_visible()
    await page.keyboard.press("k")
    await expect(page.get_by_role("heading", name="Bo Second")).to_be_visible()
    await page.keyboard.press("u")
    await expect(page.get_by_role("heading", name="Ada First")).to_be_visible()
    await page.reload()
    await expect(page.get_by_role("heading", name="Ada First")).to_be_visible()
    assert (await clinician.call("GET", "/worklist/counts"))["unreviewed"] == 3
    for _ in range(3):
        await page.keyboard.press("3")
    await expect(page.get_by_text("Nothing left here")).to_be_visible()
    # The next photo is shown before the verdict on the last one is stored.
    async with asyncio.timeout(STORED_SECONDS):
        while (await clinician.call("GET", "/worklist/counts"))["follow_up"] != 3:
            await asyncio.sleep(0.1)


async def test_a_patient_is_found_from_any_page_by_keys_alone(at_work: AtWork) -> None:
    visitor, clinician = at_work
    await clinician.add_patient(profile() | {"full_name": "Signe Lindqvist"})
    page = visitor.page
    await page.goto("/profile")
    await expect(page.get_by_role("heading", level=1)).to_be_visible()
    await page.keyboard.press("Control+k")
    await page.get_by_placeholder("Patient, page or command").fill("lindq")
    await expect(page.get_by_role("button", name="Signe Lindqvist")).to_be_visible()
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(re.compile("/patient/"))
    await expect(page.get_by_role("heading", name="Signe Lindqvist")).to_be_visible()
    await page.keyboard.press("?")
    await expect(page.get_by_role("dialog", name="Keys")).to_contain_text("Heatmap on or off")
