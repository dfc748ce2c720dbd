"""Where images are in the object store, and how their bytes are read."""

from collections.abc import AsyncIterator
from uuid import UUID

from patient_service.images import pixels
from patient_service.models import Image
from service_kit.blobs import BlobMissing, Blobs
from service_kit.errors import DomainError
from service_kit.reasons import Reason

ORIGINALS, THUMBNAILS, SENT = "images", "thumbnails", "sent"


def original_key(clinic_id: UUID, image_id: UUID) -> str:
    """The key of an image."""
    return f"{ORIGINALS}/{clinic_id}/{image_id}"


def thumbnail_key(clinic_id: UUID, image_id: UUID) -> str:
    """The key of its thumbnail, which exists once somebody has asked for it."""
    return f"{THUMBNAILS}/{clinic_id}/{image_id}"


def sent_key(clinic_id: UUID, image_id: UUID) -> str:
    """The key of the file as it was sent, where its format is another than what is stored."""
    return f"{SENT}/{clinic_id}/{image_id}"


async def stream(blobs: Blobs, image: Image, *, as_sent: bool = False) -> AsyncIterator[bytes]:
    """An image's bytes in chunks; as stored, or those of the file as it was sent.

    Raises:
        DomainError: DATA_LOSS / IMAGE_LOST when the store doesn't have them.
    """
    try:
        key = sent_key if as_sent else original_key
        async for chunk in blobs.stream(key(image.clinic_id, image.id)):
            yield chunk
    except BlobMissing:
        raise _lost() from None


async def thumbnail(blobs: Blobs, image: Image) -> bytes:
    """An image's thumbnail; made when first asked for, so that uploads don't pay for it.

    Raises:
        DomainError: DATA_LOSS / IMAGE_LOST when the store doesn't have the image.
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
    data = await pixels.thumbnail(original)
    await blobs.put(key, data)
    return data


def _lost() -> DomainError:
    return DomainError(Reason.IMAGE_LOST)
