"""One's own account at the browser: the password, the second factor, where one is signed in."""

import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
from playwright.async_api import Browser, Page, Route, expect

from local_stack.api_client import Clinician, SignIn
from local_stack.mailbox import Mailbox
from local_stack.stack import Stack
from tests.browser.conftest import context_of, take_session_along, visitor_in
from tests.browser.screens import Visitor, next_code
from tests.conftest import new_sign_in

NEW_PASSWORD = "seven lemons in autumn rain"
Owner = tuple[Clinician, SignIn]


@pytest.fixture
async def owner(visitor: Visitor, stack: Stack, mailbox: Mailbox) -> AsyncIterator[Owner]:
    """Somebody who is signed in at the browser and at the API, with what signs them in."""
    async with Clinician(stack.url, mailbox) as clinician:
        known = new_sign_in()
        await clinician.register(known, full_name="Noor Haddad", clinic="Harbour Dermatology")
        known = await clinician.sign_in(known, keep=lambda _: None)
        await take_session_along(visitor.page.context, clinician)
        yield clinician, known


@pytest.fixture
async def elsewhere(browser: Browser, stack: Stack) -> AsyncIterator[Visitor]:
    """Another browser, where nobody is signed in."""
    async with context_of(browser, stack) as context, visitor_in(context) as somebody:
        yield somebody


async def test_a_changed_password_counts_from_the_next_sign_in_on(
    visitor: Visitor, owner: Owner, elsewhere: Visitor
) -> None:
    page, (_, known) = visitor.page, owner
    await page.goto("/profile")
    form = page.get_by_role("region", name="Password", exact=True)
    await form.get_by_label("Current password").fill("not this one at all")
    await form.get_by_label("New password", exact=True).fill(NEW_PASSWORD)
    await form.get_by_label("Repeat new password").fill(NEW_PASSWORD)
    await form.get_by_role("button", name="Change password").click()
    await expect(form.get_by_text("The password is wrong.")).to_be_visible()
    await expect(form.get_by_label("New password", exact=True)).to_have_value(NEW_PASSWORD)
    assert await visitor.show("profile-wrong-password") == []

    await form.get_by_label("Current password").fill(known.password)
    await form.get_by_role("button", name="Change password").click()
    await expect(page.get_by_text("Your password has been changed")).to_be_visible()

    there = elsewhere.page
    await there.goto("/")
    await elsewhere.enter_password(known)
    await expect(there.get_by_role("alert")).to_have_text("E-mail address or password is wrong.")
    await there.get_by_label("Password", exact=True).fill(NEW_PASSWORD)
    await there.get_by_role("button", name="Sign in", exact=True).click()
    await expect(there.get_by_role("heading", name="Enter your code")).to_be_visible()
    await elsewhere.enter_code(await next_code(known.totp_secret))
    await expect(there.get_by_role("heading", name="Today")).to_be_visible()


async def test_recovery_codes_made_anew_replace_the_old_ones(
    visitor: Visitor, owner: Owner, elsewhere: Visitor
) -> None:
    page, (clinician, known) = visitor.page, owner
    password = {"password": known.password}
    old = (await clinician.call("POST", "/users/me/2fa/recovery-codes", password))["recovery_codes"]
    await page.goto("/profile")
    await page.get_by_role("button", name="New recovery codes").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Your password").fill("not this one at all")
    await dialog.get_by_role("button", name="New recovery codes").click()
    await expect(dialog.get_by_text("The password is wrong.")).to_be_visible()
    assert await visitor.show("profile-asks-for-the-password") == []
    await dialog.get_by_label("Your password").fill(known.password)
    await dialog.get_by_role("button", name="New recovery codes").click()
    shown = dialog.get_by_label("Save your recovery codes")
    await expect(shown).to_be_visible()
    codes = (await shown.inner_text()).split()
    assert len(codes) == 10
    assert await visitor.show("profile-recovery-codes") == []
    await dialog.get_by_role("button", name="I have saved them").click()
    await expect(page.get_by_text("10 recovery codes left.")).to_be_visible()

    there = elsewhere.page
    await there.goto("/")
    await elsewhere.enter_password(known)
    await there.get_by_role("button", name="Use a recovery code instead").click()
    await there.get_by_label("Recovery code").fill(old[0])
    await there.get_by_role("button", name="Continue").click()
    await expect(there.get_by_role("alert")).to_be_visible()
    await there.get_by_label("Recovery code").fill(codes[0])
    await there.get_by_role("button", name="Continue").click()
    await expect(there.get_by_role("heading", name="Today")).to_be_visible()
    await there.goto("/profile")
    await expect(there.get_by_text("9 recovery codes left.")).to_be_visible()


async def test_a_second_factor_that_the_role_demands_is_not_offered_for_removal(
    visitor: Visitor, owner: Owner
) -> None:
    page = visitor.page
    await page.goto("/profile")
    await expect(page.get_by_text("Your account requires a second factor")).to_be_visible()
    await expect(page.get_by_role("button", name="New recovery codes")).to_be_visible()
    await expect(page.get_by_role("button", name="Remove the second factor")).to_have_count(0)


async def test_a_second_factor_that_is_demanded_meanwhile_stays_and_the_dialog_says_why(
    visitor: Visitor, owner: Owner
) -> None:
    page, (clinician, known) = visitor.page, owner

    async def before_it_was_demanded(route: Route) -> None:
        answer = await route.fetch()
        me: dict[str, Any] = await answer.json()
        await route.fulfill(response=answer, json=me | {"two_factor_required": False})

    await page.route("**/api/users/me", before_it_was_demanded)
    await page.goto("/profile")
    await page.get_by_role("button", name="Remove the second factor").click()
    dialog = page.get_by_role("dialog")
    remove = dialog.get_by_role("button", name="Remove the second factor")
    await expect(remove).to_be_disabled()
    await dialog.get_by_label("Your password").fill("not this one at all")
    await visitor.enter_code("000000")
    await remove.click()
    await expect(dialog.get_by_text("The password is wrong.")).to_be_visible()
    assert await visitor.show("profile-remove-second-factor") == []
    await dialog.get_by_label("Your password").fill(known.password)
    await remove.click()
    await expect(dialog.get_by_text("must have a second factor")).to_be_visible()
    assert (await clinician.call("GET", "/users/me"))["two_factor_enabled"]


async def test_a_session_that_is_ended_asks_for_a_new_sign_in_at_the_other_browser(
    visitor: Visitor, owner: Owner, elsewhere: Visitor
) -> None:
    page, (_, known) = visitor.page, owner
    there = elsewhere.page
    await there.goto("/?next=/patients")
    await elsewhere.enter_password(known)
    await expect(there.get_by_role("heading", name="Enter your code")).to_be_visible()
    await elsewhere.enter_code(await next_code(known.totp_secret))
    await there.get_by_role("button", name="New patient").first.click()
    await there.get_by_label("Full name").fill("Ingrid Solheim")

    await page.goto("/profile")
    sessions = page.get_by_role("region", name="Where you are signed in")
    await expect(sessions.get_by_role("listitem")).to_have_count(2)
    await expect(sessions.get_by_text("This browser")).to_have_count(1)
    await sessions.get_by_role("button", name=re.compile("^End the session of")).click()
    await expect(sessions.get_by_role("listitem")).to_have_count(1)
    await expect(sessions.get_by_text("You are not signed in anywhere else.")).to_be_visible()

    await there.get_by_role("textbox", name="Record number").fill("T-0")
    await there.get_by_role("button", name="Add patient").click()
    again = there.get_by_role("dialog", name="Sign in again")
    await expect(again).to_be_visible()
    assert await elsewhere.show("sign-in-again") == []
    await again.get_by_label("Password", exact=True).fill(known.password)
    await again.get_by_role("button", name="Sign in", exact=True).click()
    await elsewhere.enter_code(await next_code(known.totp_secret))
    await expect(again).to_be_hidden()
    await expect(there.get_by_label("Full name")).to_have_value("Ingrid Solheim")


async def test_whoever_signs_out_leaves_nothing_in_sight(visitor: Visitor, owner: Owner) -> None:
    page = visitor.page
    await page.goto("/dashboard")
    await page.get_by_role("link", name="My account").click()
    await expect(page.get_by_role("heading", name="My account")).to_be_visible()
    await sign_out(page)
    await expect(page.get_by_role("heading", name="Sign in", exact=True)).to_be_visible()
    await expect(page.get_by_text("Noor Haddad")).to_have_count(0)
    await page.go_back()
    await expect(page.get_by_role("heading", name="Sign in", exact=True)).to_be_visible()
    await expect(page.get_by_text("Noor Haddad")).to_have_count(0)


async def sign_out(page: Page) -> None:
    await page.get_by_role("button", name="Noor Haddad").click()
    await page.get_by_role("menuitem", name="Sign out").click()
