"""What is on each picture of docs/images.

Places are found by what they are, not by their words: pages say the same things in other words
before they show other things.
"""

import re

from playwright.async_api import Page, expect

from local_stack.api_client import Clinician
from tests.screenshots.camera import PHONE, Camera
from tests.screenshots.clinic import Clinic

EMAIL = "elena.marin@harbour.example"
NOTE = "Parallel ridge pattern, new since spring. Excise with 2 mm margin."
HEATMAP = "button:has(.tabler-icon-flame)"
OPACITY = "[role=slider]"
RESULT = "section:has(.tabler-icon-file-type-pdf)"
VERDICT = "section:has(form input[type=radio])"
PHOTO = "div:has(img):has(.tabler-icon-zoom-in)"
CARD = ".mantine-Card-root"


async def sign_in_page(camera: Camera) -> None:
    """Where everybody begins."""
    async with camera.page() as page:
        await page.goto("/")
        await page.locator("input[type=email], input[autocomplete=username]").first.fill(EMAIL)
        await camera.take(page, "sign-in", parts=[page.locator("form")], margin=230)


async def clinic_at_work(camera: Camera, doctor: Clinician, clinic: Clinic) -> None:
    """The clinician's day."""
    async with camera.page(doctor) as page:
        await page.goto("/dashboard")
        await expect(page.get_by_role("main").get_by_role("img").first).to_be_visible()
        await camera.take(page, "dashboard")
        await page.goto("/patients")
        await expect(page.get_by_role("link", name=clinic.name)).to_be_visible()
        await camera.take(page, "patients", parts=[page.locator("body")], tallest=570)
        await page.goto(f"/patient/{clinic.patient}")
        await expect(page.get_by_role("heading", name=clinic.name)).to_be_visible()
        await camera.take(page, "patient")
        await _export(camera, page)
        await _result(camera, page, clinic)
        await _comparison(camera, page, clinic)


async def on_a_phone(camera: Camera, doctor: Clinician, clinic: Clinic) -> None:
    """A result as it is read beside the patient."""
    async with camera.page(doctor, PHONE, scale=2) as page:
        await page.goto(_lesion(clinic.patient, clinic.suspicious))
        await page.locator(HEATMAP).click()
        await expect(page.locator(OPACITY)).to_be_visible()
        parts = [page.locator(PHOTO).last, page.locator(RESULT)]
        await camera.take(page, "result-phone", parts=parts, tallest=PHONE["height"])


async def administration(camera: Camera, admin: Clinician) -> None:
    """Models, accounts and the audit."""
    async with camera.page(admin) as page:
        await page.goto("/admin?tab=models")
        await expect(page.get_by_role("table").first).to_be_visible()
        await camera.take(page, "models")
        await page.goto("/admin?tab=users")
        await expect(page.get_by_role("table")).to_contain_text(EMAIL)
        await camera.take(page, "accounts", parts=[page.locator("body")], tallest=600)
        await page.goto("/admin?tab=audit")
        await expect(page.get_by_role("table")).to_be_visible()
        await camera.take(page, "audit")


async def candidate(camera: Camera, admin: Clinician, version: str) -> None:
    """A version that answers for some patients."""
    async with camera.page(admin) as page:
        await page.goto("/admin?tab=models")
        panel = page.get_by_role("region", name=re.compile(re.escape(version))).first
        # Its figures on the reference cases, and beside the live version.
        await expect(panel.get_by_role("table").nth(1)).to_be_visible()
        await camera.take(page, "candidate", parts=[panel])


async def _export(camera: Camera, page: Page) -> None:
    await page.locator("button:has(.tabler-icon-download)").click()
    menu = page.get_by_role("menu")
    await expect(menu).to_be_visible()
    await camera.take(page, "export", parts=[page.locator(CARD).first, menu])
    await page.keyboard.press("Escape")


async def _result(camera: Camera, page: Page, clinic: Clinic) -> None:
    await page.goto(_lesion(clinic.patient, clinic.suspicious))
    await page.locator(HEATMAP).click()
    await expect(page.locator(OPACITY)).to_be_visible()
    parts = [page.locator(PHOTO).last, page.locator(RESULT)]
    await camera.take(page, "result", parts=parts)
    await page.emulate_media(color_scheme="dark")
    await camera.take(page, "result-dark", parts=parts)
    await page.emulate_media(color_scheme="light")

    await page.locator(f"{RESULT} button:has(.tabler-icon-info-circle)").click()
    card = page.get_by_role("dialog")
    await expect(card.get_by_role("table").first).to_be_visible()
    await camera.take(page, "model-card", parts=[card], margin=0, tallest=900)
    await page.keyboard.press("Escape")

    verdict = page.locator(VERDICT).last
    await verdict.locator("input[type=radio][value=malignant]").check()
    await verdict.get_by_role("textbox").fill(NOTE)
    await camera.take(page, "verdict", parts=[verdict])


async def _comparison(camera: Camera, page: Page, clinic: Clinic) -> None:
    await page.goto(_lesion(clinic.patient, clinic.followed))
    await page.locator("button:has(.tabler-icon-columns-2)").click()
    pictures = page.get_by_role("dialog").get_by_role("img")
    await expect(pictures.nth(1)).to_be_visible()
    await camera.take(page, "comparison")


def _lesion(patient: str, lesion: str) -> str:
    return f"/patient/{patient}?lesion={lesion}"
