"""What a visitor does at the browser, in the words of the pages."""

import asyncio
import time
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

import pyotp
from playwright.async_api import Locator, Page, ViewportSize, expect

from local_stack.api_client import SignIn
from local_stack.mailbox import Mailbox
from local_stack.stack import ROOT

AXE = ROOT / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
GRAVE = ("serious", "critical")
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
PHONE = ViewportSize(width=390, height=844)
DESKTOP = ViewportSize(width=1280, height=800)
TOTP_SECONDS = 30

# Colours between two themes are no fault of either.
REDRAWN = """async () => {
    scrollTo(0, 0);
    await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
    const ending = document.getAnimations().filter(
        one => one.effect.getComputedTiming().endTime < Infinity);
    await Promise.allSettled(ending.map(one => one.finished));
}"""
# Long enough for the second press to wait behind the first.
BUSY_AT_THE_FIRST_CLICK = """() => addEventListener("click", () => {
    const ends = performance.now() + 300;
    while (performance.now() < ends);
}, { capture: true, once: true })"""


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
        await page.get_by_label("Clinic", exact=True).fill("Harbour Dermatology")
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
        await page.get_by_role("button", name="I have saved them").click()
        return secret

    async def enter_code(self, code: str) -> None:
        """Type a one-time code; the last digit sends it."""
        await self.page.locator('input[autocomplete="one-time-code"]').first.click()
        await self.page.keyboard.type(code)

    async def pictures_that_do_not_show(self) -> list[str]:
        """Names of pictures that the browser could not draw."""
        script = """async () => {
            const pictures = [...document.images];
            await Promise.allSettled(pictures.map(one => one.decode()));
            return pictures.filter(one => !one.naturalWidth).map(one => one.alt || one.src);
        }"""
        return list(await self.page.evaluate(script))

    async def double_click(self, button: Locator) -> None:
        """Press a button twice while the machine is busy, so that both presses wait in line."""
        await self.page.evaluate(BUSY_AT_THE_FIRST_CLICK)
        await button.dblclick()

    async def show(self, name: str) -> list[str]:
        """Look at the page in both themes, at desk and phone width, and keep each picture.

        Args:
            name: of the pictures.

        Returns:
            What is wrong with any of them: axe's serious and critical findings, and a page that
            must be scrolled sideways (WCAG 2.2, 1.4.10).
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        await self.page.bring_to_front()
        await self.page.evaluate(_axe())
        faults: list[str] = []
        for theme in THEMES:
            await self.page.emulate_media(color_scheme=theme)
            for width, size in (("desktop", DESKTOP), ("phone", PHONE)):
                await self.page.set_viewport_size(size)
                await self.page.evaluate(REDRAWN)
                faults += [f"{theme}, {width}: {fault}" for fault in await self._faults()]
                path = self.folder / f"{name}-{theme}-{width}.png"
                await self.page.screenshot(path=path, full_page=True)
        await self.page.emulate_media(color_scheme="light")
        await self.page.set_viewport_size(DESKTOP)
        await self.page.evaluate(REDRAWN)
        return faults

    async def _faults(self) -> list[str]:
        found = await self.page.evaluate("axe.run()")
        grave = [_told(fault) for fault in found["violations"] if fault["impact"] in GRAVE]
        too_wide = await self.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        return grave + ([f"wider than the window by {too_wide} pixels"] if too_wide > 0 else [])


async def next_code(secret: str) -> str:
    """A code of a time step that has not been used: each counts once."""
    await asyncio.sleep(TOTP_SECONDS - time.time() % TOTP_SECONDS + 0.5)
    return pyotp.TOTP(secret).now()


@cache
def _axe() -> str:
    return AXE.read_text()


def _told(fault: dict[str, Any]) -> str:
    places = [f"{node['html'][:160]} ({node['failureSummary']})" for node in fault["nodes"]]
    return f"{fault['id']}: {fault['help']}: {'; '.join(places)}"
