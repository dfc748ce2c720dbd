"""Photos from a camera's picture, several at once, and those that the clinic has already."""

import re

from playwright.async_api import Browser, FilePayload, Page, expect

from local_stack.api_client import Clinician
from local_stack.stack import Stack
from tests import photos
from tests.browser.conftest import context_of, visitor_in
from tests.browser.screens import PHONE, Visitor
from tests.browser.test_handoff import lesion_screen, show_code
from tests.conftest import profile

AtWork = tuple[Visitor, Clinician]


def file_of(name: str, data: bytes) -> FilePayload:
    return FilePayload(name=name, mimeType="image/png", buffer=data)


async def choose(page: Page, *files: FilePayload) -> None:
    async with page.expect_file_chooser() as chosen:
        await page.get_by_role("button", name="Add photos").click()
    await (await chosen.value).set_files(list(files))


async def test_a_phones_camera_shows_its_picture_and_takes_a_photo(
    at_work: AtWork, browser: Browser, stack: Stack
) -> None:
    page = await lesion_screen(at_work, photographed=False)
    link = await show_code(page)
    async with (
        context_of(browser, stack, has_touch=True, viewport=PHONE) as device,
        visitor_in(device) as holder,
    ):
        phone = holder.page
        await phone.goto(link)
        await phone.get_by_role("button", name="Take a photo").click()
        take = phone.get_by_role("button", name="Take the photo")
        await expect(take).to_be_enabled()
        assert await holder.show("camera") == []
        await take.click()
        await expect(phone.get_by_role("img", name="The photo just taken")).to_be_visible()
        assert await holder.show("camera-review") == []
        await phone.get_by_role("button", name="Use photo").click()
        # It stays open for the next one.
        await expect(take).to_be_enabled()
        await phone.get_by_role("button", name="Close the camera").click()
        await expect(phone.get_by_text("1 photo sent")).to_be_visible()
        await expect(page.get_by_text("1 photo has arrived")).to_be_visible()


async def test_several_photos_are_sorted_onto_lesions_by_keys(at_work: AtWork) -> None:
    visitor, clinician = at_work
    patient = await clinician.add_patient(profile())
    lesions = [
        await clinician.call("POST", f"/patients/{patient}/lesions", {"label": label})
        for label in ("left forearm", "right calf")
    ]
    page = visitor.page
    await page.goto(f"/patient/{patient}")
    files = [file_of(f"{n}.png", photos.unique()) for n in range(3)]
    await choose(page, *files)
    await expect(page.get_by_role("button", name=re.compile(r"\.png, "))).to_have_count(3)
    assert await visitor.show("sorting") == []
    await page.keyboard.press("2")
    await page.keyboard.press("1")
    # What was said outlives a reload.
    await page.reload()
    await expect(page.get_by_role("button", name="Send 2 photos")).to_be_enabled()
    await page.get_by_role("button", name="Send 2 photos").click()
    await expect(page.get_by_role("button", name="2.png, not yet sorted")).to_be_visible()
    for lesion in lesions:
        await page.goto(f"/patient/{patient}?lesion={lesion['id']}")
        await expect(page.get_by_role("img", name=re.compile("^Photo,"))).to_be_visible()


async def test_a_photo_that_the_clinic_has_is_said_before_it_is_sent(at_work: AtWork) -> None:
    visitor, clinician = at_work
    page = await lesion_screen(at_work, photographed=True)
    other = await clinician.add_patient(profile() | {"full_name": "Noor Haddad"})
    known = photos.unique()
    await clinician.upload(other, known)
    await choose(page, file_of("known.png", known))
    await expect(page.get_by_text("This photo is already with Noor Haddad")).to_be_visible()
    assert await visitor.show("known-photo") == []
    await page.get_by_role("button", name="Leave it out: known.png").click()
    strip = page.get_by_role("group", name="Photos")
    await expect(strip.get_by_role("button", name=re.compile("^Photo,"))).to_have_count(1)
