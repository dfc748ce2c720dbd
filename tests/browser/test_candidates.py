"""An administrator puts a version beside the live one, and has archives loaded anew."""

import asyncio
import re
import secrets
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass

import pytest
from playwright.async_api import Browser, BrowserContext, Locator, Page, Request, expect

from gateway.inference.canary import is_chosen
from local_stack.api_client import Clinician, Refused, SignIn
from local_stack.mailbox import Mailbox
from local_stack.stack import Stack
from serving.contract.replicas import Candidate
from tests import photos
from tests.browser.conftest import context_of, take_session_along, visitor_in
from tests.browser.screens import Visitor
from tests.conftest import NewClinician, profile
from tests.test_model_release import next_version

VERSION = "92.0.0"
PERCENT = 99
# Loading a version and trying it on a busy machine, once what was there before has left.
READY_SECONDS = 240
READY_MS = READY_SECONDS * 1000
ASK_AGAIN_SECONDS = 0.3

pytestmark = pytest.mark.timeout(3 * READY_SECONDS)


@dataclass(frozen=True, slots=True)
class Office:
    """An administrator at the API, and the same one's browser."""

    admin: Clinician
    context: BrowserContext


@pytest.fixture(scope="module")
async def office(
    browser: Browser, stack: Stack, mailbox: Mailbox, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Office]:
    """Of an administrator of these tests' own, who has brought a version."""
    known = SignIn("candidates@dermis.example", secrets.token_urlsafe(18))
    await stack.create_admin(known.email, known.password)
    archive = next_version(tmp_path_factory.mktemp("candidate"), VERSION)
    async with Clinician(stack.url, mailbox) as admin, context_of(browser, stack) as context:
        await admin.sign_in(known, keep=lambda _: None)
        brought = await admin.http.post(
            "/admin/upload-model",
            files={"file": (archive.name, archive.read_bytes())},
            timeout=READY_SECONDS,
        )
        assert brought.status_code == 202, brought.text
        await take_session_along(context, admin)
        yield Office(admin, context)


@pytest.fixture
async def admin(office: Office) -> AsyncIterator[Clinician]:
    """The administrator, after whom nothing stands beside the live version."""
    yield office.admin
    with suppress(Refused):
        await office.admin.call("POST", "/admin/models/withdraw", {"why": "the test is over"})


@pytest.fixture
async def visitor(office: Office, admin: Clinician) -> AsyncIterator[Visitor]:
    async with visitor_in(office.context) as somebody:
        yield somebody


@pytest.fixture
def page(visitor: Visitor) -> Page:
    return visitor.page


async def test_a_shadow_is_compared_on_the_photos_of_clinicians(
    page: Page, visitor: Visitor, admin: Clinician, clinician: Clinician
) -> None:
    await page.goto("/admin?tab=models")
    await row_of(page).get_by_role("button", name="Deploy").click()
    shadow = page.get_by_role("menuitem", name="Shadow")
    await expect(shadow).to_be_visible()
    assert await visitor.show("admin-ways") == []
    await shadow.click()
    dialog = page.get_by_role("dialog", name=f"Run version {VERSION} in shadow?")
    await dialog.get_by_label("Reason").fill("How often does it differ?")
    assert await visitor.show("admin-shadow-dialog") == []
    await dialog.get_by_role("button", name="Start").click()

    panel = page.get_by_role("region", name=f"Shadow: version {VERSION}", exact=True)
    await expect(panel.get_by_text("No photos compared yet")).to_be_visible()
    await expect(panel).to_contain_text("How often does it differ?")
    await expect(row_of(page)).to_contain_text("on 1 of 1 replicas", timeout=READY_MS)
    assert await visitor.show("admin-shadow-empty") == []
    await until_compared(admin, clinician)
    report = panel.get_by_role("region", name="Agreement with the live version")
    # The first figure is the number of photos.
    await expect(report.get_by_role("definition").first).to_have_text(re.compile(r"^[1-9]\d*$"))
    assert await visitor.show("admin-shadow") == []


async def test_a_canary_answers_until_it_is_withdrawn(
    page: Page,
    visitor: Visitor,
    browser: Browser,
    stack: Stack,
    new_clinician: NewClinician,
) -> None:
    clinician = await new_clinician()
    await page.goto("/admin?tab=models")
    await row_of(page).get_by_role("button", name="Deploy").click()
    await page.get_by_role("menuitem", name="Canary").click()
    dialog = page.get_by_role("dialog", name=f"Make version {VERSION} a canary?")
    share = dialog.get_by_label("Share of the patients")
    await expect(share).to_be_focused()
    await share.fill("100")
    await expect(dialog).to_contain_text("Enter a whole number from 1 to 99.")
    await expect(dialog.get_by_role("button", name="Start")).to_be_disabled()
    await share.fill(str(PERCENT))
    await dialog.get_by_label("Reason").fill("It agrees.")
    assert await visitor.show("admin-canary-dialog") == []
    await dialog.get_by_role("button", name="Start").click()

    panel = page.get_by_role("region", name=f"Canary: version {VERSION}", exact=True)
    await expect(panel).to_contain_text("It answers for 99% of the patients")
    await expect(row_of(page)).to_contain_text("on 1 of 1 replicas", timeout=READY_MS)
    patient = await answered_by_the_canary(clinician)
    async with context_of(browser, stack) as elsewhere:
        await take_session_along(elsewhere, clinician)
        theirs = await elsewhere.new_page()
        await theirs.goto(f"/patient/{patient}?lesion=unsorted")
        await expect(theirs.get_by_role("region", name="Result")).to_contain_text(VERSION)
    figures = panel.get_by_role("row").filter(has_text=f"Canary {VERSION}")
    await expect(figures.get_by_role("cell").nth(1)).to_have_text(re.compile(r"^[1-9]\d*$"))
    assert await visitor.show("admin-canary") == []

    await panel.get_by_role("button", name="Change the share").click()
    dialog = page.get_by_role("dialog", name=f"Change the share of version {VERSION}")
    await expect(dialog.get_by_label("Share of the patients")).to_have_value("99%")
    await dialog.get_by_label("Share of the patients").fill("50")
    await dialog.get_by_role("button", name="Change").click()
    await expect(panel).to_contain_text("It answers for 50% of the patients")

    await panel.get_by_role("button", name="Withdraw").click()
    dialog = page.get_by_role("dialog", name=f"Withdraw version {VERSION}?")
    await dialog.get_by_label("Reason").fill("Seen enough.")
    assert await visitor.show("admin-withdraw-dialog") == []
    await dialog.get_by_role("button", name="Withdraw").click()
    await expect(panel).to_have_count(0)
    log = page.get_by_role("table", name="Releases, newest first")
    newest = log.get_by_role("row").nth(1)
    await expect(newest).to_contain_text("Withdrawal")
    await expect(newest).to_contain_text("Seen enough.")


async def test_archives_are_loaded_anew_once_nothing_stands_beside_the_live_version(
    page: Page, visitor: Visitor, admin: Clinician
) -> None:
    await admin.call("POST", f"/admin/models/{VERSION}/shadow", {"why": "a test"})
    await page.goto("/admin?tab=serving")
    cache = page.get_by_role("region", name="Cached model archives")
    button = cache.get_by_role("button", name="Regenerate cache")
    await expect(button).to_have_attribute("aria-disabled", "true")
    await expect(cache).to_contain_text(f"version {VERSION} is running beside the live one")
    assert await visitor.show("admin-regeneration-not-now") == []

    await admin.call("POST", "/admin/models/withdraw", {"why": "a test"})
    await expect(button).not_to_have_attribute("aria-disabled", "true")
    await button.click()
    dialog = page.get_by_role("dialog", name="Regenerate the cache?")
    await expect(dialog).to_contain_text("no request is lost")
    assert await visitor.show("admin-regeneration-dialog") == []
    await dialog.get_by_role("button", name="Regenerate").click()
    done = cache.get_by_text("Every replica has downloaded and loaded the live version again")
    await expect(done).to_be_visible(timeout=READY_MS)
    assert await visitor.show("admin-regeneration") == []
    await page.reload()
    await expect(done).to_be_visible()


async def test_the_page_follows_the_replicas_by_one_stream(page: Page) -> None:
    now_open: set[Request] = set()
    most = 0
    stream = "/serving/stream"

    def began(request: Request) -> None:
        nonlocal most
        if request.url.endswith(stream):
            now_open.add(request)
            most = max(most, len(now_open))

    def ended(request: Request) -> None:
        now_open.discard(request)

    page.on("request", began)
    page.on("requestfinished", ended)
    page.on("requestfailed", ended)
    async with page.expect_request(f"**{stream}"):
        await page.goto("/admin?tab=models")
    await expect(row_of(page)).to_contain_text("Not tried")
    await expect(row_of(page)).to_contain_text("Not in use")
    assert most == 1


def row_of(page: Page) -> Locator:
    """The version's row among the versions."""
    table = page.get_by_role("table", name="Model versions, newest first")
    return table.get_by_role("row").filter(has_text=VERSION)


async def until_compared(admin: Clinician, clinician: Clinician) -> None:
    """Upload a photo; another one where a busy machine could not ask the shadow about it."""
    patient = await clinician.add_patient(profile())
    async with asyncio.timeout(READY_SECONDS):
        while True:
            uploaded = await clinician.upload(patient, photos.unique())
            await clinician.settled(uploaded.json())
            with suppress(TimeoutError):
                async with asyncio.timeout(READY_SECONDS / 8):
                    while not await is_compared(admin):
                        await asyncio.sleep(ASK_AGAIN_SECONDS)
                    return


async def is_compared(admin: Clinician) -> bool:
    report = await admin.call("GET", f"/admin/models/{VERSION}/agreement")
    return bool(report["photos"])


async def answered_by_the_canary(clinician: Clinician) -> str:
    """A patient whose only photo the canary answered; a busy one leaves it to the live version."""
    canary = Candidate(release=1, version=VERSION, kind="canary", percent=PERCENT)
    async with asyncio.timeout(READY_SECONDS):
        while True:
            patient = await clinician.add_patient(profile())
            if not is_chosen(canary, patient):
                continue
            uploaded = await clinician.upload(patient, photos.unique())
            detection = await clinician.settled(uploaded.json())
            if (detection["model"] or {}).get("version") == VERSION:
                return patient
