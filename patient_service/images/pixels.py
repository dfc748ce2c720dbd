"""Work on a photo's pixels, in a small pool of threads and never on the event loop.

There are only as many threads as cores; `imaging.budget` bounds what they hold in memory together.
"""

import asyncio
import hashlib
import io
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from PIL import ImageOps

from imaging.decoding import CleanImage, clean, decode_reduced
from patient_service.images import photo_quality

THUMBNAIL_SIDE = 320
_THUMBNAIL_QUALITY = 82

_THREADS = ThreadPoolExecutor(max_workers=os.cpu_count() or 2, thread_name_prefix="photo")
ResultT = TypeVar("ResultT")


@dataclass(frozen=True, slots=True)
class Prepared:
    """A photo ready to be stored.

    Attributes:
        data: cleaned JPEG or PNG bytes.
        media_type: image/jpeg or image/png.
        width, height: pixels, upright.
        sha256: hex digest of `data`.
        upload_sha256: hex digest of the bytes as they came.
        quality: warnings, see `photo_quality`.
        captured_at: when it was taken, by its file; None where the file doesn't say so.
        original: the file in the format it was sent in, without metadata; empty where that is what
            is stored, or where nothing else can be shown to be in it.
        original_type: its media type; None where there is none.
    """

    data: bytes
    media_type: str
    width: int
    height: int
    sha256: str
    upload_sha256: str
    quality: list[str]
    captured_at: datetime | None
    original: bytes
    original_type: str | None


async def prepare(data: bytes) -> Prepared:
    """Check, clean and measure a photo.

    Raises:
        DomainError: INVALID_ARGUMENT, as `decoding.clean`.
    """
    return await _in_thread(lambda: _prepare(data))


async def thumbnail(data: bytes) -> bytes:
    """A JPEG of a stored photo, at most 320 pixels on the longer side."""
    return await _in_thread(lambda: _thumbnail(data))


async def _in_thread(work: Callable[[], ResultT]) -> ResultT:
    return await asyncio.get_running_loop().run_in_executor(_THREADS, work)


def _prepare(data: bytes) -> Prepared:
    cleaned: CleanImage = clean(data)
    return Prepared(
        data=cleaned.data,
        media_type=cleaned.media_type,
        width=cleaned.width,
        height=cleaned.height,
        sha256=cleaned.sha256,
        upload_sha256=hashlib.sha256(data).hexdigest(),
        quality=photo_quality.warnings(cleaned.pixels, (cleaned.width, cleaned.height)),
        captured_at=cleaned.captured_at,
        original=cleaned.original,
        original_type=cleaned.original_type or None,
    )


def _thumbnail(data: bytes) -> bytes:
    # Stored photos were decoded once; a large one may now be decoded at a fraction.
    picture, _ = decode_reduced(data, shorter_side=THUMBNAIL_SIDE)
    small = ImageOps.contain(picture, (THUMBNAIL_SIDE, THUMBNAIL_SIDE))
    out = io.BytesIO()
    small.save(out, "JPEG", quality=_THUMBNAIL_QUALITY, optimize=True)
    return out.getvalue()
