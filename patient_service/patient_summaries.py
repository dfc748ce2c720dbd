"""What a list says of each patient besides the profile: lesions, the last photo, what waits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import col, func, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from patient_service.models import Image, Lesion, Patient, WorklistEntry


@dataclass(frozen=True, slots=True)
class Summary:
    """Of one patient.

    Attributes:
        lesions: how many, closed ones too.
        last_photo_at: when the newest assessed photo was taken, or stored where that isn't known.
        open_items: photos that wait for the model, a verdict or a follow-up.
    """

    lesions: int = 0
    last_photo_at: datetime | None = None
    open_items: int = 0


async def of(session: AsyncSession, patients: Sequence[Patient]) -> dict[UUID, Summary]:
    """The summaries of a page of patients: a few index entries for each of them."""
    own = WorklistEntry.patient_id == Patient.id
    lesions = select(func.count()).where(Lesion.patient_id == Patient.id).scalar_subquery()
    # Photos that are in no list any more aren't in the worklist either.
    last_photo = (
        select(func.coalesce(Image.captured_at, Image.created_at))
        .join(WorklistEntry, col(WorklistEntry.image_id) == col(Image.id))
        .where(own)
        .order_by(col(WorklistEntry.image_id).desc())
        .limit(1)
        .scalar_subquery()
    )
    waits = or_(
        col(WorklistEntry.is_pending),
        col(WorklistEntry.needs_verdict),
        col(WorklistEntry.needs_follow_up),
    )
    open_items = select(func.count()).where(own, waits).scalar_subquery()
    query = select(Patient.id, lesions, last_photo, open_items).where(
        col(Patient.id).in_([patient.id for patient in patients])
    )
    return {row[0]: Summary(*row[1:]) for row in (await session.exec(query)).all()}
