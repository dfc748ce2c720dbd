"""What a first visit costs: bytes of script, and how steadily the page stands."""

import gzip
import json
import re
from typing import Any

from playwright.async_api import expect

from local_stack.stack import ROOT
from tests.browser.screens import Visitor

BUILT = ROOT / "frontend" / "dist"
MOST_SCRIPT = 250_000
# Each takes a turn on a slow line, and headers.
MOST_FILES_OF_TODAY = 12

# Cumulative Layout Shift (web.dev/vitals); times are not judged, since a machine may be busy.
LAYOUT_SHIFT = """() => new Promise(resolve => {
    let shift = 0;
    new PerformanceObserver(list => list.getEntries().forEach(entry => {
        if (!entry.hadRecentInput) shift += entry.value;
    })).observe({ type: 'layout-shift', buffered: true });
    setTimeout(() => resolve(shift), 1000);
})"""


def test_the_sign_in_page_loads_little_script() -> None:
    page = (BUILT / "index.html").read_text()
    scripts = set(re.findall(r"/assets/[\w.-]+\.js", page))
    bytes_sent = sum(len(gzip.compress((BUILT / name[1:]).read_bytes(), 6)) for name in scripts)
    assert scripts
    assert bytes_sent <= MOST_SCRIPT


def test_pages_are_loaded_only_when_they_are_opened() -> None:
    manifest: dict[str, Any] = json.loads((BUILT / ".vite" / "manifest.json").read_text())
    pages = [part for name, part in manifest.items() if name.endswith("Page.tsx")]
    assert len(pages) >= 10
    assert all(part["isDynamicEntry"] for part in pages)


def test_today_comes_in_a_few_files() -> None:
    manifest: dict[str, Any] = json.loads((BUILT / ".vite" / "manifest.json").read_text())
    files: set[str] = set()
    parts = ["index.html", "src/app/SignedIn.tsx", "src/dashboard/DashboardPage.tsx"]
    while parts:
        part = manifest[parts.pop()]
        if part["file"] not in files:
            files |= {part["file"], *part.get("css", [])}
            parts += part.get("imports", [])
    assert len(files) <= MOST_FILES_OF_TODAY


async def test_the_sign_in_page_does_not_jump(visitor: Visitor) -> None:
    await visitor.page.goto("/")
    await expect(visitor.page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert await visitor.page.evaluate(LAYOUT_SHIFT) <= 0.05
