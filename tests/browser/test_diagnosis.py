"""The clinician's job at the browser: from a patient to a result, a verdict and a report."""

import re

from playwright.async_api import FilePayload, expect

from local_stack.api_client import Clinician
from serving import examples
from tests import photos
from tests.browser.screens import Visitor
from tests.conftest import profile

AtWork = tuple[Visitor, Clinician]
PHOTOS = [found.path for found in examples.read()]
# Several diagnoses, one after the other, on a busy machine.
DIAGNOSES_MS = 180_000
ZONE = re.compile("^(Below the threshold|Borderline|Above the threshold)$")


async def test_a_photo_on_a_new_lesion_shows_class_probability_and_overlay(
    at_work: AtWork,
) -> None:
    visitor, clinician = at_work
    page, patient = visitor.page, await clinician.add_patient(profile())
    await page.goto(f"/patient/{patient}")
    await expect(page.get_by_role("heading", name="Ingrid Solheim")).to_be_visible()

    await page.get_by_role("group", name="Back", exact=True).click(position={"x": 62, "y": 80})
    await page.get_by_role("group", name="Back", exact=True).click(position={"x": 150, "y": 200})
    await expect(page.get_by_label("Body site")).to_have_value("posterior_torso")
    await page.get_by_label("Description").fill("left shoulder blade")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_role("heading", name="left shoulder blade")).to_be_visible()
    await expect(page.get_by_text("No photos yet")).to_be_visible()

    await page.locator("input[type=file]").first.set_input_files(PHOTOS[0])
    result = page.get_by_role("region", name="Result")
    await expect(result.get_by_role("img", name=re.compile("Probability"))).to_be_visible()
    await expect(result.get_by_text(ZONE)).to_be_visible()
    await expect(result).to_contain_text("Model lesion")
    diagnoses = result.get_by_role("region", name="Most likely diagnoses")
    await expect(diagnoses.get_by_role("listitem")).to_have_count(3)
    await diagnoses.get_by_role("button", name="All 8").click()
    await expect(diagnoses.get_by_role("listitem")).to_have_count(8)
    await expect(diagnoses).to_contain_text("Basal cell carcinoma")
    await expect(result).to_contain_text("Decision support, not a diagnosis")
    overlay = page.get_by_role("img", name="Where the model looked")
    await expect(overlay).to_have_count(0)
    await page.get_by_role("button", name="Heatmap", exact=True).click()
    await expect(overlay).to_be_visible()
    slider = page.get_by_role("slider", name="Heatmap strength")
    await slider.press("Home")
    await expect(overlay).to_have_css("opacity", "0")
    await slider.press("End")
    await expect(overlay).to_have_css("opacity", "1")
    target = page.get_by_role("radiogroup", name="Evidence for")
    await target.get_by_text("Benign").click()
    await expect(target.get_by_role("radio", name="Benign")).to_be_checked()
    await expect(overlay).to_be_visible()
    assert await visitor.pictures_that_do_not_show() == []
    assert await visitor.show("patient") == []

    await page.get_by_label("I consider it benign").check()
    await page.get_by_label("Note", exact=True).fill("Regular network.")
    await page.get_by_role("button", name="Save verdict").click()
    verdicts = page.get_by_role("region", name="Your verdict")
    await expect(verdicts.get_by_text("Regular network.")).to_be_visible()
    async with page.expect_download() as report:
        await result.get_by_role("button", name="Report (PDF)").click()
    assert (await (await report.value).path()).read_bytes().startswith(b"%PDF")

    await page.get_by_role("link", name="Ingrid Solheim").click()
    await page.get_by_role("tab", name="History").click()
    await expect(page.get_by_text("Photo added")).to_be_visible()
    await expect(page.get_by_text("Regular network.")).to_be_visible()
    assert await visitor.show("patient-history") == []


async def test_several_photos_at_once_all_get_results_and_two_are_compared(
    at_work: AtWork,
) -> None:
    visitor, clinician = at_work
    page, patient = visitor.page, await clinician.add_patient(profile())
    lesion = await clinician.call(
        "POST", f"/patients/{patient}/lesions", {"label": "left forearm", "status": "observed"}
    )
    await page.goto(f"/patient/{patient}?lesion={lesion['id']}")
    await page.locator("input[type=file]").first.set_input_files(PHOTOS[:4])
    shown = page.get_by_role("group", name="Photos")
    await expect(shown.get_by_role("button")).to_have_count(4, timeout=DIAGNOSES_MS)
    await expect(page.get_by_role("status", name="Uploads")).to_be_hidden()

    await page.get_by_role("button", name="Compare two photos").click()
    dialog = page.get_by_role("dialog")
    await expect(dialog.get_by_role("img", name=re.compile("^Photo,"))).to_have_count(2)
    lists = dialog.get_by_role("region", name="Most likely diagnoses")
    await expect(lists).to_have_count(2)
    await expect(lists.first.get_by_role("listitem")).to_have_count(3)
    await dialog.get_by_role("button", name="Zoom in").first.click()
    pictures = dialog.get_by_role("img", name=re.compile("^Photo,"))
    widths = "all => all.map(one => Math.round(one.getBoundingClientRect().width))"
    before = await pictures.evaluate_all(widths)
    await dialog.get_by_role("button", name="Zoom in").first.click()
    # Without the thumbnails, by which the two are chosen.
    wider = "width => [...document.querySelectorAll('[role=dialog] img:not([role=group] img)')]"
    wider += ".every(one => one.getBoundingClientRect().width > width + 1)"
    await page.wait_for_function(wider, arg=max(before))
    assert await visitor.show("comparison") == []
    await dialog.get_by_text("Overlaid").click()
    await dialog.get_by_role("slider").press("ArrowRight")
    assert await visitor.show("comparison-over") == []


async def test_an_answer_shows_what_it_rests_on(at_work: AtWork) -> None:
    visitor, clinician = at_work
    page, patient = visitor.page, await clinician.add_patient(profile())
    await clinician.settled((await clinician.upload(patient, PHOTOS[0].read_bytes())).json())
    await page.goto(f"/patient/{patient}?lesion=unsorted")
    result = page.get_by_role("region", name="Result")
    await expect(result).to_contain_text(re.compile(r"finds \d+ of 100 malignant lesions"))
    await result.get_by_role("button", name="About this model").click()
    about = page.get_by_role("dialog", name=re.compile("^Model lesion"))
    await expect(about.get_by_role("row").nth(1)).to_contain_text(re.compile(r"\d+ \(\d+–\d+\)"))
    assert await visitor.show("model-card") == []
    await page.keyboard.press("Escape")

    frame = page.get_by_role("img", name="Frame: what the model looked at")
    button = page.get_by_role("button", name="Frame: what the model looked at")
    await expect(frame).to_be_visible()
    await button.press("Space")
    await expect(frame).to_have_count(0)
    await page.keyboard.press("s")
    await expect(frame).to_be_visible()


async def test_a_photo_that_can_not_be_assessed_is_called_neither_anywhere(at_work: AtWork) -> None:
    visitor, clinician = at_work
    page, patient = visitor.page, await clinician.add_patient(profile())
    lesion = await clinician.call(
        "POST", f"/patients/{patient}/lesions", {"label": "left forearm", "status": "observed"}
    )
    await page.goto(f"/patient/{patient}?lesion={lesion['id']}")
    for count, photo in enumerate((PHOTOS[0].read_bytes(), photos.blank()), start=1):
        chosen = FilePayload(name=f"{count}.jpg", mimeType="image/jpeg", buffer=photo)
        await page.locator("input[type=file]").first.set_input_files(chosen)
        shown = page.get_by_role("group", name="Photos")
        await expect(shown.get_by_role("button")).to_have_count(count, timeout=DIAGNOSES_MS)
    result = page.get_by_role("region", name="Result")
    await expect(result).to_contain_text("This photo cannot be assessed")
    await expect(page.get_by_label("I consider it malignant")).to_be_visible()
    await expect(page.get_by_label("I agree with the model")).to_have_count(0)

    await page.get_by_role("button", name="Compare two photos").click()
    dialog = page.get_by_role("dialog")
    await expect(dialog.get_by_text("Cannot be assessed")).to_have_count(1)
    await expect(dialog.get_by_text(ZONE)).to_have_count(1)
    await expect(dialog.get_by_role("region", name="Most likely diagnoses")).to_have_count(1)
    await page.keyboard.press("Escape")
    await page.get_by_role("link", name="Ingrid Solheim").click()
    await page.get_by_role("tab", name="History").click()
    history = page.get_by_role("tabpanel", name="History")
    await expect(history.get_by_text("Cannot be assessed")).to_have_count(1)
    await expect(history.get_by_text(ZONE)).to_have_count(1)


async def test_files_that_are_no_photos_are_refused_with_the_reason(at_work: AtWork) -> None:
    visitor, clinician = at_work
    page, patient = visitor.page, await clinician.add_patient(profile())
    await page.goto(f"/patient/{patient}?lesion=unsorted")
    field = page.locator("input[type=file]").first
    await field.set_input_files(
        {"name": "letter.jpg", "mimeType": "image/jpeg", "buffer": b"Dear colleague"}
    )
    refused = page.get_by_role("status", name="Uploads").get_by_role("alert")
    await expect(refused).to_contain_text(
        "This is a text file. Export the picture as JPEG and send that."
    )
    await field.set_input_files(
        {"name": "huge.jpg", "mimeType": "image/jpeg", "buffer": bytes(30 * 1024 * 1024)}
    )
    await expect(page.get_by_text("Larger than 20 MB")).to_be_visible()


async def test_photos_wait_through_a_lost_network_and_a_reload(at_work: AtWork) -> None:
    visitor, clinician = at_work
    page, patient = visitor.page, await clinician.add_patient(profile())
    address = f"/patient/{patient}?lesion=unsorted"
    await page.goto(address)
    await expect(page.get_by_text("No photos yet")).to_be_visible()
    # The way to the model is lost, whatever the page tries.
    await page.route("**/api/predict/**", lambda route: route.abort())
    await page.locator("input[type=file]").first.set_input_files(
        [
            FilePayload(name=f"{number}.png", mimeType="image/png", buffer=photos.unique())
            for number in range(3)
        ]
    )
    await expect(page.get_by_text("Waiting to be sent").first).to_be_visible()
    await page.reload()
    await expect(page.get_by_text("Waiting to be sent").first).to_be_visible()
    await page.unroute("**/api/predict/**")
    shown = page.get_by_role("group", name="Photos")
    await expect(shown.get_by_role("button")).to_have_count(3, timeout=DIAGNOSES_MS)


async def test_a_conflict_is_shown_and_nothing_that_was_typed_is_lost(at_work: AtWork) -> None:
    visitor, clinician = at_work
    known = profile()
    page, patient = visitor.page, await clinician.add_patient(known)
    await page.goto(f"/patient/{patient}")
    await page.get_by_role("button", name="Edit", exact=True).click()
    await page.get_by_label("Contact").fill("+46 8 123 456")
    changed = await clinician.http.put(
        f"/patients/{patient}",
        json=known | {"risk_notes": "Mother: melanoma"},
        headers={"If-Match": '"1"'},
    )
    assert changed.status_code == 200
    await page.get_by_role("button", name="Save", exact=True).click()
    await expect(page.get_by_role("alert")).to_contain_text("Mother: melanoma")
    await expect(page.get_by_label("Contact")).to_have_value("+46 8 123 456")
    await page.get_by_role("button", name="Overwrite with mine").click()
    await expect(page.get_by_role("dialog")).to_be_hidden()
    now = await clinician.call("GET", f"/patients/{patient}")
    assert now["contact"] == "+46 8 123 456"
    await page.get_by_role("tab", name="History").click()
    await expect(page.get_by_text("Profile changed").first).to_be_visible()
    await expect(page.get_by_text("Contact, Risk factors")).to_be_visible()


async def test_a_patient_who_is_not_there_and_script_in_a_name_do_no_harm(
    at_work: AtWork,
) -> None:
    visitor, clinician = at_work
    page = visitor.page
    await page.goto("/patient/01a20817-f471-731e-896b-230f70989781")
    await expect(page.get_by_text("Page not found")).to_be_visible()
    script = "<img src=x onerror=document.title='taken'>"
    patient = await clinician.add_patient(profile() | {"full_name": script})
    await page.goto(f"/patient/{patient}")
    await expect(page.get_by_role("heading", name=script)).to_be_visible()
    assert await page.title() != "taken"
