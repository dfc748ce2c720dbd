"""A real browser in front of the real system."""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Literal

import pytest
from playwright.async_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    ViewportSize,
    async_playwright,
    expect,
)

from local_stack.api_client import Clinician
from local_stack.stack import ROOT, Stack
from tests.browser.screens import DESKTOP, Visitor
from tests.conftest import NewClinician

# Debian's browser; Playwright's own would have to be downloaded.
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking",
    # A camera that shows a test picture, and a person who lets pages use it.
    "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream",
]  # fmt: skip
SCREENS = ROOT / ".local" / "screens"
# Generous: the machine may be busy with the rest of the system, and whoever waits for what is
# there already waits for nothing.
ACTION_MS = 60_000
TEST_SECONDS = 600
expect.set_options(timeout=ACTION_MS)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker("browser")
            item.add_marker(pytest.mark.timeout(TEST_SECONDS))


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield started
        await started.close()


@asynccontextmanager
async def context_of(
    browser: Browser,
    stack: Stack,
    *,
    has_touch: bool = False,
    viewport: ViewportSize | None = None,
    service_workers: Literal["allow", "block"] = "block",
) -> AsyncIterator[BrowserContext]:
    """A browser of its own: cookies, storage, pages.

    Without a service worker unless it is asked for: what passes through one, no test can hold back.
    """
    opened = await browser.new_context(
        base_url=stack.url,
        reduced_motion="reduce",
        has_touch=has_touch,
        service_workers=service_workers,
        viewport=viewport or DESKTOP,
    )
    opened.set_default_timeout(ACTION_MS)
    yield opened
    await opened.close()


@asynccontextmanager
async def visitor_in(context: BrowserContext) -> AsyncIterator[Visitor]:
    """Somebody at a fresh page, which may not complain while they use it."""
    page = await context.new_page()
    complaints: list[str] = []

    def on_console(message: ConsoleMessage) -> None:
        # Refusals are answers that the pages deal with; the browser notes them all the same.
        if message.type == "error" and "Failed to load resource" not in message.text:
            complaints.append(message.text)

    page.on("console", on_console)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield Visitor(page, SCREENS)
    # A request that a test still holds back is given up with the page.
    await page.unroute_all(behavior="ignoreErrors")
    await page.close()
    assert complaints == []


@pytest.fixture
async def visitor(browser: Browser, stack: Stack) -> AsyncIterator[Visitor]:
    async with context_of(browser, stack) as context, visitor_in(context) as somebody:
        yield somebody


async def take_session_along(context: BrowserContext, clinician: Clinician) -> None:
    """Sign a browser in with the session that the clinician has at the API."""
    cookie = next(one for one in clinician.http.cookies.jar if one.name == "dermis_refresh")
    await context.add_cookies(
        [
            {
                "name": cookie.name,
                "value": str(cookie.value),
                "domain": "localhost",
                "path": cookie.path,
                "httpOnly": True,
                "sameSite": "Strict",
            }
        ]
    )
    await context.add_init_script("localStorage.setItem('dermis.session', '1')")


@pytest.fixture
async def at_work(visitor: Visitor, new_clinician: NewClinician) -> tuple[Visitor, Clinician]:
    """A clinician who is signed in at the browser, and the same one at the API."""
    clinician = await new_clinician()
    await take_session_along(visitor.page.context, clinician)
    return visitor, clinician
