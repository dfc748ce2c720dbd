"""Markings of a photo: drawn, listed, withdrawn.

Nothing of a marking changes but that it is withdrawn, so that the record says who saw what when.
Of the scales, one stands at a time (docs/decisions/0052-markings-are-layers-of-the-photo.md).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from patient_service.audit import trail
from patient_service.audit.events import Event
from patient_service.images import stored_images
from patient_service.markings import drawings
from patient_service.markings.drawings import Drawing
from patient_service.models import Image, Marking
from patient_service.models.markings import SCALES
from service_kit.clock import now
from service_kit.errors import DomainError
from service_kit.principal import current_principal
from service_kit.reasons import Reason

MOST_STANDING = 100
MOST_WITHDRAWN = 200


@dataclass(frozen=True, slots=True)
class MarkedImage:
    """An image with its markings, oldest first.

    Attributes:
        scale: the one that stands, also where those withdrawn were asked for; None without one.
        usual_field_of_view: millimetres that the caller stated last, on any photo; None if never.
    """

    image: Image
    markings: Sequence[Marking]
    scale: Marking | None
    usual_field_of_view: float | None


async def view(session: AsyncSession, image_id: UUID, *, withdrawn: bool = False) -> MarkedImage:
    """An image's markings, shown to the caller: those that stand, or those withdrawn.

    Raises:
        DomainError: NOT_FOUND / IMAGE_NOT_FOUND.
    """
    image = await stored_images.find(session, image_id)
    standing = (await session.exec(_standing(image_id))).all()
    shown = standing
    if withdrawn:
        query = select(Marking).where(
            col(Marking.image_id) == image_id, col(Marking.withdrawn_at).is_not(None)
        )
        newest = query.order_by(col(Marking.id).desc()).limit(MOST_WITHDRAWN)
        shown = (await session.exec(newest)).all()[::-1]
    usual = (await session.exec(_usual_field())).first()
    await trail.append(
        session, Event.MARKINGS_VIEWED, patient_id=image.patient_id, subject_id=image.id
    )
    scale = next((marking for marking in standing if marking.kind in SCALES), None)
    return MarkedImage(image, shown, scale, usual)


async def add(session: AsyncSession, image_id: UUID, drawing: Drawing) -> tuple[Image, Marking]:
    """Draw something over an image; a scale takes the place of the one that stood.

    Raises:
        DomainError: as `stored_images.hold` and `drawings.checked`; FAILED_PRECONDITION with
            IMAGE_VOIDED or TOO_MANY_MARKINGS.
    """
    # Exclusively: two at once would both find room, or no scale.
    image = await stored_images.hold(session, image_id, exclusively=True)
    stored_images.refuse_voided(image)
    drawing = drawings.checked(drawing, image.width, image.height)
    replaced = await _withdraw_scale(session, image_id) if drawing.is_scale else []
    count = select(func.count()).select_from(_standing(image_id).subquery())
    if (await session.exec(count)).one() >= MOST_STANDING:
        raise DomainError(Reason.TOO_MANY_MARKINGS)
    marking = Marking(
        clinic_id=image.clinic_id,
        patient_id=image.patient_id,
        image_id=image.id,
        kind=drawing.kind,
        points=list(drawing.points),
        text=drawing.text,
        millimetres=drawing.millimetres if drawing.is_scale else None,
        author_id=current_principal().user_id,
    )
    session.add(marking)
    for scale in replaced:
        await _record(session, Event.MARKING_WITHDRAWN, scale)
    await _record(session, Event.MARKING_ADDED, marking)
    return image, marking


async def withdraw(session: AsyncSession, marking_id: UUID) -> tuple[Image, Marking]:
    """Take a marking back; nothing happens to one that was withdrawn before.

    Raises:
        DomainError: NOT_FOUND / MARKING_NOT_FOUND; as `stored_images.hold`;
            FAILED_PRECONDITION / IMAGE_VOIDED.
    """
    marking = await session.get(Marking, marking_id)
    if marking is None:
        raise await trail.not_found(session, Reason.MARKING_NOT_FOUND, marking_id)
    image = await stored_images.hold(session, marking.image_id, exclusively=True)
    stored_images.refuse_voided(image)
    await session.refresh(marking)
    if marking.withdrawn_at is None:
        _withdraw(marking)
        await _record(session, Event.MARKING_WITHDRAWN, marking)
    return image, marking


async def _withdraw_scale(session: AsyncSession, image_id: UUID) -> Sequence[Marking]:
    """Take back the scale that stands, if any; which it was."""
    query = _standing(image_id).where(col(Marking.kind).in_(SCALES))
    replaced = (await session.exec(query)).all()
    for scale in replaced:
        _withdraw(scale)
    # Before another one is inserted: one stands at a time.
    await session.flush()
    return replaced


def _withdraw(marking: Marking) -> None:
    marking.withdrawn_at, marking.withdrawn_by = now(), current_principal().user_id


def _standing(image_id: UUID) -> SelectOfScalar[Marking]:
    query = select(Marking).where(
        col(Marking.image_id) == image_id, col(Marking.withdrawn_at).is_(None)
    )
    return query.order_by(col(Marking.id))


def _usual_field() -> SelectOfScalar[float | None]:
    query = select(col(Marking.millimetres)).where(
        col(Marking.author_id) == current_principal().user_id,
        col(Marking.kind) == "field_of_view",
    )
    return query.order_by(col(Marking.id).desc()).limit(1)


async def _record(session: AsyncSession, event: Event, marking: Marking) -> None:
    await trail.append(
        session, event, patient_id=marking.patient_id, subject_id=marking.id, kind=marking.kind
    )
