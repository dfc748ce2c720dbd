"""Assignments: photos handed to a colleague, taken, and given back.

A photo is assigned, not a lesion, as a verdict is on a photo; see
docs/decisions/0050-a-photo-is-assigned-not-a-lesion.md. Who belongs to a clinic is known to
auth_service alone, so the gateway asks it before it calls.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from patient_service.audit import trail
from patient_service.audit.events import Event
from patient_service.images import stored_images
from patient_service.models import Assignment, Image
from patient_service.patients import profiles
from service_kit.clock import now
from service_kit.errors import DomainError
from service_kit.principal import current_principal
from service_kit.reasons import Reason

MOST_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Handover:
    """Whom one photo is to wait for.

    Attributes:
        image_id: which photo.
        to: the colleague's account; None gives it back.
        before: whom it was assigned to when the caller saw it.
    """

    image_id: UUID
    to: UUID | None
    before: UUID | None


async def assign(session: AsyncSession, handovers: Sequence[Handover]) -> None:
    """Assign photos, all of them or none.

    Raises:
        DomainError: INVALID_ARGUMENT / ASSIGNMENTS_INVALID for none, too many or one twice;
            ABORTED / ASSIGNMENT_CHANGED where one is somebody else's by now;
            FAILED_PRECONDITION / IMAGE_VOIDED; as `stored_images.hold`.
    """
    by_image = {one.image_id: one for one in handovers}
    if not 1 <= len(by_image) == len(handovers) <= MOST_AT_ONCE:
        raise DomainError(Reason.ASSIGNMENTS_INVALID)
    images = await _hold(session, sorted(by_image))
    query = select(Assignment).where(col(Assignment.image_id).in_(by_image))
    held = {one.image_id: one.assigned_to for one in (await session.exec(query)).all()}
    changed = [one for one in handovers if held.get(one.image_id) != one.to]
    if any(held.get(one.image_id) != one.before for one in changed):
        raise DomainError(Reason.ASSIGNMENT_CHANGED)
    if changed:
        await _write(session, [_row(one, images[one.image_id]) for one in changed])
    for one in changed:
        await trail.append(
            session,
            Event.IMAGE_ASSIGNED,
            patient_id=images[one.image_id].patient_id,
            subject_id=one.image_id,
            to=str(one.to or ""),
            before=str(one.before or ""),
        )


async def _hold(session: AsyncSession, image_ids: list[UUID]) -> dict[UUID, Image]:
    """The photos, which nobody else assigns or moves until this transaction ends.

    Patients are held before photos and each in order, as everywhere.
    """
    found = [await stored_images.find(session, image_id) for image_id in image_ids]
    held = sorted({image.patient_id for image in found})
    for patient_id in held:
        await profiles.hold_active(session, patient_id)
    query = select(Image).where(col(Image.id).in_(image_ids)).order_by(col(Image.id))
    query = query.with_for_update(key_share=True).execution_options(populate_existing=True)
    images = {image.id: image for image in (await session.exec(query)).all()}
    for image in images.values():
        if image.patient_id not in held:
            raise profiles.version_conflict(image.version)
        stored_images.refuse_voided(image)
    return images


def _row(handover: Handover, image: Image) -> dict[str, Any]:
    return {
        "image_id": image.id,
        "clinic_id": image.clinic_id,
        "patient_id": image.patient_id,
        "assigned_to": handover.to,
        "assigned_by": current_principal().user_id,
        "assigned_at": now(),
    }


async def _write(session: AsyncSession, rows: list[dict[str, Any]]) -> None:
    new = insert(Assignment).values(rows)
    changeable = ("assigned_to", "assigned_by", "assigned_at")
    await (await session.connection()).execute(
        new.on_conflict_do_update(
            index_elements=["image_id"], set_={name: new.excluded[name] for name in changeable}
        )
    )
