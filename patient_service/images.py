"""Stored images: viewed, listed, moved between lesions."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from patient_service import audit, change_history, lesions, patients
from patient_service.audit_events import Event
from patient_service.models import Image
from service_kit.paging import Page, cut, id_position
from service_kit.reasons import Reason


async def find(session: AsyncSession, image_id: UUID) -> Image:
    """An image of the caller's clinic, not audited: for use inside rules.

    Raises:
        DomainError: NOT_FOUND / IMAGE_NOT_FOUND, for another clinic's image too.
    """
    image = await session.get(Image, image_id)
    if image is None:
        raise await audit.not_found(session, Reason.IMAGE_NOT_FOUND, image_id)
    return image


async def find_of(session: AsyncSession, patient_id: UUID, image_id: UUID) -> Image:
    """An image of this patient.

    Raises:
        DomainError: NOT_FOUND / IMAGE_NOT_FOUND, for another patient's image too.
    """
    image = await find(session, image_id)
    if image.patient_id != patient_id:
        raise await audit.not_found(session, Reason.IMAGE_NOT_FOUND, image_id)
    return image


async def view(session: AsyncSession, image_id: UUID, *, what: str) -> Image:
    """An image, shown to the caller.

    Args:
        session: the caller's transaction.
        image_id: which image.
        what: "original", "thumbnail", "file as sent" or "description", for the audit.

    Raises:
        DomainError: as `find`.
    """
    image = await find(session, image_id)
    await audit.append(
        session, Event.IMAGE_VIEWED, patient_id=image.patient_id, subject_id=image.id, what=what
    )
    return image


async def page(
    session: AsyncSession,
    patient_id: UUID,
    *,
    lesion_id: UUID | None = None,
    unsorted: bool = False,
    size: int,
    position: str | None,
) -> Page[Image]:
    """A patient's images, newest first: all, one lesion's, or those in the unsorted tray.

    Raises:
        DomainError: NOT_FOUND / PATIENT_NOT_FOUND, LESION_NOT_FOUND.
    """
    await patients.find(session, patient_id)
    query = select(Image).where(col(Image.patient_id) == patient_id)
    if lesion_id:
        await lesions.find_of(session, patient_id, lesion_id)
        query = query.where(col(Image.lesion_id) == lesion_id)
    if unsorted:
        query = query.where(col(Image.lesion_id).is_(None))
    if last := id_position(position):
        query = query.where(col(Image.id) < last)
    rows: Sequence[Image] = (
        await session.exec(query.order_by(col(Image.id).desc()).limit(size + 1))
    ).all()
    await audit.append(session, Event.IMAGES_LISTED, patient_id=patient_id)
    return cut(rows, size, lambda image: str(image.id))


async def move(session: AsyncSession, image_id: UUID, lesion_id: UUID | None) -> Image:
    """Move an image to a lesion of the same patient, or to the unsorted tray (None).

    Raises:
        DomainError: as `find`; NOT_FOUND / LESION_NOT_FOUND for another patient's lesion;
            FAILED_PRECONDITION / PATIENT_ARCHIVED.
    """
    image = await find(session, image_id)
    await patients.find_active(session, image.patient_id)
    if lesion_id:
        await lesions.find_of(session, image.patient_id, lesion_id)
    if image.lesion_id == lesion_id:
        return image
    image.lesion_id = lesion_id
    change_history.record(
        session,
        "image_moved",
        clinic_id=image.clinic_id,
        patient_id=image.patient_id,
        lesion_id=lesion_id,
    )
    await audit.append(session, Event.IMAGE_MOVED, patient_id=image.patient_id, subject_id=image.id)
    return image
