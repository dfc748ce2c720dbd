"""From a first visit to a signed-in clinician, and back in after a forgotten password."""

import re

from playwright.async_api import expect

from local_stack.mailbox import Mailbox
from tests.browser.screens import Visitor, next_code
from tests.conftest import new_sign_in


async def test_a_clinician_registers_verifies_enrols_and_comes_in(
    visitor: Visitor, mailbox: Mailbox
) -> None:
    page, known = visitor.page, new_sign_in()
    await page.goto("/")
    await expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert await visitor.show("sign-in") == []
    await visitor.register(known, mailbox)
    await page.get_by_role("link", name="Sign in").click()
    await visitor.enter_password(known)

    await expect(page).to_have_url(re.compile("/setup-2fa"))
    await expect(page.get_by_role("img", name=re.compile("^otpauth:"))).to_be_visible()
    assert await visitor.pictures_that_do_not_show() == []
    assert await visitor.show("setup-2fa") == []
    code = page.get_by_role("img", name=re.compile("^otpauth:"))
    scanned = await code.get_attribute("alt")
    # Whoever reloads has the secret in the app already.
    await page.reload()
    await expect(code).to_have_attribute("alt", str(scanned))
    await visitor.enrol()
    await expect(page).to_have_url(re.compile("/dashboard"))

    await page.reload()
    await expect(page).to_have_url(re.compile("/dashboard"))
    await page.get_by_role("button", name="Noor Haddad").click()
    await page.get_by_role("menuitem", name="Sign out").click()
    await expect(page.get_by_role("heading", name="Sign in", exact=True)).to_be_visible()
    await page.goto("/dashboard")
    await expect(page).to_have_url(re.compile(r"/\?next=%2Fdashboard"))


async def test_a_forgotten_password_is_reset_and_the_second_factor_still_asked(
    visitor: Visitor, mailbox: Mailbox
) -> None:
    page, known = visitor.page, new_sign_in()
    await visitor.register(known, mailbox)
    await page.goto("/")
    await visitor.enter_password(known)
    secret = await visitor.enrol()
    await expect(page).to_have_url(re.compile("/dashboard"))

    before = mailbox.newest()
    await page.goto("/forgot")
    await page.get_by_label("E-mail address").fill(known.email)
    assert await visitor.show("forgot") == []
    await page.get_by_role("button", name="Send link").click()
    await expect(page.get_by_role("status")).to_contain_text("a link is on its way")

    await page.goto(f"/reset#token={await mailbox.token(known.email, after=before)}")
    await expect(page).to_have_url(re.compile("/reset$"))
    await page.get_by_label("New password", exact=True).fill("seven lemons in autumn rain")
    await page.get_by_label("Repeat new password").fill("seven lemons in autumn rai")
    await page.get_by_role("button", name="Set password").click()
    await expect(page.get_by_text("The passwords don't match.")).to_be_visible()
    await page.get_by_label("Repeat new password").fill("seven lemons in autumn rain")
    await page.get_by_role("button", name="Set password").click()
    await expect(page.get_by_text("Your password is set")).to_be_visible()

    await page.goto("/?next=/profile")
    await page.get_by_label("E-mail address").fill(known.email)
    await page.get_by_label("Password", exact=True).fill("seven lemons in autumn rain")
    await page.get_by_role("button", name="Sign in", exact=True).click()
    await expect(page.get_by_role("heading", name="Enter your code")).to_be_visible()
    await expect(page.locator('input[autocomplete="one-time-code"]').first).to_be_focused()
    assert await visitor.show("2fa") == []
    await visitor.enter_code(await next_code(secret))
    await expect(page).to_have_url(re.compile("/profile$"))


async def test_a_wrong_password_is_told_at_the_form_and_what_was_typed_stays(
    visitor: Visitor,
) -> None:
    page = visitor.page
    await page.goto("/")
    await page.get_by_role("button", name="Sign in", exact=True).click()
    await expect(page.get_by_text("Enter an e-mail address.")).to_be_visible()
    await page.get_by_label("E-mail address").fill("nobody@harbour.example")
    await page.get_by_label("Password", exact=True).fill("not this one at all")
    await page.get_by_role("button", name="Sign in", exact=True).click()
    await expect(page.get_by_role("alert")).to_have_text("E-mail address or password is wrong.")
    await expect(page.get_by_label("E-mail address")).to_have_value("nobody@harbour.example")


async def test_a_sign_in_in_one_tab_counts_in_the_others_and_so_does_a_sign_out(
    visitor: Visitor, mailbox: Mailbox
) -> None:
    page, known = visitor.page, new_sign_in()
    await visitor.register(known, mailbox)
    other = await page.context.new_page()
    await other.goto("/?next=/profile")
    await page.goto("/")
    await visitor.enter_password(known)
    await visitor.enrol()
    await expect(other.get_by_role("heading", name="My account")).to_be_visible()

    await page.get_by_role("button", name="Noor Haddad").click()
    await page.get_by_role("menuitem", name="Sign out").click()
    await expect(page.get_by_role("heading", name="Sign in", exact=True)).to_be_visible()
    await expect(other.get_by_role("heading", name="Sign in", exact=True)).to_be_visible()
    await expect(other.get_by_text("Noor Haddad")).to_have_count(0)
