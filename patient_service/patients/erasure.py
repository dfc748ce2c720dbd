"""Erasure on legal request (GDPR, Art. 17): the only way in which a patient leaves the record.

This is an operator's command, not an RPC: it runs as the tables' owner, since the service itself
may delete nothing. The audit stays and records the erasure, by identifier only.
"""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import delete, or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from patient_service.audit import trail
from patient_service.audit.events import Event
from patient_service.images.objects import original_key, sent_key, thumbnail_key
from patient_service.models import (
    Assignment,
    Change,
    Detection,
    Image,
    Lesion,
    Marking,
    Merge,
    Note,
    Patient,
    PatientFigures,
    Pin,
    Review,
    SearchTerm,
    WorklistEntry,
)
from service_kit.blobs import Blobs
from service_kit.database import Database
from service_kit.errors import DomainError
from service_kit.reasons import Reason

# Children before their parents.
_TABLES = (
    WorklistEntry, Assignment, Review, Detection, Marking, Pin, Note, Change, Image, Lesion,
    SearchTerm, PatientFigures,
)  # fmt: skip


async def erase(database: Database, blobs: Blobs, patient_id: UUID, *, reason: str) -> int:
    """Erase a patient and the whole record.

    The rows go first, in one transaction, then the images. A crash in between leaves images
    that no row names; `orphaned_objects.sweep` collects them.

    Whoever was merged into the patient is erased too: the record is that of one person.

    Args:
        database: connected as the tables' owner.
        blobs: where the images are.
        patient_id: who is to be erased.
        reason: why, e.g. the number of the legal request; kept in the audit, no patient data.

    Returns:
        How many images were erased.

    Raises:
        DomainError: NOT_FOUND / PATIENT_NOT_FOUND; FAILED_PRECONDITION / PATIENT_MERGED for one
            who was merged into another: erase that one.
    """
    async with database.session() as session:
        clinic_id = await _clinic_of(session, patient_id)
        images = (
            await session.exec(select(Image.id).where(col(Image.patient_id) == patient_id))
        ).all()
        persons = [patient_id, *await _merged_into(session, patient_id)]
        await _delete_rows(session, persons)
        for person in persons:
            await trail.append(
                session,
                Event.PATIENT_ERASED,
                patient_id=person,
                clinic_id=clinic_id,
                reason=reason,
                images=str(len(images) if person == patient_id else 0),
            )
    await _delete_objects(blobs, clinic_id, images)
    return len(images)


async def _clinic_of(session: AsyncSession, patient_id: UUID) -> UUID:
    query = select(Patient).where(col(Patient.id) == patient_id).with_for_update()
    patient = (await session.exec(query)).first()
    if patient is None:
        raise DomainError(Reason.PATIENT_NOT_FOUND)
    if patient.merged_into:
        raise DomainError(Reason.PATIENT_MERGED)
    return patient.clinic_id


async def _merged_into(session: AsyncSession, patient_id: UUID) -> list[UUID]:
    """Everybody whose record a patient's holds, directly or through others."""
    found, last = [], [patient_id]
    while last:
        query = select(Patient.id).where(col(Patient.merged_into).in_(last))
        last = list((await session.exec(query)).all())
        found += last
    return found


async def _delete_rows(session: AsyncSession, persons: Sequence[UUID]) -> None:
    either = or_(col(Merge.patient_id).in_(persons), col(Merge.merged_id).in_(persons))
    await session.exec(delete(Merge).where(either))
    # Pins of somebody else's lesions, withdrawn when a photo of theirs was moved here.
    photos = select(Image.id).where(col(Image.patient_id).in_(persons))
    await session.exec(delete(Pin).where(col(Pin.image_id).in_(photos)))
    for table in _TABLES:
        await session.exec(delete(table).where(col(table.patient_id).in_(persons)))
    await session.exec(delete(Patient).where(col(Patient.id).in_(persons)))


async def _delete_objects(blobs: Blobs, clinic_id: UUID, images: Sequence[UUID]) -> None:
    for image_id in images:
        await blobs.delete(original_key(clinic_id, image_id))
        await blobs.delete(thumbnail_key(clinic_id, image_id))
        await blobs.delete(sent_key(clinic_id, image_id))
