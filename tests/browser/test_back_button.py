"""The browser's back button in every flow: nothing is done twice, and nobody is stuck."""

import asyncio
import re

from playwright.async_api import Route, expect

from local_stack.api_client import Clinician
from local_stack.mailbox import Mailbox
from tests import photos
from tests.browser.screens import Visitor, next_code
from tests.conftest import new_sign_in, profile

AtWork = tuple[Visitor, Clinician]


async def test_back_in_registration_and_sign_in_leads_to_pages_that_work(
    visitor: Visitor, mailbox: Mailbox
) -> None:
    page, known = visitor.page, new_sign_in()
    sign_in = page.get_by_role("heading", name="Sign in", exact=True)
    await page.goto("/")
    await page.get_by_role("link", name="Create an account").click()
    await expect(page.get_by_role("heading", name="Create an account")).to_be_visible()
    await page.go_back()
    await expect(sign_in).to_be_visible()
    await visitor.register(known, mailbox)
    await page.get_by_role("link", name="Sign in").click()

    await visitor.enter_password(known)
    await expect(page.get_by_role("img", name="otpauth:")).to_be_visible()
    await page.go_back()
    await expect(sign_in).to_be_visible()
    await page.go_forward()
    await expect(page.get_by_role("img", name="otpauth:")).to_be_visible()
    secret = await visitor.enrol()
    await expect(page.get_by_role("heading", name="Today")).to_be_visible()
    await page.go_back()
    await expect(page.get_by_role("heading", name=re.compile("Today|My account"))).to_be_visible()

    await page.get_by_role("button", name="Noor Haddad").click()
    await page.get_by_role("menuitem", name="Sign out").click()
    await expect(sign_in).to_be_visible()
    await visitor.enter_password(known)
    await expect(page.get_by_role("heading", name="Enter your code")).to_be_visible()
    await page.go_back()
    await expect(sign_in).to_be_visible()
    await page.go_forward()
    await expect(page.get_by_role("heading", name="Enter your code")).to_be_visible()
    await visitor.enter_code(await next_code(secret))
    await expect(page.get_by_role("heading", name="Today")).to_be_visible()
    await page.go_back()
    await expect(page.get_by_role("heading", name="Today")).to_be_visible()


async def test_back_after_a_reset_asks_for_a_new_link(visitor: Visitor, mailbox: Mailbox) -> None:
    page, known = visitor.page, new_sign_in()
    await visitor.register(known, mailbox)
    before = mailbox.newest()
    await page.goto("/forgot")
    await page.get_by_label("E-mail address").fill(known.email)
    await page.get_by_role("button", name="Send link").click()
    await expect(page.get_by_role("status")).to_contain_text("a link is on its way")
    await page.goto(f"/reset#token={await mailbox.token(known.email, after=before)}")
    await page.get_by_label("New password", exact=True).fill("seven lemons in autumn rain")
    await page.get_by_label("Repeat new password").fill("seven lemons in autumn rain")
    await page.get_by_role("button", name="Set password").click()
    await expect(page.get_by_text("Your password is set")).to_be_visible()
    await page.get_by_role("link", name="Sign in").click()
    await expect(page.get_by_role("heading", name="Sign in", exact=True)).to_be_visible()
    await page.go_back()
    await expect(page.get_by_text("This link is incomplete.")).to_be_visible()
    assert await visitor.show("reset-without-link") == []
    await page.get_by_role("link", name="Sign in").click()
    await expect(page.get_by_role("heading", name="Sign in", exact=True)).to_be_visible()


async def test_back_goes_through_what_was_looked_at_in_a_record(at_work: AtWork) -> None:
    visitor, clinician = at_work
    page, patient = visitor.page, await clinician.add_patient(profile())
    for label in ("left forearm", "right forearm"):
        draft = {"label": label, "status": "observed"}
        await clinician.call("POST", f"/patients/{patient}/lesions", draft)
    await page.goto("/patients")
    await page.get_by_role("link", name="Ingrid Solheim").click()
    await page.get_by_role("link", name="left forearm").click()
    await expect(page.get_by_role("heading", name="left forearm")).to_be_visible()
    await page.get_by_role("button", name="Other lesions").click()
    await page.get_by_role("menuitem", name="right forearm").click()
    await expect(page.get_by_role("heading", name="right forearm")).to_be_visible()
    await page.get_by_role("link", name="Ingrid Solheim").click()
    await page.get_by_role("tab", name="History").click()
    await expect(page.get_by_label("Add a note")).to_be_visible()
    await page.go_back()
    await expect(page.get_by_role("list", name="Lesions")).to_be_visible()
    await page.go_back()
    await expect(page.get_by_role("heading", name="right forearm")).to_be_visible()
    await page.go_back()
    await expect(page.get_by_role("heading", name="left forearm")).to_be_visible()
    await page.go_back()
    await expect(page.get_by_role("list", name="Lesions")).to_be_visible()
    await page.go_back()
    await expect(page.get_by_role("link", name="Ingrid Solheim")).to_be_visible()


async def test_back_during_an_upload_leaves_the_photo_on_its_way(at_work: AtWork) -> None:
    visitor, clinician = at_work
    page, patient = visitor.page, await clinician.add_patient(profile())
    await page.goto("/dashboard")
    await page.get_by_role("link", name="All patients").click()
    await page.get_by_role("link", name="Ingrid Solheim").click()
    await page.get_by_role("link", name="Unsorted photos").click()
    await expect(page.get_by_text("No photos yet")).to_be_visible()
    left = asyncio.Event()

    async def once_the_page_is_left(route: Route) -> None:
        await left.wait()
        await route.continue_()

    await page.route("**/api/predict/upload/**", once_the_page_is_left)
    await page.locator("input[type=file]").first.set_input_files(
        {"name": "photo.png", "mimeType": "image/png", "buffer": photos.unique()}
    )
    await expect(page.get_by_text("No photos yet")).to_be_hidden()
    await page.go_back()
    await page.go_back()
    await expect(page.get_by_role("link", name="Ingrid Solheim")).to_be_visible()
    async with page.expect_response("**/api/predict/upload/**") as answer:
        left.set()
    assert (await answer.value).ok
    await page.go_forward()
    await page.go_forward()
    await expect(page.get_by_role("region", name="Result")).to_contain_text("Model lesion")
    stored = await clinician.call("GET", f"/patients/{patient}/images")
    assert len(stored["items"]) == 1


async def test_back_closes_the_search_and_leaves_the_page(at_work: AtWork) -> None:
    page = at_work[0].page
    await page.goto("/")
    await page.get_by_role("navigation").get_by_role("link", name="Patients").click()
    patients = page.get_by_role("heading", name="Patients", exact=True)
    await expect(patients).to_be_visible()
    await page.keyboard.press("Control+k")
    search = page.get_by_role("textbox", name="Search patients and commands")
    await expect(search).to_be_focused()
    await page.go_back()
    await expect(search).to_be_hidden()
    await expect(patients).to_be_visible()
    await page.go_back()
    await expect(page.get_by_role("heading", name="Today")).to_be_visible()
