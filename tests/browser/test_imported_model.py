"""A model that was trained elsewhere: imported, brought and released at the browser, and used."""

import io
import re
import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from pathlib import Path

import pytest
from PIL import ImageStat
from playwright.async_api import Browser, FilePayload, expect

from local_stack.api_client import Clinician, Refused, SignIn
from local_stack.mailbox import Mailbox
from local_stack.stack import Stack
from serving import examples
from serving.contract.reference_cases import Truth
from serving.tests import models_from_outside as outside
from tests.browser.conftest import context_of, take_session_along, visitor_in
from tests.browser.screens import Visitor
from tests.conftest import NewClinician, profile
from tests.shipped import shipped_archive

VERSION, LIVE = "93.0.0", shipped_archive().card.version
# Reading an archive, loading it beside the live version, measuring both on the cases.
RELEASE_SECONDS = 240
RELEASE_MS = RELEASE_SECONDS * 1000


@pytest.fixture(scope="module")
async def admin(stack: Stack, mailbox: Mailbox) -> AsyncIterator[Clinician]:
    """An administrator whose clinic keeps reference cases of its own; the shipped ones are back
    afterwards, as is the shipped model."""
    known = SignIn("imported@dermis.example", secrets.token_urlsafe(18))
    await stack.create_admin(known.email, known.password)
    shipped = [(found.path.read_bytes(), found.truth) for found in examples.read()]
    async with Clinician(stack.url, mailbox) as admin:
        await admin.sign_in(known, keep=lambda _: None)
        await change_cases(admin, outside.made_cases(8))
        yield admin
        with suppress(Refused):  # it is live where the test got so far that it rolled back
            await admin.call("POST", "/admin/models/rollback", {"version": LIVE})
        await change_cases(admin, shipped)


async def change_cases(admin: Clinician, cases: Sequence[tuple[bytes, Truth]]) -> None:
    """Make these the reference cases, and no others."""
    added = []
    for photo, truth in cases:
        sent = await admin.http.post("/admin/reference-cases/photos", files={"file": photo})
        assert sent.is_success, sent.text
        added.append({"sha256": sent.json()["sha256"], "truth": truth})
    kept = {case["sha256"] for case in added}
    known = (await admin.call("GET", "/admin/reference-cases"))["cases"]
    others = [case["sha256"] for case in known if case["sha256"] not in kept]
    await admin.call("POST", "/admin/reference-cases", {"add": added, "remove": others})


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Made of a ResNet-18 of torchvision by `dermis-model import`, `evaluate` and `package`."""
    folder = tmp_path_factory.mktemp("imported")
    weights = outside.as_weights(outside.trained_elsewhere(), folder / "resnet18.pth")
    photos = outside.labelled_photos(folder / "photos")
    return outside.imported(weights, photos, VERSION, "--arch", "torchvision.resnet18")


def dark_spot() -> FilePayload:
    """A photo that the model has not seen; plainly malignant, as it was taught."""
    photos = [outside.made_photo("malignant", number) for number in range(900, 930)]
    out = io.BytesIO()
    min(photos, key=lambda photo: ImageStat.Stat(photo).sum[0]).save(out, "JPEG", quality=95)
    return {"name": "spot.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}


# More than other browser tests: it trains, imports and evaluates a model first.
@pytest.mark.timeout(5 * RELEASE_SECONDS)
async def test_an_imported_resnet_is_released_and_answers_a_clinician(
    browser: Browser, stack: Stack, admin: Clinician, new_clinician: NewClinician, archive: Path
) -> None:
    async with context_of(browser, stack) as office:
        await take_session_along(office, admin)
        async with visitor_in(office) as visitor:
            await release(visitor, archive)
            await look_at_it(visitor)
            clinician = await new_clinician()
            async with context_of(browser, stack) as practice:
                await take_session_along(practice, clinician)
                async with visitor_in(practice) as theirs:
                    await use(theirs, clinician)
            await roll_back(visitor)


async def release(visitor: Visitor, archive: Path) -> None:
    """Upload the archive in the console and make it live."""
    page = visitor.page
    await page.goto("/admin?tab=models")
    await page.locator("input[accept='.mar']").set_input_files(archive)
    await page.get_by_role("button", name="Upload").click()
    versions = page.get_by_role("table", name="Model versions, newest first")
    row = versions.get_by_role("row").filter(has_text=re.compile(f"^{re.escape(VERSION)}"))
    await expect(row).to_be_visible(timeout=RELEASE_MS)
    await row.get_by_role("button", name="Deploy").click()
    await page.get_by_role("menuitem", name=re.compile("^Release")).click()
    dialog = page.get_by_role("dialog", name=f"Release version {VERSION}?")
    await dialog.get_by_label("Reason").fill("A ResNet-18 of torchvision.")
    assert await visitor.show("admin-release-imported") == []
    await dialog.get_by_role("button", name="Release").click()
    await expect(row).to_contain_text("1 of 1 replicas", timeout=RELEASE_MS)
    # On the clinic's own cases.
    await expect(row).to_contain_text("16 cases", timeout=RELEASE_MS)
    assert await visitor.show("admin-models-imported") == []


async def look_at_it(visitor: Visitor) -> None:
    """Its card, and how it compares with the version before."""
    page = visitor.page
    await page.goto(f"/admin?tab=models&version={VERSION}")
    card = page.get_by_role("dialog", name=VERSION)
    # How often it is right comes before all that it was put through.
    await expect(card.get_by_text("Sensitivity").locator("visible=true").first).to_be_visible()
    await expect(card).to_contain_text("torchvision.resnet18")
    assert await visitor.show("admin-card-imported") == []
    await page.goto(f"/admin/compare?first={LIVE}&second={VERSION}")
    figures = page.get_by_role("row").filter(has_text="Sensitivity")
    await expect(figures.first).to_be_visible()
    assert await visitor.show("admin-compare-imported") == []


async def use(visitor: Visitor, clinician: Clinician) -> None:
    """Upload a photo, which the imported version answers rightly, heatmap included."""
    page = visitor.page
    patient = await clinician.add_patient(profile())
    made = {"label": "left forearm", "status": "observed"}
    place = await clinician.call("POST", f"/patients/{patient}/lesions", made)
    await page.goto(f"/patient/{patient}?lesion={place['id']}")
    await page.locator("input[type=file]").first.set_input_files(dark_spot())
    result = page.get_by_role("region", name="Result")
    await expect(result).to_contain_text(VERSION, timeout=RELEASE_MS)
    overlay = page.get_by_role("img", name="Where the model looked")
    await page.get_by_role("button", name="Heatmap", exact=True).click()
    await expect(overlay).to_be_visible()
    # What it was asked to show is what it answered.
    target = page.get_by_role("radiogroup", name="Evidence for")
    await expect(target.get_by_role("radio", name="Malignant")).to_be_checked()
    assert await visitor.pictures_that_do_not_show() == []
    assert await visitor.show("result-imported") == []


async def roll_back(visitor: Visitor) -> None:
    """The button names the version that is live afterwards."""
    page = visitor.page
    await page.goto("/admin?tab=models")
    await page.get_by_role("button", name=f"Roll back to {LIVE}").click()
    dialog = page.get_by_role("dialog")
    await expect(dialog).to_contain_text(LIVE)
    await dialog.get_by_role("button", name="Roll back").click()
    versions = page.get_by_role("table", name="Model versions, newest first")
    before = versions.get_by_role("row").filter(has_text=re.compile(f"^{re.escape(LIVE)}"))
    await expect(before).to_contain_text("1 of 1 replicas", timeout=RELEASE_MS)
