"""An administrator brings a model to life at the browser, and looks after accounts."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, BrowserContext, Locator, Page, expect

from local_stack.admin_account import admin_account
from local_stack.api_client import Clinician, SignIn
from local_stack.mailbox import Mailbox
from local_stack.stack import Stack
from tests.browser.conftest import context_of, take_session_along, visitor_in
from tests.browser.screens import Visitor
from tests.browser.test_narrow_screens import NARROW, TOO_WIDE
from tests.conftest import NewClinician, new_sign_in, profile
from tests.test_model_release import next_version

# Loading a version, trying it and switching to it, on a busy machine.
RELEASE_MS = 120_000


@pytest.fixture(scope="module")
async def office(browser: Browser, stack: Stack, mailbox: Mailbox) -> AsyncIterator[BrowserContext]:
    """The browser of an administrator who is signed in."""
    known = await admin_account(stack)
    async with Clinician(stack.url, mailbox) as admin, context_of(browser, stack) as context:
        await admin.sign_in(SignIn(known.email, known.password), keep=lambda _: None)
        await take_session_along(context, admin)
        yield context


@pytest.fixture
async def visitor(office: BrowserContext) -> AsyncIterator[Visitor]:
    async with visitor_in(office) as somebody:
        yield somebody


@pytest.fixture
def page(visitor: Visitor) -> Page:
    return visitor.page


async def test_no_page_of_an_administrator_is_scrolled_sideways(visitor: Visitor) -> None:
    page, found = visitor.page, []
    await page.set_viewport_size(NARROW)
    for tab in ("users", "models", "serving", "logs", "audit"):
        await page.goto(f"/admin?tab={tab}")
        await expect(page.get_by_role("tabpanel")).to_be_visible()
        # Streams keep the network busy: what is loaded is told by its placeholders being gone.
        await expect(page.get_by_role("status", name="Loading")).to_have_count(0)
        found += [f"{tab}: {what}" for what in await page.evaluate(TOO_WIDE)]
    assert found == []


async def test_an_archive_is_brought_released_and_rolled_back(
    page: Page, visitor: Visitor, tmp_path: Path
) -> None:
    await page.goto("/admin?tab=models")
    models = page.get_by_role("tabpanel", name="Models")
    archive = next_version(tmp_path, "91.0.0")
    await models.locator("input[accept='.mar']").set_input_files(archive)
    await visitor.double_click(models.get_by_role("button", name="Upload"))
    # The first table lists the versions, the second one their releases.
    row = models.get_by_role("table").first.get_by_role("row").filter(has_text="91.0.0")
    await expect(row).to_be_visible(timeout=RELEASE_MS)
    assert await visitor.show("admin-models") == []

    await row.get_by_role("button", name="Deploy").click()
    await page.get_by_role("menuitem", name=re.compile("^Release")).click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Reason").fill("a test")
    assert await visitor.show("admin-release") == []
    await visitor.double_click(dialog.get_by_role("button", name="Release"))
    await expect(row).to_contain_text("1 of 1 replicas", timeout=RELEASE_MS)
    log = page.get_by_role("table", name="Releases, newest first").get_by_role("row")
    await expect(log.filter(has_text="a test")).to_have_count(1)

    await page.get_by_role("tab", name="Serving").click()
    serving = page.get_by_role("tabpanel", name="Serving")
    replica = serving.get_by_role("row").filter(has_text="91.0.0")
    await expect(replica).to_contain_text("Ready", timeout=RELEASE_MS)
    assert await visitor.show("admin-serving") == []

    await page.get_by_role("tab", name="Models").click()
    await models.get_by_role("button", name="Roll back").click()
    await dialog.get_by_label("Reason").fill("the test is over")
    await visitor.double_click(dialog.get_by_role("button", name="Roll back"))
    await expect(row).to_contain_text("Not in use", timeout=RELEASE_MS)
    await expect(log.filter(has_text="the test is over")).to_have_count(1)
    await row.get_by_role("button", name="Card of version").click()
    await expect(dialog.get_by_text("Intended use")).to_be_visible()
    assert await visitor.show("admin-model-card") == []


async def test_what_is_no_archive_is_refused_with_its_reasons(page: Page) -> None:
    await page.goto("/admin?tab=models")
    await page.locator("input[accept='.mar']").set_input_files(
        {"name": "lesion.mar", "mimeType": "application/octet-stream", "buffer": b"no zip"}
    )
    await page.get_by_role("button", name="Upload").click()
    await expect(page.get_by_text("The archive was refused")).to_be_visible()


async def test_a_session_that_an_administrator_ends_asks_for_a_new_sign_in_in_place(
    page: Page, visitor: Visitor, browser: Browser, stack: Stack, new_clinician: NewClinician
) -> None:
    clinician = await new_clinician()
    me = await clinician.call("GET", "/users/me")
    patient = await clinician.add_patient(profile())
    async with context_of(browser, stack) as elsewhere:
        await take_session_along(elsewhere, clinician)
        theirs = await elsewhere.new_page()
        await theirs.goto(f"/patient/{patient}?tab=timeline")
        await theirs.get_by_label("Add a note").fill("not saved yet")
        await choose(page, await found(page, me["email"]), "End all sessions")
        await expect(page.get_by_text("1 session has ended.")).to_be_visible()
        assert await visitor.show("admin-users") == []

        await theirs.get_by_role("button", name="Save note").click()
        await expect(theirs.get_by_role("dialog")).to_contain_text("Sign in again")
        await expect(theirs.get_by_label("Add a note")).to_have_value("not saved yet")


async def test_whose_second_factor_is_reset_sets_up_another_at_the_next_sign_in(
    page: Page, visitor: Visitor, browser: Browser, stack: Stack, mailbox: Mailbox
) -> None:
    known = new_sign_in()
    async with Clinician(stack.url, mailbox) as clinician:
        await clinician.register(known, full_name="Noor Haddad", clinic="Harbour Dermatology")
        known = await clinician.sign_in(known, keep=lambda _: None)
    account = await found(page, known.email)
    await choose(page, account, "Reset the second factor")
    await expect(account).to_contain_text("Off")

    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    await choose(page, account, "Change role or clinic", confirmed=False)
    # Other clinics have this name too; the field's own text is no search for any of them.
    clinic = page.get_by_role("dialog").get_by_role("combobox", name="Clinic")
    await expect(clinic).to_have_value(re.compile(r"^Harbour Dermatology \(\w+\)$"))
    assert await visitor.show("admin-change-role") == []
    await expect(clinic).to_have_value(re.compile(r"^Harbour Dermatology \(\w+\)$"))
    assert [url for url in asked if "search=Harbour" in url] == []

    async with context_of(browser, stack) as elsewhere, visitor_in(elsewhere) as theirs:
        await theirs.page.goto("/")
        await theirs.enter_password(known)
        await expect(theirs.page).to_have_url(re.compile("/setup-2fa"))
        await theirs.enrol()
        await expect(theirs.page.get_by_role("heading", name="Today")).to_be_visible()


async def found(page: Page, email: str) -> Locator:
    """The row of the one account that a search finds."""
    await page.goto("/admin?tab=users")
    await page.get_by_label("Search by name or address").fill(email)
    rows = page.get_by_role("table").get_by_role("row")
    await expect(rows).to_have_count(2)  # of which one is the table's head
    return rows.filter(has_text=email)


async def choose(page: Page, account: Locator, action: str, *, confirmed: bool = True) -> None:
    await account.get_by_role("button", name=re.compile("^Actions for")).click()
    await page.get_by_role("menuitem", name=action).click()
    if confirmed:
        await page.get_by_role("dialog").get_by_role("button", name=action).click()
        await expect(page.get_by_role("dialog")).to_be_hidden()


async def test_a_colleague_is_invited_to_a_clinic_and_named_in_its_history(
    page: Page, visitor: Visitor, browser: Browser, stack: Stack, mailbox: Mailbox
) -> None:
    clinic = "Dunes Dermatology"
    founder, invited = new_sign_in(), new_sign_in()
    async with Clinician(stack.url, mailbox) as clinician, Clinician(stack.url, mailbox) as other:
        await clinician.register(founder, full_name="Noor Haddad", clinic=clinic)
        await clinician.sign_in(founder, keep=lambda _: None)
        patient = await clinician.add_patient(profile())

        before = mailbox.newest()
        await page.goto("/admin?tab=users")
        await page.get_by_role("button", name="Invite").click()
        dialog = page.get_by_role("dialog")
        await dialog.get_by_label("E-mail address").fill(invited.email)
        await dialog.get_by_role("combobox", name="Clinic").fill("dunes")
        await page.get_by_role("option", name=clinic).click()
        assert await visitor.show("admin-invite") == []
        await dialog.get_by_role("button", name="Send").click()
        await expect(page.get_by_text(f"An invitation to {invited.email}")).to_be_visible()

        token = await mailbox.token(invited.email, after=before)
        account = {"email": invited.email, "password": invited.password}
        before = mailbox.newest()
        await other.call(
            "POST", "/auth/register", account | {"full_name": "Grace Hopper", "invitation": token}
        )
        proof = await mailbox.token(invited.email, after=before)
        await other.call("POST", "/auth/verify-email", {"token": proof})
        await other.sign_in(invited, keep=lambda _: None)
        await other.call("POST", f"/patients/{patient}/notes", {"text": "Seen again in May."})

        async with context_of(browser, stack) as theirs:
            await take_session_along(theirs, clinician)
            history = await theirs.new_page()
            await history.goto(f"/patient/{patient}?tab=timeline")
            await expect(history.get_by_text("Seen again in May.")).to_be_visible()
            await expect(history.get_by_text(re.compile("Grace Hopper"))).to_be_visible()


async def test_the_audit_is_filtered_and_its_chains_are_checked(
    page: Page, visitor: Visitor, new_clinician: NewClinician
) -> None:
    patient = await (await new_clinician()).add_patient(profile())
    await page.goto("/admin?tab=audit")
    await page.get_by_role("button", name="Check the chain").click()
    for chain in ("Accounts", "Patient records"):
        whole = re.compile(f"^{chain}: .* written\\.$")
        await expect(page.get_by_role("alert").filter(has_text=whole)).to_be_visible()
    await expect(page.get_by_role("table")).to_be_visible()
    assert await visitor.show("admin-audit") == []
    await page.get_by_text("Patient records", exact=True).click()
    await page.get_by_label("Patient ID").fill(patient)
    await page.get_by_role("button", name="Filter").click()
    entries = page.get_by_role("table").get_by_role("row")
    await expect(entries).to_have_count(2)
    await expect(entries.last).to_contain_text(patient[-8:])
    assert await visitor.show("admin-audit-of-a-patient") == []


async def test_the_log_is_searched_and_followed_live(
    page: Page, visitor: Visitor, new_clinician: NewClinician
) -> None:
    await page.goto("/admin?tab=logs")
    lines = page.get_by_role("list", name="Log lines, newest first")
    await expect(page.get_by_text("Live", exact=True)).to_be_visible()
    await page.get_by_label("Text in the line").fill("/patients/")
    await page.get_by_role("button", name="Show", exact=True).click()
    await expect(page.get_by_text("Live", exact=True)).to_be_visible()
    clinician = await new_clinician()
    answer = await clinician.http.get("/patients/01a20817-f471-731e-896b-230f70989781")
    sought = lines.get_by_role("listitem").filter(has_text=answer.json()["request_id"][-8:])
    await expect(sought.first).to_be_visible()
    assert await visitor.show("admin-logs") == []
