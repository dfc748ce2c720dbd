"""`python -m tests.screenshots`: the documentation's pictures, taken of the real system."""

import asyncio
import secrets
import tempfile
from pathlib import Path

from playwright.async_api import async_playwright
from rich.console import Console

from local_stack.api_client import Clinician, SignIn
from local_stack.mailbox import Mailbox
from local_stack.stack import ROOT, Stack, running
from tests.browser.conftest import ARGUMENTS, CHROMIUM
from tests.conftest import SETTINGS, until_model_is_live
from tests.screenshots import clinic, models, views
from tests.screenshots.camera import Camera

PICTURES = ROOT / "docs" / "images"


def main() -> None:
    """Start a system of its own, fill it, and take every picture."""
    with tempfile.TemporaryDirectory(prefix="dermis-screenshots-") as folder:
        asyncio.run(_take(Path(folder)))
    Console().print(f"The pictures are in {PICTURES.relative_to(ROOT)}.")


async def _take(folder: Path) -> None:
    PICTURES.mkdir(parents=True, exist_ok=True)
    async with running(folder / "stack", settings=SETTINGS) as stack, async_playwright() as player:
        await until_model_is_live(stack)
        browser = await player.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        camera, mailbox = Camera(browser, stack.url, PICTURES), Mailbox(stack.mails)
        async with Clinician(stack.url, mailbox) as doctor:
            await _clinicians_pictures(camera, doctor)
            await _administrators_pictures(camera, stack, mailbox, doctor, folder)
        await browser.close()


async def _clinicians_pictures(camera: Camera, doctor: Clinician) -> None:
    doctor.http.headers["user-agent"] = clinic.BROWSER
    known = SignIn(views.EMAIL, secrets.token_urlsafe(18))
    await doctor.register(known, full_name="Elena Marin", clinic="Harbour Dermatology")
    # Each sign-in is another browser's: a session that one has taken over is nobody else's.
    known = await doctor.sign_in(known, keep=lambda _: None)
    filled = await clinic.fill(doctor)
    await views.sign_in_page(camera)
    await views.clinic_at_work(camera, doctor, filled)
    known = await doctor.sign_in(known, keep=lambda _: None)
    await views.on_a_phone(camera, doctor, filled)
    await doctor.sign_in(known, keep=lambda _: None)


async def _administrators_pictures(
    camera: Camera, stack: Stack, mailbox: Mailbox, doctor: Clinician, folder: Path
) -> None:
    known = SignIn("admin@harbour.example", secrets.token_urlsafe(18))
    await stack.create_admin(known.email, known.password)
    await clinic.register_colleagues(stack.url, mailbox)
    async with Clinician(stack.url, mailbox) as admin:
        admin.http.headers["user-agent"] = clinic.BROWSER
        known = await admin.sign_in(known, keep=lambda _: None)
        await views.administration(camera, admin)
        known = await admin.sign_in(known, keep=lambda _: None)
        (folder / "archive").mkdir()
        await models.begin_canary(admin, doctor, folder / "archive")
        await views.candidate(camera, admin, models.VERSION)


if __name__ == "__main__":
    main()
