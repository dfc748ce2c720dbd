"""Every page at 320 pixels and at a zoom of 200 %, and how steadily pages stand while they load.

WCAG 2.2, 1.4.10 and 1.4.4.
"""

import re

import pytest
from playwright.async_api import Browser, ViewportSize, expect

from local_stack.api_client import Clinician
from local_stack.stack import Stack
from tests.browser.conftest import context_of, take_session_along
from tests.browser.screens import PHONE, Visitor
from tests.browser.test_lesion_screen import photographed
from tests.browser.test_weight import LAYOUT_SHIFT
from tests.conftest import NewClinician

AtWork = tuple[Visitor, Clinician]
NARROW = ViewportSize(width=320, height=640)
# What reaches beyond the window, for whoever reads why a test failed.
TOO_WIDE = """() => document.documentElement.scrollWidth <= innerWidth ? [] :
    [...document.querySelectorAll("body *")]
        .filter(one => one.getBoundingClientRect().right > innerWidth + 1)
        .map(one => one.outerHTML.slice(0, 120)).slice(0, 8)"""
MOST_SHIFT = 0.02
# A window of 1280x720 at 200 %, in the pixels that the page counts.
ZOOMED = ViewportSize(width=640, height=360)
# Buttons, links and fields that something else lies over where they are pressed.
COVERED = """() => {
    const reached = one => {
        one.scrollIntoView({ block: "center", inline: "nearest" });
        const { x, y, width, height } = one.getBoundingClientRect();
        if (!width || !height) return true;
        const top = document.elementFromPoint(x + width / 2, y + height / 2);
        return !top || one.contains(top) || top.contains(one) || top.closest("label, svg") !== null;
    };
    return [...document.querySelectorAll("main :is(a, button, input, select, textarea)")]
        .filter(one => one.checkVisibility({ visibilityProperty: true, opacityProperty: true }))
        .filter(one => getComputedStyle(one).pointerEvents !== "none")
        .filter(one => !reached(one)).map(one => one.outerHTML.slice(0, 160));
}"""
# Buttons and fields with less room than a finger needs; what a label belongs to is pressed by that.
TOO_SMALL = """() => [...document.querySelectorAll("button, input, select, [role=slider]")]
    .filter(one => one.checkVisibility({ visibilityProperty: true, opacityProperty: true }))
    .filter(one => !one.matches("[type=radio], [type=checkbox], [type=file]"))
    .map(one => [one.getBoundingClientRect(), one])
    .filter(([{ width, height }]) => width > 1 && (width < 44 || height < 44))
    .map(([{ width, height }, one]) => `${width}x${height} ${one.outerHTML.slice(0, 120)}`)"""
BEFORE_SIGN_IN = ("/", "/register", "/forgot", "/verify", "/reset#token=no-such-token")
PAGES = (
    "/dashboard", "/patients", "/worklist?list=recent", "/worklist?list=due", "/clinic", "/profile",
)  # fmt: skip


async def too_wide(visitor: Visitor, path: str) -> list[str]:
    await visitor.page.goto(path)
    await expect(visitor.page.get_by_role("heading").first).to_be_visible()
    await visitor.page.wait_for_load_state("networkidle")
    return [f"{path}: {what}" for what in await visitor.page.evaluate(TOO_WIDE)]


async def test_no_page_before_the_sign_in_is_scrolled_sideways(visitor: Visitor) -> None:
    await visitor.page.set_viewport_size(NARROW)
    found = [fault for path in BEFORE_SIGN_IN for fault in await too_wide(visitor, path)]
    assert found == []


async def test_no_page_of_a_clinician_is_scrolled_sideways(at_work: AtWork) -> None:
    visitor, clinician = at_work
    patient, lesion = await photographed(clinician, days=2)
    await visitor.page.set_viewport_size(NARROW)
    record = (
        f"/patient/{patient}", f"/patient/{patient}?tab=timeline",
        f"/patient/{patient}?lesion={lesion}", f"/patient/{patient}?lesion={lesion}&compare=",
    )  # fmt: skip
    found = [fault for path in (*PAGES, *record) for fault in await too_wide(visitor, path)]
    assert found == []


async def test_nothing_is_covered_or_beside_the_window_at_a_zoom_of_200_percent(
    at_work: AtWork,
) -> None:
    visitor, clinician = at_work
    patient, lesion = await photographed(clinician, days=2)
    await visitor.page.set_viewport_size(ZOOMED)
    found = []
    for path in (*PAGES, f"/patient/{patient}", f"/patient/{patient}?lesion={lesion}"):
        found += await too_wide(visitor, path)
        found += [f"{path}: {one}" for one in await visitor.page.evaluate(COVERED)]
    assert found == []


async def test_one_sees_where_one_is_and_when_exactly_something_was(at_work: AtWork) -> None:
    visitor, clinician = at_work
    patient, _ = await photographed(clinician)
    page = visitor.page
    await page.goto(f"/patient/{patient}")
    here = page.get_by_role("navigation", name="Dermis").locator("[aria-current=page]")
    await expect(here).to_have_accessible_name("Patients")
    await page.get_by_role("navigation", name="Pages above").get_by_role("link").click()
    await expect(page.get_by_role("heading", name="Patients", exact=True)).to_be_visible()
    await page.goto("/clinic")
    ago = page.locator("time[datetime]").first
    await expect(ago).to_contain_text("ago")
    await expect(ago).to_have_attribute("title", re.compile(r"^\w+ \d+, \d{4}, \d+:\d\d"))


async def test_on_a_phone_a_finger_has_room_for_every_button(
    browser: Browser, stack: Stack, new_clinician: NewClinician
) -> None:
    clinician = await new_clinician()
    patient, lesion = await photographed(clinician, days=2)
    async with context_of(browser, stack, has_touch=True, viewport=PHONE) as context:
        await take_session_along(context, clinician)
        page = await context.new_page()
        # A mouse that the machine has besides counts too, unless the browser shows a phone.
        await (await context.new_cdp_session(page)).send(
            "Emulation.setDeviceMetricsOverride",
            {**PHONE, "deviceScaleFactor": 2, "mobile": True},
        )
        found = []
        for path in (*PAGES, f"/patient/{patient}", f"/patient/{patient}?lesion={lesion}"):
            await page.goto(path)
            await expect(page.get_by_role("heading").first).to_be_visible()
            await page.wait_for_load_state("networkidle")
            found += [f"{path}: {one}" for one in await page.evaluate(TOO_SMALL)]
    assert found == []


@pytest.mark.parametrize("path", ["/dashboard", "/patients", "/worklist?list=recent", "lesion"])
async def test_pages_do_not_jump_while_they_load(at_work: AtWork, path: str) -> None:
    visitor, clinician = at_work
    patient, lesion = await photographed(clinician, days=2)
    page = visitor.page
    await page.goto(f"/patient/{patient}?lesion={lesion}" if path == "lesion" else path)
    await expect(page.get_by_role("heading").first).to_be_visible()
    await page.wait_for_load_state("networkidle")
    assert await page.evaluate(LAYOUT_SHIFT) <= MOST_SHIFT
