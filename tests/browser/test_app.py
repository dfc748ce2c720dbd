"""Dermis as an app: installed, opened without a network, replaced by a newer version."""

import json

from playwright.async_api import Browser, Page, expect

from local_stack.api_client import Clinician
from local_stack.stack import ROOT, Stack
from serving import examples
from tests.browser.conftest import context_of, take_session_along, visitor_in
from tests.browser.screens import PHONE
from tests.conftest import NewClinician, profile

KEPT = """async () => {
    const found = [];
    for (const name of await caches.keys()) {
        for (const { url } of await (await caches.open(name)).keys()) {
            found.push(new URL(url).pathname);
        }
    }
    return found;
}"""
LOOKING = """() => {
    setInterval(() => navigator.serviceWorker.ready.then((one) => one.update()), 1000);
}"""
CONTROLLED = "() => navigator.serviceWorker.controller !== null"
WORKER = ROOT / "frontend" / "dist" / "service_worker.js"


async def looked_at_a_photo(page: Page, clinician: Clinician) -> None:
    """A page with everything that must not be kept: a patient, a result, pictures."""
    patient = await clinician.add_patient(profile())
    photo = next(iter(examples.read())).path.read_bytes()
    await clinician.settled((await clinician.upload(patient, photo)).json())
    await page.goto(f"/patient/{patient}?lesion=unsorted")
    await expect(page.get_by_role("region", name="Result")).to_be_visible()


async def test_only_files_of_the_build_are_kept_and_the_app_says_when_it_is_offline(
    browser: Browser, stack: Stack, new_clinician: NewClinician
) -> None:
    clinician = await new_clinician()
    async with (
        context_of(browser, stack, viewport=PHONE, service_workers="allow") as context,
        visitor_in(context) as visitor,
    ):
        await take_session_along(context, clinician)
        page = visitor.page
        await looked_at_a_photo(page, clinician)
        await page.wait_for_function(CONTROLLED)
        await page.reload()
        await expect(page.get_by_role("region", name="Result")).to_be_visible()
        kept = await page.evaluate(KEPT)
        assert kept
        assert all(path.startswith("/assets/") for path in kept), kept
        await context.set_offline(True)
        await page.goto("/dashboard", wait_until="commit")
        await expect(page.get_by_role("heading", name="You are offline")).to_be_visible()
        await context.set_offline(False)
        await page.get_by_role("link", name="Try again").click()
        await expect(page.get_by_role("heading", name="Today")).to_be_visible()


async def test_a_new_version_is_told_and_loaded_at_a_press(
    browser: Browser, stack: Stack, new_clinician: NewClinician
) -> None:
    clinician = await new_clinician()
    async with (
        context_of(browser, stack, service_workers="allow") as context,
        visitor_in(context) as visitor,
    ):
        await take_session_along(context, clinician)
        page = visitor.page
        await page.goto("/dashboard")
        await page.wait_for_function(CONTROLLED)
        await page.reload()
        await expect(page.get_by_role("heading", name="Today")).to_be_visible()
        built = WORKER.read_text()
        try:
            WORKER.write_text(f"{built}// newer\n")
            # Again and again: a look that the page began before the change would answer the first.
            await page.evaluate(LOOKING)
            await expect(page.get_by_text("A new version of Dermis is ready.")).to_be_visible()
        finally:
            WORKER.write_text(built)
        async with page.expect_event("load"):
            await page.get_by_role("button", name="Reload").click()


async def test_a_browser_can_install_it(browser: Browser, stack: Stack) -> None:
    async with context_of(browser, stack) as context, visitor_in(context) as visitor:
        await visitor.page.goto("/")
        devtools = await context.new_cdp_session(visitor.page)
        read = await devtools.send("Page.getAppManifest")
        faults = await devtools.send("Page.getInstallabilityErrors")
    assert read["errors"] == []
    assert json.loads(read["data"])["display"] == "standalone"
    # Whoever browses in private, as a test does, can install nothing; there is no other objection.
    assert {fault["errorId"] for fault in faults["installabilityErrors"]} <= {"in-incognito"}
