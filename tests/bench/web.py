"""`python -m tests.bench.web`: how soon pages stand, what they weigh, how a long list scrolls."""

import asyncio
import statistics
import tempfile
from pathlib import Path

from playwright.async_api import Browser, CDPSession, Page, async_playwright
from rich.console import Console
from rich.table import Table

from local_stack.api_client import Clinician
from local_stack.mailbox import Mailbox
from local_stack.stack import Stack, running
from tests.bench.workspace import measure_workspace
from tests.browser.conftest import ARGUMENTS, CHROMIUM, context_of, take_session_along
from tests.browser.test_long_lists import PATIENTS, ten_thousand_patients
from tests.conftest import new_sign_in

VISITS = 9
# Goals of a first visit, without throttling: milliseconds, and shares of the window that moved.
GOALS = {"LCP ms": 1500.0, "CLS": 0.05, "TBT ms": 150.0}
# From here on a task keeps somebody waiting (web.dev/articles/tbt).
WATCH = """
    window.seen = { "LCP ms": 0, "CLS": 0, "TBT ms": 0 };
    const watch = (type, note) => new PerformanceObserver(
        list => list.getEntries().forEach(note)).observe({ type, buffered: true });
    watch("largest-contentful-paint", entry => seen["LCP ms"] = entry.startTime);
    watch("layout-shift", entry => seen["CLS"] += entry.hadRecentInput ? 0 : entry.value);
    watch("longtask", entry => seen["TBT ms"] += entry.duration - 50);
"""
SETTLED_MS = 2000
# A frame is late when it comes more than half a frame after its turn at 60 a second.
SCROLL = """async () => {
    const gaps = [];
    let before = performance.now();
    for (let frame = 0; frame < 600; frame++) {
        scrollBy(0, 120);
        await new Promise(requestAnimationFrame);
        const now = performance.now();
        gaps.push(now - before);
        before = now;
    }
    return gaps;
}"""
LATE_MS = 25.0


async def measure(folder: Path, console: Console) -> None:
    """Start a system in `folder`, visit it, and print."""
    async with (
        running(folder) as stack,
        async_playwright() as playwright,
        await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS) as browser,
    ):
        visits = [await first_visit(browser, stack) for _ in range(VISITS)]
        table = Table("", "median", "worst", "goal", title=f"Sign-in page, {VISITS} first visits")
        for name, goal in GOALS.items():
            values = [visit[name] for visit in visits]
            table.add_row(
                name, f"{statistics.median(values):.3g}", f"{max(values):.3g}", f"≤ {goal:g}"
            )
        console.print(table)
        gaps, cost = await scrolled(browser, stack)
        late = sum(gap > LATE_MS for gap in gaps)
        console.print(
            f"A list of {PATIENTS} patients, scrolled {len(gaps)} frames of 120 pixels: median "
            f"{statistics.median(gaps):.1f} ms a frame, worst {max(gaps):.0f} ms, {late} late; "
            f"{cost:.1f} ms of the page's own time a frame."
        )
        await measure_workspace(browser, stack, console)


async def first_visit(browser: Browser, stack: Stack) -> dict[str, float]:
    async with context_of(browser, stack) as context:
        await context.add_init_script(WATCH)
        page = await context.new_page()
        await page.goto("/")
        await page.get_by_role("heading", name="Sign in").wait_for()
        await page.wait_for_timeout(SETTLED_MS)
        seen: dict[str, float] = await page.evaluate("seen")
        return seen


async def scrolled(browser: Browser, stack: Stack) -> tuple[list[float], float]:
    """Milliseconds between frames once all patients are there, and of CPU for one frame.

    The CPU's are what a busy machine doesn't add to.
    """
    async with (
        Clinician(stack.url, Mailbox(stack.mails)) as clinician,
        context_of(browser, stack) as context,
    ):
        known = new_sign_in()
        await clinician.register(known, full_name="Noor Haddad", clinic="Harbour Dermatology")
        await clinician.sign_in(known, keep=lambda _: None)
        await take_session_along(context, clinician)
        page = await context.new_page()
        await page.route("**/api/patients/?*", ten_thousand_patients)
        await page.goto("/patients")
        await to_the_end(page)
        await page.evaluate("scrollTo(0, 0)")
        meter = await context.new_cdp_session(page)
        await meter.send("Performance.enable", {"timeDomain": "threadTicks"})
        before = await cpu_seconds(meter)
        gaps: list[float] = await page.evaluate(SCROLL)
        return gaps, (await cpu_seconds(meter) - before) * 1000 / len(gaps)


async def cpu_seconds(meter: CDPSession) -> float:
    """What the page's main thread has worked."""
    metrics = (await meter.send("Performance.getMetrics"))["metrics"]
    return next(float(one["value"]) for one in metrics if one["name"] == "TaskDuration")


async def to_the_end(page: Page) -> None:
    last = page.get_by_role("link", name=f"Patient {PATIENTS - 1:05d}")
    while not await last.count():
        await page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
        await page.wait_for_timeout(50)


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory(prefix="dermis-bench-") as folder:
        asyncio.run(measure(Path(folder), Console()))


if __name__ == "__main__":
    main()
