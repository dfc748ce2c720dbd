"""Pages that every clinician sees: today, the list of patients, one's own account."""

import re

from playwright.async_api import expect

from local_stack.clinician import Clinician
from tests import photos
from tests.browser.screens import Visitor
from tests.conftest import profile

AtWork = tuple[Visitor, Clinician]


async def test_today_shows_what_waits_for_a_verdict(at_work: AtWork) -> None:
    visitor, clinician = at_work
    patient = await clinician.add_patient(profile())
    await clinician.upload(patient, photos.unique())
    page = visitor.page
    await page.goto("/dashboard")
    await expect(page.get_by_text("Ingrid Solheim").first).to_be_visible()
    await expect(page.get_by_text(re.compile(r"lesion.* 1\.0\.0|1\.0\.0")).first).to_be_visible()
    assert await visitor.pictures_that_do_not_show() == []
    assert await visitor.grave_faults() == []
    await visitor.show("dashboard")


async def test_a_patient_is_added_once_however_often_the_button_is_pressed(
    at_work: AtWork,
) -> None:
    visitor, clinician = at_work
    page, known = visitor.page, profile()
    await page.goto("/patients")
    await page.get_by_role("button", name="New patient").first.click()
    await page.get_by_label("Full name").fill(known["full_name"])
    await page.get_by_role("textbox", name="Record number").fill(known["record_number"])
    await page.get_by_role("button", name="Add patient").dblclick()
    await expect(page).to_have_url(re.compile("/patient/"))
    await page.go_back()
    await expect(page.get_by_text(known["full_name"]).first).to_be_visible()
    found = await clinician.call("GET", f"/patients/?search={known['record_number']}")
    assert len(found["items"]) == 1
    assert await visitor.grave_faults() == []
    await visitor.show("patients")


async def test_two_hundred_files_at_once_are_all_taken(at_work: AtWork) -> None:
    visitor, clinician = at_work
    page, patient = visitor.page, await clinician.add_patient(profile())
    await page.goto(f"/patient/{patient}?lesion=unsorted")
    await expect(page.get_by_text("No photos yet")).to_be_visible()
    await page.route("**/api/predict/**", lambda route: route.abort())
    one = photos.unique()
    await page.locator("input[type=file]").first.set_input_files(
        [{"name": f"{n}.png", "mimeType": "image/png", "buffer": one} for n in range(200)]
    )
    await expect(page.get_by_text("and 194 others")).to_be_visible()


async def test_ones_own_account_shows_sessions_and_events(at_work: AtWork) -> None:
    visitor, _ = at_work
    page = visitor.page
    await page.goto("/profile")
    await expect(page.get_by_role("heading", level=1)).to_be_visible()
    await expect(page.get_by_text(re.compile("session", re.IGNORECASE)).first).to_be_visible()
    assert await visitor.grave_faults() == []
    await visitor.show("profile")


async def test_the_page_is_shown_in_german_on_request(at_work: AtWork) -> None:
    visitor, _ = at_work
    page = visitor.page
    await page.goto("/patients")
    await page.get_by_role("button", name="Noor Haddad").click()
    await page.get_by_role("menuitem", name="Deutsch").click()
    await expect(page.get_by_role("link", name="Patienten")).to_be_visible()
    assert await page.evaluate("document.documentElement.lang") == "de"
    await page.reload()
    await expect(page.get_by_role("link", name="Patienten")).to_be_visible()
