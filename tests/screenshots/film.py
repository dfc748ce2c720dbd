"""`python -m tests.screenshots.film [SCENE…]`: every screen in both themes at three widths.

For whoever designs: what is on the pictures is judged by eye. They go to .local/screens/film.
"""

import asyncio
import io
import re
import secrets
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

from PIL import Image
from playwright.async_api import Error as BrowserError
from playwright.async_api import FilePayload, Page, ViewportSize, async_playwright, expect

from local_stack.api_client import Clinician, SignIn
from local_stack.mailbox import Mailbox
from local_stack.stack import ROOT, running
from tests.browser.conftest import ARGUMENTS, CHROMIUM
from tests.browser.screens import REDRAWN, THEMES
from tests.conftest import SETTINGS, until_model_is_live
from tests.screenshots import clinic
from tests.screenshots.camera import Camera, settle

FILM = ROOT / ".local" / "screens" / "film"
SIZES = tuple(
    ViewportSize(width=width, height=height)
    for width, height in ((1440, 900), (820, 1180), (390, 844))
)
PHOTO = re.compile("^Photo,")
Scene = Callable[[Page, clinic.Clinic], Awaitable[None]]


def main() -> None:
    """Start a system of its own, fill it, and film the scenes that are named, or all."""
    wanted = set(sys.argv[1:])
    with tempfile.TemporaryDirectory(prefix="dermis-film-") as folder:
        asyncio.run(_film(Path(folder), wanted))


async def _film(folder: Path, wanted: set[str]) -> None:
    FILM.mkdir(parents=True, exist_ok=True)
    async with running(folder / "stack", settings=SETTINGS) as stack, async_playwright() as player:
        await until_model_is_live(stack)
        browser = await player.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        camera, mailbox = Camera(browser, stack.url, FILM), Mailbox(stack.mails)
        async with Clinician(stack.url, mailbox) as doctor, Clinician(stack.url, mailbox) as admin:
            known = SignIn("elena.marin@harbour.example", secrets.token_urlsafe(18))
            await doctor.register(known, full_name="Elena Marin", clinic="Harbour Dermatology")
            await doctor.sign_in(known, keep=lambda _: None)
            filled = await clinic.fill(doctor)
            office = SignIn("admin@harbour.example", secrets.token_urlsafe(18))
            await stack.create_admin(office.email, office.password)
            await admin.sign_in(office, keep=lambda _: None)
            for who, scenes in ((None, BEFORE), (doctor, CLINICAL), (admin, OFFICE)):
                async with camera.page(who) as page:
                    for name, scene in scenes.items():
                        if not wanted or name in wanted:
                            await _take(page, name, scene, filled)


async def _take(page: Page, name: str, scene: Scene, filled: clinic.Clinic) -> None:
    """All pictures of one scene; one that can't be set up only gets a line that says why."""
    await page.set_viewport_size(SIZES[0])
    try:
        await scene(page, filled)
    except (BrowserError, AssertionError) as error:
        print(f"{name}: {error}")  # noqa: T201  the one who films reads it
        await page.screenshot(path=FILM / f"{name}-failed.png")
        return
    await settle(page)
    for size in SIZES:
        await page.set_viewport_size(size)
        for theme in THEMES:
            await page.emulate_media(color_scheme=theme)
            await page.evaluate(REDRAWN)
            await page.screenshot(path=FILM / f"{name}-{size['width']}-{theme}.png")
    await page.emulate_media(color_scheme="light")
    await page.context.set_offline(False)


def opens(path: str) -> Scene:
    """A page as it stands once it is loaded."""

    async def scene(page: Page, filled: clinic.Clinic) -> None:
        await page.goto(path.format(filled=filled))
        await expect(page.get_by_role("heading").first).to_be_visible()

    return scene


def pressed(path: str, button: str | re.Pattern[str]) -> Scene:
    """A page after a button was pressed."""

    async def scene(page: Page, filled: clinic.Clinic) -> None:
        await page.goto(path.format(filled=filled))
        await page.get_by_role("button", name=button).first.click()
        await page.wait_for_timeout(1500)

    return scene


def compared(layout: str) -> Scene:
    """Two photos of one lesion in one of the comparison's layouts."""

    async def scene(page: Page, filled: clinic.Clinic) -> None:
        await page.goto(FOLLOWED.format(filled=filled))
        await page.get_by_role("button", name="Compare two photos").click()
        dialog = page.get_by_role("dialog")
        await expect(dialog.get_by_role("img").first).to_be_visible()
        await dialog.get_by_text(layout, exact=True).click()
        await page.wait_for_timeout(4000)

    return scene


async def heatmap(page: Page, filled: clinic.Clinic) -> None:
    """What the model looked at, and the frame of what it saw."""
    await page.goto(FOLLOWED.format(filled=filled))
    await expect(page.get_by_role("img", name=PHOTO)).to_be_visible()
    await page.keyboard.press("h")
    await page.keyboard.press("s")
    await page.wait_for_timeout(500)


async def markings(page: Page, filled: clinic.Clinic) -> None:
    """A length and an arrow drawn on the photo, with its scale set."""
    await page.goto(FOLLOWED.format(filled=filled))
    await expect(page.get_by_role("img", name=PHOTO)).to_be_visible()
    await page.keyboard.press("m")
    await expect(page.locator("canvas")).to_be_visible()
    box = await page.get_by_test_id("viewer").bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    tools = page.get_by_role("toolbar", name="Measuring and marking")
    for tool, (dx, dy) in (("Length", (160, 20)), ("Arrow", (60, -120))):
        await tools.get_by_role("button", name=tool, exact=True).click()
        await page.mouse.move(x - dx, y - dy)
        await page.mouse.down()
        await page.mouse.move(x, y)
        await page.mouse.move(x + dx, y + dy)
        await page.mouse.up()
        await page.wait_for_timeout(400)


async def sorting(page: Page, filled: clinic.Clinic) -> None:
    """Three photos to be put where they belong."""
    await page.goto(f"/patient/{filled.patient}")
    async with page.expect_file_chooser() as chosen:
        await page.get_by_role("button", name="Add photos").click()
    await (await chosen.value).set_files(
        [
            FilePayload(name=f"IMG_00{number}.jpg", mimeType="image/jpeg", buffer=turned(number))
            for number in (4, 8, 9)
        ]
    )
    await page.wait_for_timeout(4000)


def turned(number: int) -> bytes:
    """An example photo as the clinic doesn't have it yet."""
    stored = io.BytesIO()
    Image.open(io.BytesIO(clinic.PHOTOS[number])).convert("RGB").rotate(90).save(stored, "JPEG")
    return stored.getvalue()


async def offline(page: Page, _: clinic.Clinic) -> None:
    """A line that broke while somebody worked."""
    await page.goto("/dashboard")
    await expect(page.get_by_role("heading").first).to_be_visible()
    await page.wait_for_timeout(2000)
    await page.context.set_offline(True)
    await page.evaluate("dispatchEvent(new Event('offline'))")
    await page.wait_for_timeout(500)


async def palette(page: Page, _: clinic.Clinic) -> None:
    """Search on Ctrl+K."""
    await page.goto("/dashboard")
    await expect(page.get_by_role("heading").first).to_be_visible()
    await page.keyboard.press("Control+k")
    await page.get_by_role("textbox").last.fill("o")
    await page.wait_for_timeout(1500)


SUSPICIOUS = "/patient/{filled.patient}?lesion={filled.suspicious}"
FOLLOWED = "/patient/{filled.patient}?lesion={filled.followed}"
BEFORE: dict[str, Scene] = {
    "sign-in": opens("/"),
    "register": opens("/register"),
    "verify-dead": opens("/verify#token=no-such-token"),
}
CLINICAL: dict[str, Scene] = {
    "today": opens("/dashboard"),
    "patients": opens("/patients"),
    "patient": opens("/patient/{filled.patient}"),
    "map-soles": opens("/patient/{filled.patient}?place=soles"),
    "timeline": opens("/patient/{filled.patient}?tab=timeline"),
    "lesion": opens(SUSPICIOUS),
    "lesion-followed": opens(FOLLOWED),
    "heatmap": heatmap,
    "markings": markings,
    "side-by-side": compared("Side by side"),
    "overlay": compared("Overlaid"),
    "in-turns": compared("In turns"),
    "worklist": opens("/worklist?list=recent"),
    "triage": opens("/worklist?list=unreviewed"),
    "qr": pressed(SUSPICIOUS, "Photograph with a phone"),
    "camera": pressed(SUSPICIOUS, re.compile("^Camera")),
    "account": opens("/profile"),
    "clinic": opens("/clinic"),
    "palette": palette,
    "keys": pressed("/dashboard", "Keys"),
    "new-patient": pressed("/patients", "New patient"),
    "offline": offline,
    "sorting": sorting,
}
OFFICE: dict[str, Scene] = {
    "models": opens("/admin?tab=models"),
    "accounts": opens("/admin?tab=users"),
    "audit": opens("/admin?tab=audit"),
    "compare-versions": opens("/admin/compare"),
}


if __name__ == "__main__":
    main()
