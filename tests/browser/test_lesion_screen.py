"""The photo first: its viewer, the row of photos, and the ways to it by keys and fingers."""

import re
from typing import Any

from playwright.async_api import Browser, Page, expect

from local_stack.api_client import Clinician
from local_stack.stack import Stack
from tests import photos
from tests.browser.conftest import context_of, take_session_along, visitor_in
from tests.browser.screens import PHONE, Visitor
from tests.conftest import NewClinician, profile

AtWork = tuple[Visitor, Clinician]
DESK = (1440, 900)
SHARE = """() => {
    const { width, height } = document.querySelector("[data-testid=viewer]")
        .getBoundingClientRect();
    return width * height / (innerWidth * innerHeight);
}"""
SCROLLS = "document.documentElement.scrollHeight > innerHeight"
OVERVIEW = re.compile(r"/patient/[^?]+$")


async def photographed(clinician: Clinician, days: int = 1) -> tuple[str, str]:
    """A patient with a lesion that was photographed on so many days."""
    patient = await clinician.add_patient(profile() | {"risk_notes": "Father had a melanoma."})
    draft = {
        "label": "left forearm",
        "status": "observed",
        "position": {"view": "front", "x": 0.78, "y": 0.4},
    }
    lesion = await clinician.call("POST", f"/patients/{patient}/lesions", draft)
    for day in range(days):
        answer = await clinician.http.post(
            f"/predict/upload/{patient}",
            files={"file": ("photo.png", photos.unique())},
            data={"lesion_id": lesion["id"], "captured_at": f"2026-03-{day + 1:02}T10:00:00Z"},
        )
        await clinician.settled(answer.json())
    return patient, lesion["id"]


def chosen(page: Page) -> Any:
    return page.get_by_role("group", name="Photos").locator("[aria-pressed=true]")


async def test_the_photo_has_most_of_a_desk_and_nothing_scrolls_but_what_is_said_of_it(
    at_work: AtWork,
) -> None:
    visitor, clinician = at_work
    patient, lesion = await photographed(clinician)
    page = visitor.page
    await page.set_viewport_size({"width": DESK[0], "height": DESK[1]})
    await page.goto(f"/patient/{patient}?lesion={lesion}")
    await expect(page.get_by_role("img", name=re.compile("^Photo,"))).to_be_visible()
    await expect(page.get_by_role("region", name="Result")).to_be_visible()
    assert await page.evaluate(SHARE) >= 0.6
    assert not await page.evaluate(SCROLLS)
    for fact in ("Ingrid Solheim", "Father had a melanoma."):
        await expect(page.get_by_text(fact).first).to_be_in_viewport()


async def test_keys_alone_go_through_photos_and_show_what_the_model_saw(at_work: AtWork) -> None:
    visitor, clinician = at_work
    patient, _ = await photographed(clinician, days=3)
    page = visitor.page
    await page.goto(f"/patient/{patient}")
    await page.get_by_role("link", name="left forearm").press("Enter")
    await expect(chosen(page)).to_have_accessible_name(re.compile("Mar 3, 2026"))
    await page.keyboard.press("ArrowRight")
    await expect(chosen(page)).to_have_accessible_name(re.compile("Mar 2, 2026"))
    await page.keyboard.press("ArrowRight")
    await expect(chosen(page)).to_have_accessible_name(re.compile("Mar 1, 2026"))
    await page.reload()
    await expect(chosen(page)).to_have_accessible_name(re.compile("Mar 1, 2026"))
    heatmap = page.get_by_role("img", name="Where the model looked")
    await expect(page.get_by_role("region", name="Result")).to_contain_text("Model lesion")
    await page.keyboard.press("h")
    await expect(heatmap).to_be_visible()
    await page.keyboard.press("h")
    await expect(heatmap).to_have_count(0)
    await page.go_back()
    await expect(chosen(page)).to_have_accessible_name(re.compile("Mar 2, 2026"))
    await page.go_back()
    await page.go_back()
    await expect(page).to_have_url(OVERVIEW)


async def test_a_pin_is_corrected_by_keys_and_its_message_takes_that_back(at_work: AtWork) -> None:
    visitor, clinician = at_work
    patient, _ = await photographed(clinician)
    page = visitor.page
    await page.goto(f"/patient/{patient}")
    pin = page.get_by_role("button", name=re.compile("^Lesion 1"))
    await pin.focus()
    await page.keyboard.press("ArrowLeft")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("left forearm has been moved")).to_be_visible()
    (moved,) = (await clinician.call("GET", f"/patients/{patient}/lesions"))["items"]
    assert moved["position"] == {"view": "front", "x": 0.77, "y": 0.4}
    await page.get_by_role("button", name="Undo").click()
    async with page.expect_response(re.compile("/lesions")):
        pass
    (back,) = (await clinician.call("GET", f"/patients/{patient}/lesions"))["items"]
    assert back["position"]["x"] == 0.78


async def test_on_a_phone_a_finger_finds_the_photo_at_the_top(
    browser: Browser, stack: Stack, new_clinician: NewClinician
) -> None:
    clinician = await new_clinician()
    await photographed(clinician, days=2)
    async with context_of(browser, stack, has_touch=True, viewport=PHONE) as context:
        await take_session_along(context, clinician)
        async with visitor_in(context) as visitor:
            page = visitor.page
            await page.goto("/dashboard")
            waiting = page.get_by_role("region", name="Recent results")
            await waiting.get_by_role("link", name="Ingrid Solheim").first.tap()
            photo = page.get_by_role("img", name=re.compile("^Photo,"))
            await expect(photo).to_be_in_viewport(ratio=0.99)
            await page.get_by_role("button", name=re.compile("^(Next|Previous) photo")).tap()
            await expect(photo).to_be_in_viewport(ratio=0.99)
            await page.get_by_role("button", name="Heatmap", exact=True).tap()
            await expect(page.get_by_role("img", name="Where the model looked")).to_be_visible()
            assert await visitor.show("lesion") == []
