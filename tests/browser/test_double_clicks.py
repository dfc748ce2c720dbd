"""Every button that changes something, pressed twice on a busy machine: it is done once."""

from urllib.parse import urlsplit

import pytest
from playwright.async_api import Page, Request, expect

from local_stack.api_client import Clinician
from local_stack.mailbox import Mailbox
from tests import photos
from tests.browser.screens import Visitor
from tests.conftest import new_sign_in, profile

AtWork = tuple[Visitor, Clinician]


class Changes:
    """What a page has asked the server to change."""

    def __init__(self, page: Page) -> None:
        self._sent: list[str] = []
        page.on("request", self._note)

    def _note(self, request: Request) -> None:
        path = urlsplit(request.url).path
        if request.method not in {"GET", "HEAD"} and path != "/api/auth/refresh":
            self._sent.append(f"{request.method} {path}")

    def taken(self) -> int:
        """How many since it was last asked."""
        count = len(self._sent)
        self._sent.clear()
        return count


@pytest.fixture
def changes(visitor: Visitor) -> Changes:
    return Changes(visitor.page)


async def test_an_account_is_opened_entered_and_recovered_once_by_double_clicks(
    visitor: Visitor, changes: Changes, mailbox: Mailbox
) -> None:
    page, known = visitor.page, new_sign_in()
    before = mailbox.newest()
    await page.goto("/register")
    await page.get_by_label("Full name").fill("Noor Haddad")
    await page.get_by_label("Clinic", exact=True).fill("Harbour Dermatology")
    await page.get_by_label("E-mail address").fill(known.email)
    await page.get_by_label("Password", exact=True).fill(known.password)
    await visitor.double_click(page.get_by_role("button", name="Create account"))
    await expect(page.get_by_role("status")).to_contain_text(known.email)
    assert changes.taken() == 1
    token = await mailbox.token(known.email, after=before)

    before = mailbox.newest()
    await visitor.double_click(page.get_by_role("button", name="Send it again"))
    await expect(page.get_by_text("Sent again")).to_be_visible()
    assert changes.taken() == 1
    token = await mailbox.token(known.email, after=before)

    await page.goto(f"/verify#token={token}")
    await expect(page.get_by_text("Your address is verified")).to_be_visible()
    before = mailbox.newest()
    await page.goto("/forgot")
    await page.get_by_label("E-mail address").fill(known.email)
    changes.taken()
    await visitor.double_click(page.get_by_role("button", name="Send link"))
    await expect(page.get_by_role("status")).to_contain_text("a link is on its way")
    assert changes.taken() == 1

    await page.goto(f"/reset#token={await mailbox.token(known.email, after=before)}")
    await page.get_by_label("New password", exact=True).fill("seven lemons in autumn rain")
    await page.get_by_label("Repeat new password").fill("seven lemons in autumn rain")
    await visitor.double_click(page.get_by_role("button", name="Set password"))
    await expect(page.get_by_text("Your password is set")).to_be_visible()
    assert changes.taken() == 1

    await page.goto("/")
    await page.get_by_label("E-mail address").fill(known.email)
    await page.get_by_label("Password", exact=True).fill("seven lemons in autumn rain")
    await visitor.double_click(page.get_by_role("button", name="Sign in", exact=True))
    await expect(page.get_by_role("img", name="otpauth:")).to_be_visible()
    assert changes.taken() == 2  # the sign-in, and the secret that the next page asks for


async def test_a_record_is_kept_once_by_double_clicks(at_work: AtWork, changes: Changes) -> None:
    visitor, _ = at_work
    page, known = visitor.page, profile()
    await page.goto("/patients")
    await page.get_by_role("button", name="New patient").first.click()
    await page.get_by_label("Full name").fill(known["full_name"])
    await page.get_by_role("textbox", name="Record number").fill(known["record_number"])
    await visitor.double_click(page.get_by_role("button", name="Add patient"))
    await expect(page.get_by_role("heading", name=known["full_name"])).to_be_visible()
    assert changes.taken() == 2  # whether anybody looks alike, and the patient

    await page.get_by_role("button", name="Edit", exact=True).click()
    await page.get_by_label("Contact").fill("+46 8 123 456")
    await visitor.double_click(page.get_by_role("button", name="Save", exact=True))
    await expect(page.get_by_role("dialog")).to_be_hidden()
    await expect(page.get_by_text("+46 8 123 456")).to_be_visible()
    assert changes.taken() == 1

    await page.get_by_role("button", name="Add a lesion").click()
    await page.get_by_label("Description").fill("left shoulder blade")
    await visitor.double_click(page.get_by_role("button", name="Save", exact=True))
    await expect(page.get_by_role("heading", name="left shoulder blade")).to_be_visible()
    assert changes.taken() == 1

    await page.go_back()
    await page.get_by_role("tab", name="History").click()
    await page.get_by_label("Add a note").fill("Seen again in May.")
    await visitor.double_click(page.get_by_role("button", name="Save note"))
    await expect(page.get_by_text("Seen again in May.")).to_have_count(1)
    await expect(page.get_by_label("Add a note")).to_have_value("")
    assert changes.taken() == 1

    await page.get_by_role("button", name="Archive").click()
    asking = page.get_by_role("dialog")
    await visitor.double_click(asking.get_by_role("button", name="Archive"))
    await expect(page.get_by_text("Archived on")).to_be_visible()
    assert changes.taken() == 1
    await visitor.double_click(page.get_by_role("button", name="Restore"))
    await expect(page.get_by_text("Archived on")).to_be_hidden()
    assert changes.taken() == 1


async def test_a_verdict_is_given_once_by_a_double_click(at_work: AtWork, changes: Changes) -> None:
    visitor, clinician = at_work
    page, patient = visitor.page, await clinician.add_patient(profile())
    await clinician.settled((await clinician.upload(patient, photos.unique())).json())
    await page.goto(f"/patient/{patient}?lesion=unsorted")
    await page.get_by_role("radio", name="I consider it benign").check()
    await visitor.double_click(page.get_by_role("button", name="Save verdict"))
    await expect(page.get_by_text("Your verdict is in the record.")).to_be_visible()
    await expect(page.get_by_role("radio", name="I consider it benign")).not_to_be_checked()
    assert changes.taken() == 1

    await visitor.double_click(page.get_by_role("button", name="Reassess with the current model"))
    await expect(page.get_by_role("radio", name="I consider it benign")).to_be_visible()
    await expect(page.get_by_role("region", name="Result")).to_contain_text("Model lesion")
    assert changes.taken() == 1


async def test_ones_own_account_is_changed_once_by_double_clicks(
    at_work: AtWork, changes: Changes
) -> None:
    visitor, _ = at_work
    page = visitor.page
    await page.goto("/profile")
    details = page.get_by_role("region", name="Details")
    await details.get_by_label("Full name").fill("Noor van Haddad")
    await visitor.double_click(details.get_by_role("button", name="Save"))
    await expect(page.get_by_role("button", name="Noor van Haddad")).to_be_visible()
    assert changes.taken() == 1
    await page.get_by_role("button", name="New recovery codes").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Your password").fill("not this one at all")
    await visitor.double_click(dialog.get_by_role("button", name="New recovery codes"))
    await expect(dialog.get_by_text("The password is wrong.")).to_be_visible()
    assert changes.taken() == 1
