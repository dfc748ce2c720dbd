"""What a visitor does at the browser, in the words of the pages."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pyotp
from playwright.async_api import Page, expect

from local_stack.clinician import SignIn
from local_stack.mailbox import Mailbox
from local_stack.stack import ROOT

AXE = ROOT / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
GRAVE = ("serious", "critical")
PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 800}
TOTP_SECONDS = 30


@dataclass(slots=True)
class Visitor:
    """One person at one page.

    Attributes:
        page: the browser's page.
        folder: takes the screenshots.
    """

    page: Page
    folder: Path

    async def register(self, known: SignIn, mailbox: Mailbox) -> None:
        """Open an account for a new clinic and follow the link of the mail."""
        page, before = self.page, mailbox.newest()
        await page.goto("/register")
        await page.get_by_label("Full name").fill("Noor Haddad")
        await page.get_by_label("Clinic").fill("Harbour Dermatology")
        await page.get_by_label("E-mail address").fill(known.email)
        await page.get_by_label("Password", exact=True).fill(known.password)
        await page.get_by_role("button", name="Create account").click()
        await expect(page.get_by_role("status")).to_contain_text(known.email)
        await page.goto(f"/verify#token={await mailbox.token(known.email, after=before)}")
        await expect(page.get_by_text("Your address is verified")).to_be_visible()

    async def enter_password(self, known: SignIn) -> None:
        """First step of a sign-in, on the sign-in page."""
        await self.page.get_by_label("E-mail address").fill(known.email)
        await self.page.get_by_label("Password", exact=True).fill(known.password)
        await self.page.get_by_role("button", name="Sign in", exact=True).click()

    async def enrol(self) -> str:
        """Set up the second factor; its secret."""
        page = self.page
        shown = page.locator("code").first
        secret = (await shown.inner_text()).replace(" ", "")
        await self.enter_code(pyotp.TOTP(secret).now())
        await page.get_by_role("button", name="I have kept them safe").click()
        return secret

    async def enter_code(self, code: str) -> None:
        """Type a one-time code; the last digit sends it."""
        await self.page.locator('input[autocomplete="one-time-code"]').first.click()
        await self.page.keyboard.type(code)

    async def grave_faults(self, exclude: Sequence[str] = ()) -> list[str]:
        """What axe finds serious or critical on the page as it is now."""
        await self.page.evaluate(_axe())
        found = await self.page.evaluate(
            "exclude => axe.run({ exclude: exclude.map(one => [one]) })", list(exclude)
        )
        return [_told(fault) for fault in found["violations"] if fault["impact"] in GRAVE]

    async def pictures_that_do_not_show(self) -> list[str]:
        """Names of pictures that the browser could not draw."""
        script = """async () => {
            const pictures = [...document.images];
            await Promise.allSettled(pictures.map(one => one.decode()));
            return pictures.filter(one => !one.naturalWidth).map(one => one.alt || one.src);
        }"""
        return list(await self.page.evaluate(script))

    async def show(self, name: str) -> None:
        """Keep the page's picture in both themes, at desk and phone width."""
        self.folder.mkdir(parents=True, exist_ok=True)
        for theme in ("light", "dark"):
            await self.page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
            for width, size in (("desktop", DESKTOP), ("phone", PHONE)):
                await self.page.set_viewport_size(size)  # type: ignore[arg-type]
                await self.page.evaluate("scrollTo(0, 0)")
                await self.page.screenshot(
                    path=self.folder / f"{name}-{theme}-{width}.png", full_page=True
                )
        await self.page.emulate_media(color_scheme="light")
        await self.page.set_viewport_size(DESKTOP)  # type: ignore[arg-type]


async def next_code(secret: str) -> str:
    """A code of a time step that has not been used: each counts once."""
    await asyncio.sleep(TOTP_SECONDS - time.time() % TOTP_SECONDS + 0.5)
    return pyotp.TOTP(secret).now()


@cache
def _axe() -> str:
    return AXE.read_text()


def _told(fault: dict[str, Any]) -> str:
    places = "; ".join(str(node["html"])[:120] for node in fault["nodes"][:3])
    return f"{fault['id']}: {fault['help']}: {places}"
