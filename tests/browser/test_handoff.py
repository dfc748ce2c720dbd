"""A phone hands in photos of a lesion, seen by the computer as they arrive."""

import re

from playwright.async_api import Browser, FilePayload, Page, ViewportSize, expect

from local_stack.api_client import Clinician
from local_stack.stack import Stack
from tests import photos
from tests.browser.conftest import context_of, visitor_in
from tests.browser.screens import PHONE, Visitor
from tests.conftest import profile

AtWork = tuple[Visitor, Clinician]
DESK = ViewportSize(width=1440, height=900)


async def lesion_screen(at_work: AtWork, *, photographed: bool) -> Page:
    """The screen of a lesion on an arm."""
    visitor, clinician = at_work
    patient = await clinician.add_patient(profile())
    draft = {"label": "left forearm", "body_site": "upper_extremity"}
    lesion = await clinician.call("POST", f"/patients/{patient}/lesions", draft)
    if photographed:
        answer = await clinician.upload(patient, photos.unique(), lesion=lesion["id"])
        await clinician.settled(answer.json())
    page = visitor.page
    await page.set_viewport_size(DESK)
    await page.goto(f"/patient/{patient}?lesion={lesion['id']}")
    return page


async def show_code(page: Page) -> str:
    """Have the code shown; the address that is in it."""
    async with page.expect_response(re.compile(r"/lesions/[^/]+/handoffs$")) as answered:
        await page.get_by_role("button", name="Photograph with a phone").click()
    await expect(page.get_by_role("img", name=re.compile("^QR code"))).to_be_visible()
    link = (await (await answered.value).json())["link"]
    return str(link)[str(link).index("/hand-in") :]


def file_of(data: bytes) -> FilePayload:
    return FilePayload(name="IMG_0042.png", mimeType="image/png", buffer=data)


async def hand_in(phone: Page, data: bytes) -> None:
    async with phone.expect_file_chooser() as chosen:
        await phone.get_by_role("button", name="Choose photos").click()
    await (await chosen.value).set_files([file_of(data)])


async def test_a_phone_photographs_into_a_lesion_without_a_sign_in(
    at_work: AtWork, browser: Browser, stack: Stack
) -> None:
    page = await lesion_screen(at_work, photographed=False)
    await expect(page.get_by_text("No photos yet")).to_be_visible()
    link = await show_code(page)
    assert await at_work[0].show("handoff-code") == []
    async with (
        context_of(browser, stack, has_touch=True, viewport=PHONE) as device,
        visitor_in(device) as holder,
    ):
        phone = holder.page
        await phone.goto(link)
        await expect(phone.get_by_role("heading", name="Arm")).to_be_visible()
        # Neither the address bar nor a look at the history gives the secret away.
        assert phone.url.endswith("/hand-in")
        await expect(page.get_by_role("dialog")).to_contain_text("A phone is connected")
        await hand_in(phone, photos.unique())
        await expect(phone.get_by_text("1 photo sent")).to_be_visible()
        await expect(page.get_by_text("1 photo has arrived")).to_be_visible()
        await page.keyboard.press("Escape")
        await expect(page.get_by_role("img", name=re.compile("^Photo,"))).to_be_visible()
        await expect(page.get_by_role("region", name="Result")).to_contain_text("threshold")
        # A phone that drops the page while its camera is open goes on where it was.
        await phone.reload()
        await hand_in(phone, photos.unique())
        await expect(phone.get_by_text("1 photo sent")).to_be_visible()
        strip = page.get_by_role("group", name="Photos")
        await expect(strip.get_by_role("button", name=re.compile("^Photo,"))).to_have_count(2)
        assert await holder.show("handoff-phone") == []
        await page.get_by_role("button", name="A phone is connected").click()
        await page.get_by_role("button", name="Disconnect").click()
        await hand_in(phone, photos.unique())
        await expect(phone.get_by_text("No more photos can be sent")).to_be_visible()


async def test_a_second_phone_is_turned_away(
    at_work: AtWork, browser: Browser, stack: Stack
) -> None:
    page = await lesion_screen(at_work, photographed=True)
    link = await show_code(page)
    async with (
        context_of(browser, stack, viewport=PHONE) as first,
        context_of(browser, stack, viewport=PHONE) as second,
        visitor_in(first) as holder,
        visitor_in(second) as stranger,
    ):
        await holder.page.goto(link)
        await expect(holder.page.get_by_role("heading", name="Arm")).to_be_visible()
        await stranger.page.goto(link)
        await expect(stranger.page.get_by_role("alert")).to_contain_text("Another phone")
        assert await stranger.page.get_by_role("button", name="Choose photos").count() == 0


async def test_signing_out_disconnects_the_phone(
    at_work: AtWork, browser: Browser, stack: Stack
) -> None:
    page = await lesion_screen(at_work, photographed=True)
    link = await show_code(page)
    async with (
        context_of(browser, stack, viewport=PHONE) as device,
        visitor_in(device) as holder,
    ):
        await holder.page.goto(link)
        await expect(holder.page.get_by_role("heading", name="Arm")).to_be_visible()
        await page.evaluate("fetch('/api/auth/logout', { method: 'POST' })")
        await hand_in(holder.page, photos.unique())
        await expect(holder.page.get_by_text("No more photos can be sent")).to_be_visible()
