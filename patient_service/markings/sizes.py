"""How large lesions are, photo by photo, as far as somebody has measured them."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import aliased
from sqlmodel import case, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from patient_service import lesions
from patient_service.audit import trail
from patient_service.audit.events import Event
from patient_service.markings import measures
from patient_service.models import Image, Marking
from patient_service.models.markings import SCALES
from patient_service.patients import profiles


@dataclass(frozen=True, slots=True)
class Size:
    """How large the lesion on one photo is, in millimetres and square millimetres.

    Attributes:
        marking: the newest outline, or the newest length where there is no outline.
        across, area: 0 of a length.
    """

    marking: Marking
    longest: float
    across: float
    area: float


async def view(
    session: AsyncSession, patient_id: UUID, lesion_id: UUID | None = None
) -> Sequence[Size]:
    """The sizes on a patient's or a lesion's photos, shown to the caller.

    A photo without a scale, without a measure, or entered in error has none.

    Raises:
        DomainError: NOT_FOUND with PATIENT_NOT_FOUND or LESION_NOT_FOUND.
    """
    await profiles.find(session, patient_id)
    if lesion_id:
        await lesions.find_of(session, patient_id, lesion_id)
    scale = aliased(Marking)
    query = (
        select(Image, Marking, scale)
        .join(Marking, col(Marking.image_id) == col(Image.id))
        .join(scale, col(scale.image_id) == col(Image.id))
        .where(
            col(Image.patient_id) == patient_id,
            col(Image.voided_at).is_(None),
            col(Marking.kind).in_(("outline", "length")),
            col(Marking.withdrawn_at).is_(None),
            col(scale.kind).in_(SCALES),
            col(scale.withdrawn_at).is_(None),
        )
        .ext(distinct_on(col(Image.id)))
        .order_by(
            col(Image.id),
            case((col(Marking.kind) == "outline", 0), else_=1),
            col(Marking.id).desc(),
        )
    )
    if lesion_id:
        query = query.where(col(Image.lesion_id) == lesion_id)
    found = [_size(*row) for row in (await session.exec(query)).all()]
    await trail.append(session, Event.SIZES_LISTED, patient_id=patient_id, subject_id=lesion_id)
    return found


def _size(image: Image, marking: Marking, scale: Marking) -> Size:
    unit = measures.millimetres_per_pixel(scale, image)
    found = measures.of(marking, image)
    longest = found.longest or found.length
    return Size(marking, longest * unit, found.across * unit, found.area * unit**2)
