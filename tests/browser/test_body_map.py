"""The body map by keys alone, by touch, and as a screen reader has it."""

import re

import pytest
from playwright.async_api import Locator, Page, ViewportSize, expect

from local_stack.api_client import Clinician
from tests.browser.screens import DESKTOP, PHONE, THEMES, Visitor
from tests.conftest import profile

AtWork = tuple[Visitor, Clinician]
WIDTHS = (1440, 820, 390, 320)
# In the drawings' shares, from head to foot.
LESIONS = (
    ("brow, left", "front", 0.56, 0.062), ("cheek, left", "front", 0.57, 0.095),
    ("shoulder blade", "back", 0.42, 0.24), ("lower back", "back", 0.55, 0.38),
    ("forearm", "front", 0.22, 0.42), ("ear", "head_right", 0.5, 0.46),
    ("palm", "palms", 0.24, 0.62), ("sole", "soles", 0.7, 0.35), ("shin", "front", 0.6, 0.82),
)  # fmt: skip
TOUCHED = """() => [...document.querySelectorAll("svg [role=button] circle:first-child")]
    .map(one => one.getBoundingClientRect())
    .filter(({ width, height }) => Math.min(width, height) < 43.9).length"""


async def with_lesions(clinician: Clinician, **facts: str) -> str:
    patient = await clinician.add_patient(profile() | facts)
    for label, view, x, y in LESIONS:
        draft = {"label": label, "status": "observed", "position": {"view": view, "x": x, "y": y}}
        await clinician.call("POST", f"/patients/{patient}/lesions", draft)
    return patient


def tree(page: Page) -> Locator:
    return page.get_by_role("tree", name="Parts of the body")


async def test_by_keys_alone_a_region_is_found_shown_large_and_given_a_lesion(
    at_work: AtWork,
) -> None:
    visitor, clinician = at_work
    patient, page = await with_lesions(clinician), visitor.page
    await page.goto(f"/patient/{patient}")
    first = tree(page).get_by_role("treeitem", name=re.compile("^Head and neck ?, 3 lesions"))
    await first.focus()
    await page.keyboard.type("a")
    arm = tree(page).get_by_role("treeitem", name=re.compile("^Arm ?, 1 lesion"))
    await expect(arm).to_be_focused()
    await page.keyboard.press("ArrowRight")
    await expect(arm).to_have_attribute("aria-expanded", "true")
    await page.keyboard.press("ArrowRight")
    for _ in range(20):
        await page.keyboard.press("f")
        focused = page.locator("[role=treeitem]:focus")
        if "Forearm, inner side, right" in (await focused.inner_text()):
            break
    await page.keyboard.press("Enter")
    forearm = tree(page).get_by_role(
        "treeitem", name=re.compile("^Forearm, inner side, right ?, 1")
    )
    await expect(forearm).to_have_attribute("aria-selected", "true")
    await expect(forearm).to_be_focused()
    await expect(page.get_by_role("group", name="Back", exact=True)).to_have_count(0)
    said = page.get_by_role("status").filter(has_text="is shown large, with 1 lesion")
    await expect(said).to_have_count(1)
    await expect(tree(page).get_by_role("treeitem", name="5. forearm")).to_be_visible()

    await page.keyboard.press("Shift+Tab")
    while not await page.evaluate("document.activeElement.textContent === 'Add a lesion here'"):
        await page.keyboard.press("Shift+Tab")
    await page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    await expect(dialog.get_by_label("Body site")).to_have_value("upper_extremity")
    await expect(dialog.get_by_label("Region")).to_have_value("forearm_front.right")
    await page.keyboard.press("Escape")
    await expect(dialog).to_have_count(0)
    await expect(page.get_by_role("button", name="Add a lesion here")).to_be_focused()
    await page.go_back()
    await expect(page.get_by_role("group", name="Back", exact=True)).to_be_visible()


async def test_each_lesion_lies_in_the_region_that_its_pin_is_in(at_work: AtWork) -> None:
    visitor, clinician = at_work
    patient, page = await with_lesions(clinician), visitor.page
    await page.goto(f"/patient/{patient}?place=head_right")
    await page.get_by_role("button", name="Lesion 6 ear").focus()
    await page.keyboard.press("ArrowRight")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("ear has been moved")).to_be_visible()
    found = (await clinician.call("GET", f"/patients/{patient}/lesions"))["items"]
    (ear,) = [lesion for lesion in found if lesion["label"] == "ear"]
    assert (ear["body_site"], ear["region"], ear["side"]) == ("head_neck", "ear", "right")
    card = page.get_by_role("link", name="6. ear")
    await expect(card).to_contain_text("Ear, right")


async def test_the_map_has_no_fault_and_every_pin_has_room_for_a_finger(at_work: AtWork) -> None:
    visitor, clinician = at_work
    page = visitor.page
    child = await with_lesions(clinician, birth_date="2021-05-05", full_name="Mia Solheim")
    adult = await with_lesions(clinician)
    pages = {
        "body-map": f"/patient/{adult}",
        "body-map-child": f"/patient/{child}",
        "body-map-face": f"/patient/{adult}?place=front:cheek.left",
        "body-map-soles": f"/patient/{adult}?place=soles",
        "body-map-shoulder": f"/patient/{adult}?place=back:upper_back.left",
    }
    for name, path in pages.items():
        await page.set_viewport_size(DESKTOP)
        await page.goto(path)
        await expect(tree(page)).to_be_visible()
        assert await page.evaluate(TOUCHED) == 0
        assert await visitor.show(name) == []
        for width in WIDTHS:
            await page.set_viewport_size(ViewportSize(width=width, height=900))
            await page.screenshot(path=visitor.folder / f"{name}-{width}.png", full_page=True)


@pytest.mark.parametrize("width", [PHONE["width"], 320])
async def test_on_a_phone_the_map_opens_under_its_button(at_work: AtWork, width: int) -> None:
    visitor, clinician = at_work
    patient, page = await with_lesions(clinician), visitor.page
    await page.set_viewport_size(ViewportSize(width=width, height=800))
    await page.goto(f"/patient/{patient}")
    await page.get_by_role("button", name="Body map").click()
    await expect(tree(page)).to_be_visible()
    assert await page.evaluate(TOUCHED) == 0
    for theme in THEMES:
        await page.emulate_media(color_scheme=theme)
        path = visitor.folder / f"body-map-open-{width}-{theme}.png"
        await page.screenshot(path=path, full_page=True)
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await page.get_by_role("group", name="Front", exact=True).click(position={"x": 70, "y": 100})
    await expect(page).to_have_url(re.compile("place=front"))
