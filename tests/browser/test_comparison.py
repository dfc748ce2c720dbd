"""Two versions side by side at the browser, measured by a real replica."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, BrowserContext, expect

from local_stack.api_client import Clinician, SignIn
from local_stack.mailbox import Mailbox
from local_stack.stack import Stack
from tests.browser.conftest import context_of, take_session_along, visitor_in
from tests.shipped import shipped_archive
from tests.test_model_release import next_version

VERSION = "93.1.0"
READY_SECONDS = 240


@pytest.fixture
async def office(
    browser: Browser, stack: Stack, mailbox: Mailbox, tmp_path: Path
) -> AsyncIterator[BrowserContext]:
    """Of an administrator who has brought a version and had it tried."""
    known = SignIn("comparison@dermis.example", secrets.token_urlsafe(18))
    await stack.create_admin(known.email, known.password)
    archive = next_version(tmp_path, VERSION)
    async with Clinician(stack.url, mailbox) as admin, context_of(browser, stack) as context:
        await admin.sign_in(known, keep=lambda _: None)
        brought = await admin.http.post(
            "/admin/upload-model",
            files={"file": (archive.name, archive.read_bytes())},
            timeout=READY_SECONDS,
        )
        assert brought.status_code == 202, brought.text
        await admin.call("POST", f"/admin/models/{VERSION}/trial")
        async with asyncio.timeout(READY_SECONDS):
            while not await _is_kept(admin):
                await asyncio.sleep(0.5)
        await take_session_along(context, admin)
        yield context


async def test_two_versions_are_put_side_by_side_from_the_models(office: BrowserContext) -> None:
    live = shipped_archive().card.version
    async with visitor_in(office) as visitor:
        page = visitor.page
        await page.goto("/admin?tab=models")
        await page.get_by_role("link", name="Compare versions").click()
        await page.get_by_label("First version").select_option(live)
        await page.get_by_label("Second version").select_option(VERSION)
        figures = page.get_by_role("table", name=f"Versions {live} and {VERSION} on the reference")
        # The same weights under another number.
        await expect(figures.get_by_text("No difference shown")).to_have_count(5)
        await expect(page.get_by_role("img", name="ROC curves")).to_be_visible()
        await expect(page.get_by_text("They label every case alike.")).to_be_visible()
        await page.get_by_role("button", name="Reliability as a table").click()
        table = page.get_by_role("table", name="Reliability as a table")
        await expect(table.get_by_role("row").filter(has_text=VERSION)).not_to_have_count(0)
        assert await visitor.show("admin-compare") == []
        await page.reload()
        await expect(page.get_by_label("Second version")).to_have_value(VERSION)
        path = page.get_by_role("navigation", name="Pages above")
        await path.get_by_role("link", name="Models").click()
        await expect(page.get_by_role("tab", name="Models")).to_be_visible()


async def _is_kept(admin: Clinician) -> bool:
    version = await admin.call("GET", f"/admin/models/{VERSION}")
    return version["judgement"] is not None
