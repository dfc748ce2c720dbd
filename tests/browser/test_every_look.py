"""Pages, dialogs and states that no other test looks at: in both themes, at both widths."""

import re

from playwright.async_api import expect

from local_stack.api_client import Clinician
from tests.browser.screens import PHONE, Visitor
from tests.conftest import profile

AtWork = tuple[Visitor, Clinician]


async def test_forms_before_the_sign_in_tell_what_is_missing(visitor: Visitor) -> None:
    page = visitor.page
    await page.goto("/register")
    await page.get_by_role("button", name="Create account").click()
    await expect(page.get_by_text("Use 12 to 128 characters.")).to_be_visible()
    assert await visitor.show("register") == []
    await page.goto("/verify")
    await expect(page.get_by_text("This link is incomplete.")).to_be_visible()
    assert await visitor.show("verify-without-link") == []
    await page.goto("/verify#token=no-such-token")
    await page.reload()
    await page.goto("/2fa")
    await expect(page.get_by_role("heading", name="Sign in", exact=True)).to_be_visible()
    await page.goto("/setup-2fa")
    await expect(page.get_by_role("heading", name="Sign in", exact=True)).to_be_visible()


async def test_a_link_that_is_spent_is_told(visitor: Visitor) -> None:
    page = visitor.page
    await page.goto("/verify#token=no-such-token")
    await expect(page.get_by_role("alert")).to_contain_text("That didn't work")
    assert await visitor.show("verify-spent-link") == []
    await page.goto("/reset#token=no-such-token")
    await page.get_by_label("New password", exact=True).fill("seven lemons in autumn rain")
    await page.get_by_label("Repeat new password").fill("seven lemons in autumn rain")
    await page.get_by_role("button", name="Set password").click()
    await expect(page.get_by_role("alert")).to_be_visible()
    assert await visitor.show("reset") == []


async def test_a_new_clinic_is_told_how_to_begin(at_work: AtWork) -> None:
    visitor, _ = at_work
    page = visitor.page
    await page.goto("/dashboard")
    await expect(page.get_by_text("No photo has been assessed yet.")).to_be_visible()
    await expect(page.get_by_text("No biopsy result is outstanding.")).to_be_visible()
    assert await visitor.show("dashboard-empty") == []
    await page.goto("/patients")
    await expect(page.get_by_text("No patients yet")).to_be_visible()
    assert await visitor.show("patients-empty") == []
    await page.get_by_role("button", name="New patient").first.click()
    await page.get_by_role("button", name="Add patient").click()
    await expect(page.get_by_text("Please fill this in.").first).to_be_visible()
    assert await visitor.show("patient-new") == []


async def test_a_record_without_photos_says_what_to_do(at_work: AtWork) -> None:
    visitor, clinician = at_work
    page, patient = visitor.page, await clinician.add_patient(profile())
    places = {"left forearm": (0.2, 0.35), "a mole below the right shoulder blade": (0.6, 0.3)}
    for label, (across, down) in places.items():
        position = {"view": "back", "x": across, "y": down}
        draft = {"label": label, "status": "observed", "position": position}
        await clinician.call("POST", f"/patients/{patient}/lesions", draft)
    await page.goto(f"/patient/{patient}")
    await expect(page.get_by_role("list", name="Lesions")).to_be_visible()
    assert await visitor.show("patient-overview") == []
    await page.get_by_role("button", name=re.compile("^Lesion 2")).click()
    await expect(page.get_by_text("No photos yet")).to_be_visible()
    assert await visitor.show("patient-lesion-empty") == []
    await page.get_by_role("button", name="Edit lesion").click()
    await expect(page.get_by_role("dialog").get_by_label("Description")).to_be_visible()
    assert await visitor.show("patient-lesion-dialog") == []


async def test_what_cannot_be_loaded_is_told_with_a_way_out(at_work: AtWork) -> None:
    visitor, _ = at_work
    page = visitor.page
    await page.route("**/api/patients/?*", lambda route: route.abort())
    await page.goto("/patients")
    failed = page.get_by_role("main").get_by_role("alert")
    await expect(failed).to_contain_text("could not be reached")
    assert await visitor.show("patients-failed") == []
    await page.unroute_all(behavior="wait")
    await failed.get_by_role("button", name="Try again").click()
    await expect(page.get_by_text("No patients yet")).to_be_visible()


async def test_the_menu_of_a_phone_leads_to_every_page(at_work: AtWork) -> None:
    visitor, _ = at_work
    page = visitor.page
    await page.set_viewport_size(PHONE)
    await page.goto("/dashboard")
    await expect(page.get_by_role("heading", name="Today")).to_be_visible()
    await page.get_by_role("button", name="Open menu").click()
    await page.get_by_role("navigation").get_by_role("link", name="Patients").click()
    await expect(page.get_by_role("heading", name="Patients", exact=True)).to_be_visible()
    await expect(page.get_by_role("navigation")).not_to_be_in_viewport()


async def test_on_a_phone_a_chosen_lesion_comes_into_sight(at_work: AtWork) -> None:
    visitor, clinician = at_work
    page, patient = visitor.page, await clinician.add_patient(profile())
    draft = {"label": "left forearm", "status": "observed"}
    await clinician.call("POST", f"/patients/{patient}/lesions", draft)
    await page.set_viewport_size(PHONE)
    await page.goto(f"/patient/{patient}")
    await page.get_by_role("link", name="left forearm").click()
    await expect(page.get_by_role("heading", name="left forearm")).to_be_in_viewport()
    await expect(page.get_by_text("Drop photos here")).to_be_in_viewport()
