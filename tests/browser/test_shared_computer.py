"""What is left on a computer that several people use, once one of them has signed out."""

from playwright.async_api import expect

from local_stack.api_client import Clinician
from serving import examples
from tests.browser.screens import Visitor
from tests.conftest import profile

AtWork = tuple[Visitor, Clinician]

# Only what the browser has kept answers: nothing goes over the line.
KEPT = """async (paths) => {
    const found = await Promise.all(paths.map((path) =>
        fetch(path, { cache: "only-if-cached", mode: "same-origin" })
            .then((answer) => answer.ok ? path : null, () => null)));
    const stored = await new Promise((resolve) => {
        const opening = indexedDB.open("dermis");
        opening.onsuccess = () => {
            const all = opening.result.transaction("uploads").objectStore("uploads").getAll();
            all.onsuccess = () => resolve(all.result.length);
        };
    });
    const shown = [...document.images].filter(({ src }) => src.startsWith("blob:")).length;
    return { found: found.filter(Boolean), stored, shown };
}"""


async def test_after_a_sign_out_the_browser_holds_no_picture_of_a_patient(at_work: AtWork) -> None:
    visitor, clinician = at_work
    page, patient = visitor.page, await clinician.add_patient(profile())
    photo = next(iter(examples.read())).path.read_bytes()
    detection = await clinician.settled((await clinician.upload(patient, photo)).json())
    image = f"/api/images/{detection['image_id']}"
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    other = await page.context.new_page()
    for looked_at in (page, other):
        await looked_at.goto(f"/patient/{patient}?lesion=unsorted")
        await looked_at.get_by_role("button", name="Heatmap", exact=True).click()
        await expect(looked_at.get_by_role("img", name="Where the model looked")).to_be_visible()

    await page.locator("button:has(.tabler-icon-chevron-down)").first.click()
    await page.get_by_role("menuitem", name="Sign out").click()
    for left in (page, other):
        await expect(left.get_by_role("heading", name="Sign in", exact=True)).to_be_visible()
        await expect(left.get_by_text("Ingrid Solheim")).to_have_count(0)
    assert any(url.endswith(image) for url in asked)
    pictures = [image, f"{image}/thumbnail"]
    pictures += [url for url in asked if "heatmap.png" in url]
    for left in (page, other):
        assert await left.evaluate(KEPT, pictures) == {"found": [], "stored": 0, "shown": 0}
