"""A clinic of ten thousand patients: the page stays as light as with fifty."""

import asyncio
import json
from urllib.parse import parse_qs, urlsplit

from playwright.async_api import Route, expect

from local_stack.api_client import Clinician
from tests.browser.screens import Visitor

AtWork = tuple[Visitor, Clinician]

PATIENTS = 10_000
ROWS_NEAR_THE_WINDOW = 100


async def ten_thousand_patients(route: Route) -> None:
    """Answers as the gateway would, page after page."""
    asked = parse_qs(urlsplit(route.request.url).query)
    first, size = int(asked.get("cursor", ["0"])[0]), int(asked["limit"][0])
    last = min(first + size, PATIENTS)
    page = {
        "items": [patient(number) for number in range(first, last)],
        "next_cursor": str(last) if last < PATIENTS else None,
    }
    await route.fulfill(content_type="application/json", body=json.dumps(page))


def patient(number: int) -> dict[str, object]:
    return {
        "id": f"01a20817-f471-731e-896b-{number:012d}",
        "full_name": f"Patient {number:05d}",
        "record_number": f"H-{number:05d}",
        "birth_date": "1957-08-14",
        "contact": "",
        "risk_notes": "",
        "version": 1,
        "created_at": "2026-03-14T09:26:53.589Z",
        "updated_at": "2026-03-14T09:26:53.589Z",
    }


async def test_of_ten_thousand_patients_only_those_near_the_window_are_drawn(
    at_work: AtWork,
) -> None:
    visitor, _ = at_work
    page = visitor.page
    await page.route("**/api/patients/?*", ten_thousand_patients)
    await page.goto("/patients")
    rows = page.get_by_role("list", name="Patients", exact=True).get_by_role("listitem")
    await expect(rows.first).to_contain_text("Patient 00000")
    last = page.get_by_role("link", name=f"Patient {PATIENTS - 1:05d}")
    async with asyncio.timeout(300):
        while not await last.count():
            await page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
            assert await rows.count() <= ROWS_NEAR_THE_WINDOW
            await page.wait_for_function(
                "() => document.querySelector('ul[aria-busy]').ariaBusy === 'false'"
            )
    await last.focus()
    await page.keyboard.press("ArrowUp")
    await expect(page.get_by_role("link", name=f"Patient {PATIENTS - 2:05d}")).to_be_focused()
