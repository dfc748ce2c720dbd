"""What goes wrong in a clinic: a line that breaks, addresses that lead nowhere, hostile text."""

import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
from playwright.async_api import Page, expect

from local_stack.api_client import Clinician
from local_stack.mailbox import Mailbox
from local_stack.stack import Stack
from tests import photos
from tests.browser.line import Line, line_to
from tests.browser.screens import Visitor
from tests.conftest import NewClinician, new_sign_in, profile

AtWork = tuple[Visitor, Clinician]

HALF_A_PHOTO_BYTES = 60_000
HOSTILE = '"><img src=x onerror="document.title=\'taken\'"> {{7*7}}'


@pytest.fixture
async def line(stack: Stack) -> AsyncIterator[Line]:
    async with line_to(stack.url) as opened:
        yield opened


async def test_a_photo_whose_line_breaks_half_way_waits_and_is_stored_once(
    line: Line, at_work: AtWork
) -> None:
    visitor, clinician = at_work
    page, patient = visitor.page, await clinician.add_patient(profile())
    photo = photos.unique()
    assert len(photo) > 2 * HALF_A_PHOTO_BYTES
    await page.goto(f"{line.url}/patient/{patient}?lesion=unsorted")
    await expect(page.get_by_text("No photos yet")).to_be_visible()
    line.break_after(HALF_A_PHOTO_BYTES)
    await page.locator("input[type=file]").first.set_input_files(
        {"name": "photo.png", "mimeType": "image/png", "buffer": photo}
    )
    await expect(page.get_by_text("Waiting to be sent")).to_be_visible()
    line.mend()
    await expect(page.get_by_role("region", name="Result")).to_contain_text("Model lesion")
    stored = await clinician.call("GET", f"/patients/{patient}/images")
    assert len(stored["items"]) == 1


async def test_without_a_network_the_page_says_so_and_sends_later(at_work: AtWork) -> None:
    visitor, clinician = at_work
    page, patient = visitor.page, await clinician.add_patient(profile())
    await page.goto(f"/patient/{patient}?lesion=unsorted")
    await expect(page.get_by_text("No photos yet")).to_be_visible()
    await page.context.set_offline(True)
    await expect(page.get_by_text("You are offline.")).to_be_visible()
    await page.locator("input[type=file]").first.set_input_files(
        {"name": "photo.png", "mimeType": "image/png", "buffer": photos.unique()}
    )
    await expect(page.get_by_text("1 photo is waiting to be sent.")).to_be_visible()
    assert await visitor.show("offline") == []
    await page.context.set_offline(False)
    await expect(page.get_by_text("You are offline.")).to_be_hidden()
    await expect(page.get_by_role("region", name="Result")).to_contain_text("Model lesion")


async def test_a_photo_whose_answer_is_lost_is_stored_once(at_work: AtWork) -> None:
    visitor, clinician = at_work
    page, patient = visitor.page, await clinician.add_patient(profile())
    await page.goto(f"/patient/{patient}?lesion=unsorted")
    await expect(page.get_by_text("No photos yet")).to_be_visible()
    line = await page.context.new_cdp_session(page)
    # The server has the photo and answers; the browser never hears of it.
    pattern = {"urlPattern": "*/api/predict/upload/*", "requestStage": "Response"}
    lost: list[int] = []

    async def lose(event: dict[str, Any]) -> None:
        lost.append(event["responseStatusCode"])
        fate: dict[str, Any] = {"requestId": event["requestId"], "errorReason": "ConnectionReset"}
        await line.send("Fetch.failRequest", fate)
        await line.send("Fetch.disable")

    line.on("Fetch.requestPaused", lose)
    await line.send("Fetch.enable", {"patterns": [pattern]})
    await page.locator("input[type=file]").first.set_input_files(
        {"name": "lost.png", "mimeType": "image/png", "buffer": photos.unique()}
    )
    await expect(page.get_by_role("region", name="Result")).to_contain_text("Model lesion")
    assert lost == [201]
    stored = await clinician.call("GET", f"/patients/{patient}/images")
    assert len(stored["items"]) == 1


async def test_addresses_that_lead_nowhere_say_so_and_lead_on(
    at_work: AtWork, new_clinician: NewClinician
) -> None:
    visitor, _ = at_work
    page = visitor.page
    stranger = await (await new_clinician()).add_patient(profile())
    for address in (
        "/patient/01a20817-f471-731e-896b-230f70989781",
        "/patient/no-such-patient",
        "/patient/%3Cscript%3E",
        f"/patient/{stranger}",
    ):
        await page.goto(address)
        await expect(page.get_by_text("Page not found")).to_be_visible()
    assert await visitor.show("nothing-here") == []
    await page.get_by_role("link", name="Go to the start page").click()
    await expect(page.get_by_role("heading", name="Today")).to_be_visible()


async def test_an_archived_patient_is_shown_and_takes_no_photos(at_work: AtWork) -> None:
    visitor, clinician = at_work
    page, patient = visitor.page, await clinician.add_patient(profile())
    await clinician.call("POST", f"/patients/{patient}/archive")
    await page.goto(f"/patient/{patient}?lesion=unsorted")
    await expect(page.get_by_text("Archived on")).to_be_visible()
    await expect(page.get_by_text("No photos yet")).to_be_visible()
    await expect(page.locator("input[type=file]")).to_have_count(0)
    assert await visitor.show("patient-archived") == []


async def test_script_in_every_field_of_a_record_stays_text(at_work: AtWork) -> None:
    visitor, _ = at_work
    page = visitor.page
    await page.goto("/patients")
    await page.get_by_label("Name, record number or date of birth").fill(HOSTILE)
    await expect(page.get_by_text("No matches")).to_contain_text(HOSTILE)
    await page.get_by_role("button", name="New patient").first.click()
    for field in ("Full name", "Record number", "Contact", "Risk factors"):
        await page.get_by_role("dialog").get_by_role("textbox", name=field).fill(HOSTILE)
    await page.get_by_role("button", name="Add patient").click()
    await expect(page.get_by_role("heading", name=HOSTILE, level=1)).to_be_visible()
    await page.get_by_role("button", name="Add a lesion").click()
    await page.get_by_label("Description").fill(HOSTILE)
    await page.get_by_role("button", name="Save", exact=True).click()
    await expect(page.get_by_role("heading", name=HOSTILE, level=2)).to_be_visible()
    await page.locator("input[type=file]").first.set_input_files(
        {"name": f"{HOSTILE}.png", "mimeType": "image/png", "buffer": photos.unique()}
    )
    await page.get_by_label("I consider it benign").check()
    await page.get_by_label("Note", exact=True).fill(HOSTILE)
    await page.get_by_role("button", name="Save verdict").click()
    verdicts = page.get_by_role("region", name="Your verdict")
    await expect(verdicts.get_by_text("Noor Haddad")).to_be_visible()
    await page.get_by_role("heading", name=HOSTILE, level=1).click()
    await page.get_by_role("tab", name="History").click()
    await page.get_by_label("Add a note").fill(HOSTILE)
    await page.get_by_role("button", name="Save note").click()
    history = page.get_by_role("tabpanel", name="History").get_by_role("paragraph")
    await expect(history.filter(has_text=HOSTILE)).to_have_count(2)  # the verdict and the note
    assert await visitor.show("patient-hostile-text") == []
    await stays_text(page, "/dashboard", HOSTILE)
    await stays_text(page, "/patients", HOSTILE)


async def test_script_in_every_field_of_an_account_stays_text(
    visitor: Visitor, mailbox: Mailbox
) -> None:
    page, known = visitor.page, new_sign_in()
    before = mailbox.newest()
    await page.goto("/register")
    await page.get_by_label("Full name").fill(HOSTILE)
    await page.get_by_label("Clinic", exact=True).fill(HOSTILE)
    await page.get_by_label("E-mail address").fill(known.email)
    await page.get_by_label("Password", exact=True).fill(known.password)
    await page.get_by_role("button", name="Create account").click()
    await expect(page.get_by_role("status")).to_contain_text(known.email)
    await page.goto(f"/verify#token={await mailbox.token(known.email, after=before)}")
    await expect(page.get_by_text("Your address is verified")).to_be_visible()
    await page.goto(f"/verify#token={HOSTILE}")
    await page.reload()
    await page.goto("/?next=javascript:document.title='taken'")
    await visitor.enter_password(known)
    await visitor.enrol()
    await expect(page).to_have_url(re.compile("/dashboard$"))
    await stays_text(page, "/profile", HOSTILE)
    assert await visitor.show("profile-hostile-text") == []


async def stays_text(page: Page, address: str, text: str) -> None:
    await page.goto(address)
    await expect(page.get_by_text(text).first).to_be_visible()
    assert await page.title() != "taken"
