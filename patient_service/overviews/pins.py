"""Pins on overview photos: placed, moved, removed.

Nothing of a pin changes but that it is withdrawn: one that is moved is withdrawn and placed anew,
so that the record says where everybody saw which lesion.
"""

from collections.abc import Sequence
from math import isfinite
from uuid import UUID

from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from patient_service import lesions
from patient_service.audit import trail
from patient_service.audit.events import Event
from patient_service.images import stored_images
from patient_service.models import Image, Pin
from patient_service.overviews.regions import require_overview
from service_kit.clock import now
from service_kit.errors import DomainError
from service_kit.principal import current_principal
from service_kit.reasons import Reason

MOST_STANDING = 200


async def view(session: AsyncSession, image_id: UUID) -> Sequence[Pin]:
    """The pins on an image, oldest first, shown to the caller.

    Raises:
        DomainError: NOT_FOUND / IMAGE_NOT_FOUND.
    """
    image = await stored_images.find(session, image_id)
    pins = (await session.exec(_standing(image_id))).all()
    await trail.append(session, Event.PINS_VIEWED, patient_id=image.patient_id, subject_id=image.id)
    return pins


async def place(session: AsyncSession, image_id: UUID, lesion_id: UUID, x: float, y: float) -> Pin:
    """Put a lesion's pin on an overview photo, or elsewhere on it; x and y from 0 to 1.

    Raises:
        DomainError: INVALID_ARGUMENT / PIN_INVALID; as `stored_images.hold`; NOT_FOUND /
            LESION_NOT_FOUND; FAILED_PRECONDITION with IMAGE_VOIDED, IMAGE_NOT_OVERVIEW or
            TOO_MANY_PINS.
    """
    if not (isfinite(x) and isfinite(y) and 0 <= x <= 1 and 0 <= y <= 1):
        raise DomainError(Reason.PIN_INVALID, metadata={"field": "x"})
    image = await _held(session, image_id)
    lesion = await lesions.find_of(session, image.patient_id, lesion_id)
    require_overview(image)
    former = await _of_lesion(session, image_id, lesion_id)
    if former and (former.x, former.y) == (x, y):
        return former
    if former:
        await _withdraw(session, former)
    count = select(func.count()).select_from(_standing(image_id).subquery())
    if (await session.exec(count)).one() >= MOST_STANDING:
        raise DomainError(Reason.TOO_MANY_PINS)
    pin = Pin(
        clinic_id=image.clinic_id,
        patient_id=image.patient_id,
        image_id=image.id,
        lesion_id=lesion.id,
        x=x,
        y=y,
        author_id=current_principal().user_id,
    )
    session.add(pin)
    await _record(session, Event.PIN_PLACED, pin)
    return pin


async def remove(session: AsyncSession, image_id: UUID, lesion_id: UUID) -> None:
    """Take a lesion's pin off an image; nothing happens where there is none.

    Raises:
        DomainError: as `stored_images.hold`; NOT_FOUND / LESION_NOT_FOUND; FAILED_PRECONDITION /
            IMAGE_VOIDED.
    """
    image = await _held(session, image_id)
    await lesions.find_of(session, image.patient_id, lesion_id)
    if pin := await _of_lesion(session, image_id, lesion_id):
        await _withdraw(session, pin)
        await _record(session, Event.PIN_REMOVED, pin)


async def remove_all(session: AsyncSession, image_id: UUID) -> None:
    """Take every pin off an image, which is about to leave the patient whose lesions they are."""
    for pin in (await session.exec(_standing(image_id))).all():
        await _withdraw(session, pin)
        await _record(session, Event.PIN_REMOVED, pin)


async def _held(session: AsyncSession, image_id: UUID) -> Image:
    # Exclusively: two at once would both find room, or no pin of that lesion.
    image = await stored_images.hold(session, image_id, exclusively=True)
    stored_images.refuse_voided(image)
    return image


async def _of_lesion(session: AsyncSession, image_id: UUID, lesion_id: UUID) -> Pin | None:
    return (await session.exec(_standing(image_id).where(col(Pin.lesion_id) == lesion_id))).first()


async def _withdraw(session: AsyncSession, pin: Pin) -> None:
    pin.withdrawn_at, pin.withdrawn_by = now(), current_principal().user_id
    # Before another one is inserted: a lesion has one pin on a photo.
    await session.flush()


def _standing(image_id: UUID) -> SelectOfScalar[Pin]:
    query = select(Pin).where(col(Pin.image_id) == image_id, col(Pin.withdrawn_at).is_(None))
    return query.order_by(col(Pin.id))


async def _record(session: AsyncSession, event: Event, pin: Pin) -> None:
    await trail.append(
        session,
        event,
        patient_id=pin.patient_id,
        subject_id=pin.image_id,
        lesion=str(pin.lesion_id),
    )
