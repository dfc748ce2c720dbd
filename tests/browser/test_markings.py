"""Measuring and marking: what is drawn on a photo is there again, in millimetres, until removed."""

import math
import re
from typing import Any

from playwright.async_api import Browser, Locator, Page, expect

from local_stack.api_client import Clinician
from local_stack.stack import Stack
from tests.browser.conftest import context_of, take_session_along, visitor_in
from tests.browser.screens import PHONE, Visitor
from tests.browser.test_lesion_screen import photographed
from tests.conftest import NewClinician

AtWork = tuple[Visitor, Clinician]


async def test_a_length_is_drawn_scaled_and_still_there_after_a_reload(at_work: AtWork) -> None:
    visitor, clinician = at_work
    patient, lesion = await photographed(clinician)
    page = visitor.page
    await page.goto(f"/patient/{patient}?lesion={lesion}")
    await begin(page)
    await drag(page, (-80, -20), (80, 20))
    marks = page.get_by_role("region", name="Measures and markings")
    await expect(marks).to_contain_text(re.compile(r"Length: \d+ px"))
    await expect(marks).to_contain_text("No scale yet")
    await tool(page, "Scale of the photo").click()
    await page.get_by_label(re.compile("field of view")).fill("22")
    await page.keyboard.press("Enter")
    await expect(marks).to_contain_text(re.compile(r"Length: \d+\.\d mm"))
    await expect(marks).to_contain_text("Scale: 22 mm across the longer side")
    await expect(page.get_by_role("img", name=re.compile("Scale of the photo"))).to_be_visible()
    await page.reload()
    await expect(marks).to_contain_text(re.compile(r"Length: \d+\.\d mm"))
    await expect(page.locator("canvas")).to_be_visible()
    assert await visitor.show("markings") == []


async def test_an_outline_gives_area_and_diameters_also_on_a_turned_photo_and_is_undone(
    at_work: AtWork,
) -> None:
    visitor, clinician = at_work
    patient, lesion = await photographed(clinician)
    page = visitor.page
    await page.goto(f"/patient/{patient}?lesion={lesion}")
    await begin(page)
    await page.keyboard.press("r")
    await tool(page, "Outline and area").click()
    await circle(page, radius=90)
    answer = await clinician.call("GET", f"/patients/{patient}/images?limit=1")
    image = answer["items"][0]
    marks = page.get_by_role("region", name="Measures and markings")
    await expect(marks).to_contain_text("Outline and area")
    (drawn,) = (await markings(clinician, image))["markings"]
    found = drawn["measures"]
    assert 0.97 < found["across"] / found["longest"] <= 1
    assert 0.97 < found["area"] / (math.pi * (found["longest"] / 2) ** 2) < 1.03
    assert await visitor.show("markings-drawing") == []
    await page.keyboard.press("Control+z")
    await expect(marks).to_have_count(0)
    (former,) = (await markings(clinician, image, withdrawn=True))["markings"]
    assert former["id"] == drawn["id"]


async def test_on_a_phone_a_finger_draws_and_does_not_move_the_photo(
    browser: Browser, stack: Stack, new_clinician: NewClinician
) -> None:
    clinician = await new_clinician()
    patient, lesion = await photographed(clinician)
    async with context_of(browser, stack, has_touch=True, viewport=PHONE) as context:
        await take_session_along(context, clinician)
        async with visitor_in(context) as visitor:
            page = visitor.page
            await page.goto(f"/patient/{patient}?lesion={lesion}")
            await page.get_by_role("button", name="Measure and mark").tap()
            await expect(tool(page, "Length")).to_have_attribute("aria-pressed", "true")
            await expect(page.locator("canvas")).to_be_visible()
            x, y = await middle(page)
            for place in ((x - 40, y), (x + 60, y)):
                await page.touchscreen.tap(*place)
            marks = page.get_by_role("region", name="Measures and markings")
            await expect(marks).to_contain_text(re.compile(r"Length: \d+ px"))
            remove = marks.get_by_role("button", name=re.compile("^Remove: Length"))
            await remove.tap()
            await expect(marks).to_have_count(0)


async def begin(page: Page) -> None:
    await expect(page.get_by_role("img", name=re.compile("^Photo,"))).to_be_visible()
    await page.keyboard.press("m")
    await expect(page.locator("canvas")).to_be_visible()


def tool(page: Page, name: str) -> Locator:
    tools = page.get_by_role("toolbar", name="Measuring and marking")
    return tools.get_by_role("button", name=name, exact=True)


async def middle(page: Page) -> tuple[float, float]:
    box = await page.get_by_test_id("viewer").bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


async def drag(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    """From one place to another, from the viewer's middle."""
    x, y = await middle(page)
    await page.mouse.move(x + start[0], y + start[1])
    await page.mouse.down()
    await page.mouse.move(x, y)
    await page.mouse.move(x + end[0], y + end[1])
    await page.mouse.up()


async def circle(page: Page, radius: float) -> None:
    """Around the viewer's middle, by hand."""
    x, y = await middle(page)
    await page.mouse.move(x + radius, y)
    await page.mouse.down()
    for step in range(1, 73):
        turn = step / 72 * 2 * math.pi
        await page.mouse.move(x + radius * math.cos(turn), y + radius * math.sin(turn))
    await page.mouse.up()


async def markings(clinician: Clinician, image: Any, *, withdrawn: bool = False) -> Any:
    query = f"?withdrawn={str(withdrawn).lower()}"
    return await clinician.call("GET", f"/images/{image['id']}/markings{query}")
