"""One lesion over time: how its probability went, and two of its photos compared."""

import re

from playwright.async_api import Browser, expect

from local_stack.api_client import Clinician
from local_stack.stack import Stack
from tests import photos
from tests.browser.conftest import context_of, take_session_along, visitor_in
from tests.browser.screens import PHONE, Visitor
from tests.browser.test_lesion_screen import chosen, photographed
from tests.conftest import NewClinician, profile

AtWork = tuple[Visitor, Clinician]


async def test_a_lesions_chart_shows_its_photos_by_day_with_verdicts_and_says_so_in_a_table(
    at_work: AtWork,
) -> None:
    visitor, clinician = at_work
    patient, lesion = await photographed(clinician, days=3)
    page = visitor.page
    newest = (await clinician.call("GET", f"/patients/{patient}/detections?limit=1"))["items"][0]
    verdict = {"verdict": "malignant", "note": ""}
    await clinician.call("POST", f"/detections/{newest['id']}/reviews", verdict)
    await page.goto(f"/patient/{patient}?lesion={lesion}")
    chart = page.get_by_role("region", name="Probability over time")
    await expect(chart).to_contain_text("3 photos since Mar 1, 2026")
    marked = chart.get_by_role("button", name=re.compile("^Mar 3, 2026.*I consider it malignant"))
    await expect(marked).to_have_attribute("aria-pressed", "true")
    await chart.get_by_role("button", name=re.compile("^Mar 1, 2026")).first.click()
    await expect(chosen(page)).to_have_accessible_name(re.compile("Mar 1, 2026"))
    await chart.get_by_text("As a table").click()
    table = chart.get_by_role("table", name="Probability over time")
    await expect(table.get_by_role("row")).to_have_count(4)
    assert await visitor.show("lesion-over-time") == []
    await table.get_by_role("button", name="Mar 2, 2026").press("Enter")
    await expect(chosen(page)).to_have_accessible_name(re.compile("Mar 2, 2026"))


async def compared(visitor: Visitor, clinician: Clinician, one: bytes, other: bytes) -> None:
    """Open the comparison of two photos of one lesion, taken 94 days apart."""
    patient = await clinician.add_patient(profile())
    draft = {"label": "left forearm", "status": "observed"}
    lesion = (await clinician.call("POST", f"/patients/{patient}/lesions", draft))["id"]
    for photo, taken in ((one, "2026-01-10"), (other, "2026-04-14")):
        answer = await clinician.http.post(
            f"/predict/upload/{patient}",
            files={"file": ("photo.jpg", photo)},
            data={"lesion_id": lesion, "captured_at": f"{taken}T10:00:00Z"},
        )
        await clinician.settled(answer.json())
    await visitor.page.goto(f"/patient/{patient}?lesion={lesion}")
    await visitor.page.get_by_role("button", name="Compare two photos").click()


async def test_two_photos_are_aligned_by_what_both_show_and_back_closes_them(
    at_work: AtWork,
) -> None:
    visitor, clinician = at_work
    page, shown = visitor.page, photos.picture()
    turned = photos.encoded(shown.rotate(9, translate=(8, -5)), "JPEG", quality=92)
    await compared(visitor, clinician, turned, photos.encoded(shown, "JPEG", quality=92))
    dialog = page.get_by_role("dialog", name="Compare two photos")
    await expect(dialog).to_contain_text("94 days apart")
    await expect(dialog.get_by_role("status")).to_contain_text(
        re.compile(r"by \d+ matching points; residual \d\.\d%")
    )
    aligned = dialog.get_by_role("img", name=re.compile("Jan 10, 2026.*aligned"))
    await expect(aligned).to_be_visible()
    assert await visitor.show("comparison-aligned") == []
    for layout in ("Overlaid", "In turns"):
        await dialog.get_by_text(layout, exact=True).click()
        await expect(aligned).to_be_visible()
        assert await visitor.show(f"comparison-{layout.split()[-1].lower()}") == []
    await dialog.get_by_role("switch", name="Align the photos").press("Space")
    await expect(aligned).to_have_count(0)
    await page.go_back()
    await expect(dialog).to_have_count(0)
    await expect(page.get_by_role("region", name="Result")).to_be_visible()


async def test_photos_without_enough_in_common_are_shown_as_taken(at_work: AtWork) -> None:
    visitor, clinician = at_work
    await compared(visitor, clinician, photos.blank(), photos.unique())
    dialog = visitor.page.get_by_role("dialog", name="Compare two photos")
    await expect(dialog.get_by_role("status")).to_contain_text("can't be aligned")
    await expect(dialog.get_by_role("switch", name="Align the photos")).to_be_disabled()
    await expect(dialog.get_by_role("img", name=re.compile("^Photo,"))).to_have_count(2)


async def test_on_a_phone_a_finger_on_the_chart_shows_that_photo(
    browser: Browser, stack: Stack, new_clinician: NewClinician
) -> None:
    clinician = await new_clinician()
    patient, lesion = await photographed(clinician, days=2)
    async with context_of(browser, stack, has_touch=True, viewport=PHONE) as context:
        await take_session_along(context, clinician)
        async with visitor_in(context) as visitor:
            page = visitor.page
            await page.goto(f"/patient/{patient}?lesion={lesion}")
            chart = page.get_by_role("region", name="Probability over time")
            await chart.get_by_role("button", name=re.compile("^Mar 1, 2026")).tap()
            await expect(chosen(page)).to_have_accessible_name(re.compile("Mar 1, 2026"))
