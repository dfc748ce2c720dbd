"""What a photo shows: the patient and the lesion, as far as it tells for whom a model works."""

from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from patient_service.models import Image, Lesion, Patient


class Subject(NamedTuple):
    """What the record says now.

    Attributes:
        lesion_id: None in the unsorted tray.
        body_site: the lesion's; "" where it is not known.
        birth_date: None where it is not known.
        fitzpatrick_type: 1 to 6; None where it is not known.
        taken_at: when the photo was taken, or else stored.
    """

    lesion_id: UUID | None
    body_site: str
    birth_date: date | None
    fitzpatrick_type: int | None
    taken_at: datetime


async def of_image(session: AsyncSession, image_id: UUID) -> Subject:
    """What an image of the caller's clinic shows."""
    query = (
        select(Image, Patient, Lesion)
        .join(Patient, col(Patient.id) == col(Image.patient_id))
        .outerjoin(Lesion, col(Lesion.id) == col(Image.lesion_id))
        .where(col(Image.id) == image_id)
    )
    image, patient, lesion = (await session.exec(query)).one()
    return Subject(
        lesion_id=image.lesion_id,
        body_site=lesion.body_site if lesion else "",
        birth_date=patient.birth_date,
        fitzpatrick_type=patient.fitzpatrick_type,
        taken_at=image.captured_at or image.created_at,
    )
