"""Takes pictures of pages, each cropped to what it is about and small enough for a repository."""

import io
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.async_api import Browser, FloatRect, Locator, Page, ViewportSize
from playwright.async_api import TimeoutError as BrowserTimeout

from local_stack.api_client import Clinician
from tests.browser.conftest import ACTION_MS, take_session_along
from tests.browser.screens import REDRAWN

DESK = ViewportSize(width=1440, height=900)
PHONE = ViewportSize(width=390, height=844)
LARGEST = 250_000
SILENT_MS = 10_000
# Pages ask for their data once they are drawn, and for pictures once they have it.
SHOWN = """async () => {
    await Promise.all([...document.images].map(one => one.decode().catch(() => {})));
    document.activeElement?.blur();
}"""


@dataclass(frozen=True, slots=True)
class Camera:
    """A browser in front of one system.

    Attributes:
        browser: takes the pictures.
        url: where the system is open.
        folder: takes the files.
    """

    browser: Browser
    url: str
    folder: Path

    @asynccontextmanager
    async def page(
        self, clinician: Clinician | None = None, size: ViewportSize = DESK, scale: float = 1
    ) -> AsyncIterator[Page]:
        """A page in a browser of its own; of the clinician who is signed in, if there is one.

        The browser takes the session over: until they sign in again, the clinician has none.
        """
        context = await self.browser.new_context(
            base_url=self.url,
            viewport=size,
            device_scale_factor=scale,
            locale="en-GB",
            timezone_id="Europe/Stockholm",
            color_scheme="light",
            reduced_motion="reduce",
        )
        context.set_default_timeout(ACTION_MS)
        if clinician:
            await take_session_along(context, clinician)
        yield await context.new_page()
        await context.close()

    async def take(
        self,
        page: Page,
        name: str,
        *,
        parts: Sequence[Locator] = (),
        margin: float = 16,
        tallest: float = 2000,
    ) -> None:
        """Write the picture of what the window shows, or of parts of the page alone.

        Args:
            page: ready to be seen.
            name: of the file, without its ending.
            parts: what must be on it, in the window or below.
            margin: what is shown around the parts, in pixels.
            tallest: where the picture ends at the latest, in pixels from its top.
        """
        await settle(page)
        clip = await _around(page, parts, margin, tallest) if parts else None
        taken = (
            await page.screenshot(clip=clip, full_page=True) if clip else await page.screenshot()
        )
        (self.folder / f"{name}.png").write_bytes(_small(taken))


async def settle(page: Page) -> None:
    """Wait until the page has everything that it asks for and nothing moves."""
    # A page that follows the replicas never falls silent; it has long shown everything by then.
    with suppress(BrowserTimeout):
        await page.wait_for_load_state("networkidle", timeout=SILENT_MS)
    await page.evaluate(SHOWN)
    await page.evaluate(REDRAWN)


async def _around(page: Page, parts: Sequence[Locator], margin: float, tallest: float) -> FloatRect:
    """Where the parts are on the page, which is scrolled to its top."""
    boxes = [box for part in parts if (box := await part.bounding_box())]
    left = max(0, min(box["x"] for box in boxes) - margin)
    top = max(0, min(box["y"] for box in boxes) - margin)
    right = max(box["x"] + box["width"] for box in boxes) + margin
    bottom = max(box["y"] + box["height"] for box in boxes) + margin
    width = (page.viewport_size or DESK)["width"]
    return FloatRect(
        x=left, y=top, width=min(right, width) - left, height=min(bottom - top, tallest)
    )


def _small(png: bytes) -> bytes:
    """The same picture in no more bytes than a repository should keep for it.

    Colours are rounded until it fits, by 4 levels of 256 at the most: nobody sees that, and a
    photo compresses to half of its size. A palette would show as bands.
    """
    picture = Image.open(io.BytesIO(png)).convert("RGB")
    for step in (4, 6, 8):
        if len(png) <= LARGEST:
            break
        rounded = [min(255, round(level / step) * step) for level in range(255)]
        smaller = io.BytesIO()
        picture.point([*rounded, 255] * 3).save(smaller, "PNG", optimize=True)
        png = smaller.getvalue()
    return png
