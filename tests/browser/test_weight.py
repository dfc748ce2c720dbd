"""What a first visit costs: bytes of script, and how soon and how steadily the page stands."""

import gzip
import json
import re
from typing import Any

from playwright.async_api import expect

from local_stack.stack import ROOT
from tests.browser.screens import Visitor

BUILT = ROOT / "frontend" / "dist"
MOST_SCRIPT = 250_000

# Largest Contentful Paint, Cumulative Layout Shift and Total Blocking Time (web.dev/vitals).
VITALS = """() => new Promise(resolve => {
    const found = { lcp: 0, cls: 0, tbt: 0 };
    const seen = (type, take) => new PerformanceObserver(list => list.getEntries().forEach(take))
        .observe({ type, buffered: true });
    seen('largest-contentful-paint', entry => { found.lcp = entry.startTime });
    seen('layout-shift', entry => { if (!entry.hadRecentInput) found.cls += entry.value });
    seen('longtask', entry => { found.tbt += Math.max(0, entry.duration - 50) });
    setTimeout(() => resolve(found), 1000);
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


async def test_the_sign_in_page_does_not_jump(visitor: Visitor) -> None:
    await visitor.page.goto("/")
    await expect(visitor.page.get_by_role("heading", name="Sign in")).to_be_visible()
    vitals = await visitor.page.evaluate(VITALS)
    # Only what a busy machine does not change.
    assert vitals["cls"] <= 0.05
