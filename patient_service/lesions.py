"""Lesions: where they are, what is known of them, and two images of one side by side."""

from dataclasses import asdict, dataclass
from datetime import date
from functools import cache
from typing import Self
from uuid import UUID

from sqlalchemy import bindparam, func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from patient_service.audit import trail
from patient_service.audit.events import Event
from patient_service.fields.calendar_dates import parse_past_date
from patient_service.fields.text_fields import checked_text
from patient_service.models import Image, Lesion, Patient
from patient_service.patients import change_history, profiles
from service_kit.clock import now
from service_kit.database import Database
from service_kit.errors import DomainError
from service_kit.paging import Page, cut, id_position
from service_kit.reasons import Reason


@dataclass(frozen=True, slots=True)
class Position:
    """A point on the body map: the drawing (`pb.BodyView` in words), x and y from 0 to 1."""

    view: str
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Profile:
    """A lesion's profile, checked."""

    body_site: str
    region: str
    side: str
    view: str | None
    x: float | None
    y: float | None
    label: str
    first_noted: date | None
    status: str

    @classmethod
    def checked(
        cls,
        *,
        body_site: str = "",
        region: str = "",
        side: str = "",
        position: Position | None = None,
        label: str = "",
        first_noted: str = "",
        status: str = "observed",
    ) -> Self:
        """Check a profile from outside.

        Raises:
            DomainError: INVALID_ARGUMENT, as `text_fields.checked_text` and `parse_past_date`;
                POSITION_INVALID.
        """
        if position and not (position.view and 0 <= position.x <= 1 and 0 <= position.y <= 1):
            raise DomainError(Reason.POSITION_INVALID, metadata={"field": "position"})
        return cls(
            body_site=body_site,
            region=region,
            side=side,
            view=position.view if position else None,
            x=position.x if position else None,
            y=position.y if position else None,
            label=checked_text(label, "label", limit=120),
            first_noted=parse_past_date(first_noted, "first_noted"),
            status=status,
        )


async def create(session: AsyncSession, patient_id: UUID, profile: Profile) -> Lesion:
    """Add a lesion to a patient.

    Raises:
        DomainError: as `patients.hold_active`.
    """
    patient = await profiles.hold_active(session, patient_id)
    lesion = Lesion(clinic_id=patient.clinic_id, patient_id=patient_id, **asdict(profile))
    session.add(lesion)
    # The row of the change refers to it.
    await session.flush()
    await _record_change(session, "created", Event.LESION_CREATED, lesion)
    return lesion


async def find(session: AsyncSession, lesion_id: UUID) -> Lesion:
    """A lesion of the caller's clinic, not audited: for use inside rules.

    Raises:
        DomainError: NOT_FOUND / LESION_NOT_FOUND, for another clinic's lesion too.
    """
    lesion = await session.get(Lesion, lesion_id)
    if lesion is None:
        raise await trail.not_found(session, Reason.LESION_NOT_FOUND, lesion_id)
    return lesion


async def find_of(session: AsyncSession, patient_id: UUID, lesion_id: UUID) -> Lesion:
    """A lesion of this patient.

    Raises:
        DomainError: NOT_FOUND / LESION_NOT_FOUND, for another patient's lesion too.
    """
    lesion = await find(session, lesion_id)
    if lesion.patient_id != patient_id:
        raise await trail.not_found(session, Reason.LESION_NOT_FOUND, lesion_id)
    return lesion


@cache
def listed(event: Event, *, by_lesion: bool) -> trail.Shown:
    """That something of a patient is shown as a list, or of one lesion.

    Its statement takes `patient_id` and `of_lesion`, and has a row only where the caller's clinic
    has both; `refuse_list` says what is missing.
    """
    query = select(Patient.id).where(col(Patient.id) == bindparam("patient_id"))
    if by_lesion:
        query = query.join(Lesion, col(Lesion.patient_id) == col(Patient.id)).where(
            col(Lesion.id) == bindparam("of_lesion")
        )
    return trail.Shown.of(query, event, patient_id="id")


async def refuse_list(database: Database, patient_id: UUID, lesion_id: UUID | None) -> None:
    """Refuse a list of a patient or lesion whom the caller's clinic doesn't have.

    Raises:
        DomainError: NOT_FOUND / PATIENT_NOT_FOUND, LESION_NOT_FOUND.
    """
    async with database.session() as session:
        await profiles.find(session, patient_id)
        if lesion_id:
            await find_of(session, patient_id, lesion_id)


async def view(session: AsyncSession, lesion_id: UUID, **why: str) -> Lesion:
    """A lesion of the caller's clinic, as it is shown.

    Args:
        session: the transaction.
        lesion_id: which.
        why: further facts for the audit.

    Raises:
        DomainError: as `find`.
    """
    lesion = await find(session, lesion_id)
    await trail.append(
        session,
        Event.LESION_VIEWED,
        clinic_id=lesion.clinic_id,
        patient_id=lesion.patient_id,
        subject_id=lesion.id,
        **why,
    )
    return lesion


async def page(
    session: AsyncSession, patient_id: UUID, *, size: int, position: str | None
) -> Page[tuple[Lesion, int]]:
    """A patient's lesions, oldest first, each with its number of images.

    Raises:
        DomainError: NOT_FOUND / PATIENT_NOT_FOUND.
    """
    await profiles.find(session, patient_id)
    shown = select(func.count()).where(
        col(Image.lesion_id) == col(Lesion.id), col(Image.voided_at).is_(None)
    )
    query = select(Lesion, shown.scalar_subquery()).where(col(Lesion.patient_id) == patient_id)
    if last := id_position(position):
        query = query.where(col(Lesion.id) > last)
    rows = (await session.exec(query.order_by(col(Lesion.id)).limit(size + 1))).all()
    await trail.append(session, Event.LESIONS_LISTED, patient_id=patient_id)
    return cut([(lesion, count) for lesion, count in rows], size, lambda row: str(row[0].id))


async def update(session: AsyncSession, lesion_id: UUID, version: int, profile: Profile) -> Lesion:
    """Replace a profile that nobody has changed since `version`.

    Raises:
        DomainError: as `find` and `patients.hold_active`; ABORTED / VERSION_CONFLICT.
    """
    patient_id = (await find(session, lesion_id)).patient_id
    # The patient first, as everywhere, so that nobody waits in a circle.
    await profiles.hold_active(session, patient_id)
    query = select(Lesion).where(col(Lesion.id) == lesion_id).with_for_update()
    lesion = (await session.exec(query.execution_options(populate_existing=True))).one()
    if lesion.version != version or lesion.patient_id != patient_id:
        raise profiles.version_conflict(lesion.version)
    fields = change_history.apply(lesion, asdict(profile))
    if not fields:
        return lesion
    lesion.version += 1
    lesion.updated_at = now()
    await _record_change(session, "updated", Event.LESION_UPDATED, lesion, fields)
    return lesion


async def compare(
    session: AsyncSession, lesion_id: UUID, left: UUID, right: UUID
) -> tuple[Lesion, Image, Image]:
    """Two images of one lesion.

    Raises:
        DomainError: as `find`; NOT_FOUND / IMAGE_NOT_FOUND for an image of anything else.
    """
    lesion = await find(session, lesion_id)
    sides = []
    for image_id in (left, right):
        image = await session.get(Image, image_id)
        if image is None or image.lesion_id != lesion_id or image.voided_at:
            raise await trail.not_found(session, Reason.IMAGE_NOT_FOUND, image_id)
        sides.append(image)
    return lesion, sides[0], sides[1]


async def _record_change(
    session: AsyncSession,
    action: change_history.Action,
    event: Event,
    lesion: Lesion,
    fields: list[str] | None = None,
) -> None:
    change_history.record(
        session,
        action,
        clinic_id=lesion.clinic_id,
        patient_id=lesion.patient_id,
        lesion_id=lesion.id,
        fields=fields or [],
    )
    await trail.append(session, event, patient_id=lesion.patient_id, subject_id=lesion.id)
