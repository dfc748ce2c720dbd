"""The rules of images: cleaned, stored once, found again by the same upload.

Order of writing: the object first, then the row. A crash in between leaves an object that no row
names (harmless, collected later), never a row whose photo is missing.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from patient_service import audit, patients
from patient_service.audit import Event
from patient_service.models import Image
from service_kit.blobs import BlobMissing, Blobs
from service_kit.clock import now
from service_kit.database import current_session
from service_kit.errors import Code, DomainError
from service_kit.ids import new_id
from service_kit.lesion_image import clean
from service_kit.principal import current_principal

MAX_KEY_LENGTH = 128


@dataclass(frozen=True, slots=True)
class Upload:
    """A photo as it was sent."""

    patient_id: UUID
    data: bytes
    captured_at: datetime | None
    idempotency_key: str


async def add(upload: Upload, blobs: Blobs) -> tuple[Image, bool]:
    """Store a photo of a patient.

    Returns:
        The image, and whether it is that of an earlier upload with the same idempotency key.

    Raises:
        DomainError: NOT_FOUND PATIENT_NOT_FOUND; INVALID_ARGUMENT as `lesion_image.clean`, or
            CAPTURED_IN_FUTURE; FAILED_PRECONDITION IDEMPOTENCY_KEY_REUSED for other bytes.
    """
    if upload.captured_at and upload.captured_at > now():
        raise DomainError(
            Code.INVALID_ARGUMENT,
            "CAPTURED_IN_FUTURE",
            "The photo can't have been taken in the future.",
            metadata={"field": "captured_at"},
        )
    if len(upload.idempotency_key) > MAX_KEY_LENGTH:
        raise DomainError(
            Code.INVALID_ARGUMENT,
            "IDEMPOTENCY_KEY_TOO_LONG",
            f"An idempotency key has at most {MAX_KEY_LENGTH} characters.",
        )
    await patients.find(upload.patient_id)
    sent_sha256 = hashlib.sha256(upload.data).hexdigest()
    if earlier := await _earlier(upload, sent_sha256):
        return earlier, True
    image = await _store(upload, sent_sha256, blobs)
    await audit.record(Event.IMAGE_ADDED, upload.patient_id, image=str(image.id))
    return image, False


async def find(image_id: UUID) -> Image:
    """An image of the caller's clinic.

    Raises:
        DomainError: NOT_FOUND IMAGE_NOT_FOUND, also for another clinic's; the try is audited.
    """
    image = await current_session().get(Image, image_id)
    if image is None:
        await audit.record(Event.REFUSED_NOT_FOUND, None, noun="image", id=str(image_id))
        raise DomainError(
            Code.NOT_FOUND, "IMAGE_NOT_FOUND", "There is no such image.", keep_changes=True
        )
    return image


async def view(image_id: UUID) -> Image:
    """The same, noted in the audit as a view."""
    image = await find(image_id)
    await audit.record(Event.IMAGE_VIEWED, image.patient_id, image=str(image.id))
    return image


async def read(image: Image, blobs: Blobs) -> AsyncIterator[bytes]:
    """The photo's bytes in chunks.

    Raises:
        DomainError: DATA_LOSS IMAGE_BYTES_MISSING when the object store has lost them.
    """
    try:
        async for chunk in blobs.stream(object_key(image)):
            yield chunk
    except BlobMissing:
        raise DomainError(
            Code.DATA_LOSS, "IMAGE_BYTES_MISSING", "The photo's bytes are missing from the store."
        ) from None


def object_key(image: Image) -> str:
    """Where an image's bytes lie in the object store."""
    return f"images/{image.clinic_id}/{image.id}"


async def _earlier(upload: Upload, sent_sha256: str) -> Image | None:
    if not upload.idempotency_key:
        return None
    query = select(Image).where(
        col(Image.created_by) == current_principal().user_id,
        col(Image.idempotency_key) == upload.idempotency_key,
    )
    earlier = (await current_session().exec(query)).first()
    if earlier is None:
        return None
    if (earlier.sent_sha256, earlier.patient_id) != (sent_sha256, upload.patient_id):
        raise DomainError(
            Code.FAILED_PRECONDITION,
            "IDEMPOTENCY_KEY_REUSED",
            "This idempotency key was used for another upload; make a new one.",
        )
    return earlier


async def _store(upload: Upload, sent_sha256: str, blobs: Blobs) -> Image:
    cleaned = await asyncio.to_thread(clean, upload.data)
    image = Image(
        id=new_id(),
        clinic_id=patients.own_clinic(),
        patient_id=upload.patient_id,
        media_type=cleaned.media_type,
        size=len(cleaned.data),
        width=cleaned.width,
        height=cleaned.height,
        sha256=cleaned.sha256,
        captured_at=upload.captured_at,
        created_by=current_principal().user_id,
        sent_sha256=sent_sha256,
        idempotency_key=upload.idempotency_key or None,
    )
    await blobs.put(object_key(image), cleaned.data)
    session = current_session()
    session.add(image)
    try:
        await session.flush()
    except IntegrityError:
        # Two uploads with one key raced; the client's next try finds the winner's image.
        await blobs.delete(object_key(image))
        raise DomainError(
            Code.ABORTED, "UPLOAD_IN_PROGRESS", "The same upload is under way; try again."
        ) from None
    return image
