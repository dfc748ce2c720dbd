"""Stored objects without a row: what a crash between writing an image and its row leaves behind."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

import structlog
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from patient_service.images.objects import ORIGINALS, SENT, THUMBNAILS
from patient_service.models import Image
from service_kit.blobs import Blobs
from service_kit.clock import now
from service_kit.database import Database

log = structlog.get_logger()

# Far longer than any upload takes: the row of a younger object may still be on its way.
MIN_AGE = timedelta(days=1)
_BATCH = 1000


async def sweep(database: Database, blobs: Blobs, *, min_age: timedelta = MIN_AGE) -> int:
    """Delete objects of images that no row names and that are older than `min_age`.

    Files that a killed process has only begun to write are deleted too.

    Args:
        database: connected as the tables' owner, to see every clinic's rows.
        blobs: where the images are.
        min_age: by the time in the image's UUIDv7.

    Returns:
        How many objects were deleted.
    """
    deleted = 0
    for prefix in (ORIGINALS, THUMBNAILS, SENT):
        keys = await blobs.list(f"{prefix}/")
        old = [key for key in keys if _is_ours(key) and _age(key) > min_age]
        for start in range(0, len(old), _BATCH):
            deleted += await _sweep(database, blobs, old[start : start + _BATCH])
        deleted += await blobs.delete_unfinished(f"{prefix}/", min_age)
    return deleted


async def _sweep(database: Database, blobs: Blobs, keys: Sequence[str]) -> int:
    async with database.session() as session:
        known = await _known(session, [_image_id(key) for key in keys])
    orphans = [key for key in keys if _image_id(key) not in known]
    for key in orphans:
        log.info("orphan deleted", key=key)
        await blobs.delete(key)
    return len(orphans)


async def _known(session: AsyncSession, image_ids: list[UUID]) -> set[UUID]:
    return set((await session.exec(select(Image.id).where(col(Image.id).in_(image_ids)))).all())


def _is_ours(key: str) -> bool:
    """Whether a key is named like an image; anything else isn't ours to delete."""
    try:
        _image_id(key)
    except ValueError:
        return False
    return True


def _image_id(key: str) -> UUID:
    return UUID(key.rsplit("/", 1)[-1])


def _age(key: str) -> timedelta:
    # The first 48 bits of a UUIDv7 are milliseconds since 1970 (RFC 9562, 5.7).
    made_at = datetime.fromtimestamp((_image_id(key).int >> 80) / 1000, UTC)
    return now() - made_at
