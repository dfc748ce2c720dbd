"""Where the bytes of photos lie in the object store, and how they are read from there."""

from collections.abc import AsyncIterator
from uuid import UUID

from patient_service import photos
from patient_service.models import Image
from service_kit.blobs import BlobMissing, Blobs
from service_kit.errors import Code, DomainError

ORIGINALS, THUMBNAILS = "images", "thumbnails"


def original_key(clinic_id: UUID, image_id: UUID) -> str:
    """Where a photo lies."""
    return f"{ORIGINALS}/{clinic_id}/{image_id}"


def thumbnail_key(clinic_id: UUID, image_id: UUID) -> str:
    """Where its thumbnail lies, once somebody asked for it."""
    return f"{THUMBNAILS}/{clinic_id}/{image_id}"


async def stream(blobs: Blobs, image: Image) -> AsyncIterator[bytes]:
    """A photo's bytes in chunks.

    Raises:
        DomainError: DATA_LOSS / IMAGE_LOST when the store does not have them.
    """
    try:
        async for chunk in blobs.stream(original_key(image.clinic_id, image.id)):
            yield chunk
    except BlobMissing:
        raise _lost() from None


async def thumbnail(blobs: Blobs, image: Image) -> bytes:
    """A photo's thumbnail; made at the first time it is asked for, so that uploads don't pay.

    Raises:
        DomainError: DATA_LOSS / IMAGE_LOST when the store does not have the photo.
    """
    key = thumbnail_key(image.clinic_id, image.id)
    try:
        return await blobs.get(key)
    except BlobMissing:
        pass
    try:
        original = await blobs.get(original_key(image.clinic_id, image.id))
    except BlobMissing:
        raise _lost() from None
    data = await photos.thumbnail(original)
    await blobs.put(key, data)
    return data


def _lost() -> DomainError:
    return DomainError(
        Code.DATA_LOSS, "IMAGE_LOST", "The photo's bytes are missing; tell your administrator."
    )
