"""Pages that every clinician sees: today, the list of patients, one's own account."""

import re

from playwright.async_api import FilePayload, expect

from local_stack.api_client import Clinician
from tests import photos
from tests.browser.screens import Visitor
from tests.conftest import profile

AtWork = tuple[Visitor, Clinician]


async def test_today_shows_what_waits_for_a_verdict(at_work: AtWork) -> None:
    visitor, clinician = at_work
    patient = await clinician.add_patient(profile())
    await clinician.settled((await clinician.upload(patient, photos.unique())).json())
    page = visitor.page
    await page.goto("/dashboard")
    for title in ("Awaiting your review", "Recent results"):
        entry = page.get_by_role("region", name=title).get_by_role("link", name="Ingrid Solheim")
        await expect(entry).to_contain_text(re.compile("threshold|Borderline|assessed"))
        await expect(entry.get_by_role("img")).to_be_visible()
    await expect(page.get_by_role("region", name="At a glance")).to_contain_text("on 1 replica")
    assert await visitor.pictures_that_do_not_show() == []
    assert await visitor.show("dashboard") == []


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
    await expect(page.get_by_role("link", name=known["full_name"])).to_be_visible()
    found = await clinician.call("GET", f"/patients/?search={known['record_number']}")
    assert len(found["items"]) == 1
    assert await visitor.show("patients") == []


async def test_two_hundred_files_at_once_are_all_taken(at_work: AtWork) -> None:
    visitor, clinician = at_work
    page, patient = visitor.page, await clinician.add_patient(profile())
    await page.goto(f"/patient/{patient}?lesion=unsorted")
    await expect(page.get_by_text("No photos yet")).to_be_visible()
    await page.route("**/api/predict/**", lambda route: route.abort())
    one = photos.unique()
    await page.locator("input[type=file]").first.set_input_files(
        [FilePayload(name=f"{n}.png", mimeType="image/png", buffer=one) for n in range(200)]
    )
    await expect(page.get_by_text("and 194 more")).to_be_visible()


async def test_ones_own_account_shows_sessions_and_events(at_work: AtWork) -> None:
    visitor, _ = at_work
    page = visitor.page
    await page.goto("/profile")
    sessions = page.get_by_role("region", name="Where you are signed in")
    await expect(sessions.get_by_text("This browser")).to_be_visible()
    events = page.get_by_role("region", name="Security events")
    await expect(events.get_by_role("listitem").first).to_be_visible()
    assert await visitor.show("profile") == []


async def test_the_page_is_shown_in_german_on_request(at_work: AtWork) -> None:
    visitor, _ = at_work
    page = visitor.page
    await page.goto("/patients")
    await page.get_by_role("button", name="Noor Haddad").click()
    await page.get_by_role("menuitem", name="Deutsch").click()
    await expect(page.get_by_role("link", name="Patienten")).to_be_visible()
    assert await page.evaluate("document.documentElement.lang") == "de"
    await page.reload()
    await expect(page.get_by_text("Noch keine Patienten")).to_be_visible()
    assert await visitor.show("patients-german") == []
    await page.get_by_role("link", name="Heute").click()
    await expect(page.get_by_text("Auf 1 Replikat", exact=False)).to_be_visible()
    assert await visitor.show("dashboard-german") == []
    await page.get_by_role("link", name="Mein Konto").click()
    await expect(page.get_by_text("Dieser Browser")).to_be_visible()
    assert await visitor.show("profile-german") == []
