"""One lesion over time: how its probability went, by chart and by table."""

import re

from playwright.async_api import Browser, expect

from local_stack.api_client import Clinician
from local_stack.stack import Stack
from tests.browser.conftest import context_of, take_session_along, visitor_in
from tests.browser.screens import PHONE, Visitor
from tests.browser.test_lesion_screen import chosen, photographed
from tests.conftest import NewClinician

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
