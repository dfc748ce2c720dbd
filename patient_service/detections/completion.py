"""Completion: a service that belongs to no clinic finishes pending detections.

A lease gives access to one detection and its image in one clinic, until it ends or the detection is
finished; PostgreSQL decides what a lease gives access to (migration 0004).
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, NamedTuple, cast
from uuid import UUID

from sqlalchemy import text, update
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from patient_service.audit import trail
from patient_service.audit.events import Event
from patient_service.detections.findings import Outcome, finished_columns
from patient_service.images import stored_images
from patient_service.models import Detection, Image
from patient_service.tenancy import act_for
from service_kit.clock import now
from service_kit.errors import DomainError
from service_kit.reasons import Reason

MAX_CLAIMS = 50
MIN_LEASE_SECONDS, MAX_LEASE_SECONDS = 5, 600
MAX_RETRY_SECONDS = 86_400


class Claim(NamedTuple):
    """The right to finish one detection: columns of `claim_pending_detections`."""

    detection_id: UUID
    lease: UUID
    attempt: int
    image_size: int
    media_type: str
    created_at: Any


class LeasedDetection(NamedTuple):
    """What a lease gives access to: columns of `open_lease`."""

    clinic_id: UUID
    detection_id: UUID
    image_id: UUID


async def claim(session: AsyncSession, *, limit: int, lease_seconds: int) -> Sequence[Claim]:
    """Claim due pending detections of any clinic; nobody else gets them until the lease ends.

    Raises:
        DomainError: INVALID_ARGUMENT with LIMIT_INVALID or LEASE_INVALID.
    """
    if not 1 <= limit <= MAX_CLAIMS:
        raise DomainError(Reason.LIMIT_INVALID, f"Claim between 1 and {MAX_CLAIMS} detections.")
    if not MIN_LEASE_SECONDS <= lease_seconds <= MAX_LEASE_SECONDS:
        raise DomainError(
            Reason.LEASE_INVALID,
            f"A lease must last {MIN_LEASE_SECONDS} to {MAX_LEASE_SECONDS} seconds.",
        )
    connection = await session.connection()
    result = await connection.execute(_CLAIM, {"batch": limit, "lease_seconds": lease_seconds})
    return [Claim(*row) for row in result]


_CLAIM = text(
    "SELECT detection_id, lease, attempt, image_size, media_type, created_at"
    " FROM claim_pending_detections(:batch, :lease_seconds)"
)


async def view_image(session: AsyncSession, lease: UUID) -> Image:
    """The image that a lease gives access to.

    Raises:
        DomainError: FAILED_PRECONDITION / LEASE_ENDED.
    """
    leased = await _open(session, lease)
    image = await stored_images.find(session, leased.image_id)
    await trail.append(
        session,
        Event.IMAGE_VIEWED,
        clinic_id=image.clinic_id,
        patient_id=image.patient_id,
        subject_id=image.id,
        what="completion",
    )
    return image


async def finish(session: AsyncSession, lease: UUID, outcome: Outcome) -> None:
    """Give a claimed detection its outcome, which is final.

    Raises:
        DomainError: FAILED_PRECONDITION / LEASE_ENDED; INVALID_ARGUMENT, as
            `finished_columns`.
    """
    await _change(
        session,
        lease,
        {"finished_at": now(), "due_at": None, "lease": None, **finished_columns(outcome)},
    )


async def give_back(session: AsyncSession, lease: UUID, retry_after: timedelta) -> None:
    """Leave a claimed detection pending, to be claimed again later.

    Raises:
        DomainError: FAILED_PRECONDITION / LEASE_ENDED; INVALID_ARGUMENT / RETRY_INVALID.
    """
    if not timedelta(seconds=1) <= retry_after <= timedelta(seconds=MAX_RETRY_SECONDS):
        raise DomainError(
            Reason.RETRY_INVALID, f"A retry must come after 1 to {MAX_RETRY_SECONDS} seconds."
        )
    await _change(session, lease, {"due_at": now() + retry_after, "lease": None})


async def _change(session: AsyncSession, lease: UUID, values: dict[str, Any]) -> None:
    leased = await _open(session, lease)
    changing = (
        update(Detection)
        .where(col(Detection.id) == leased.detection_id, col(Detection.lease) == lease)
        .values(**values)
        .returning(col(Detection.patient_id), col(Detection.status))
    )
    changed = (await session.exec(changing)).first()
    if changed is None:
        # Somebody finished it between the two statements.
        raise _ended()
    await trail.append(
        session,
        Event.DETECTION_FINISHED,
        clinic_id=leased.clinic_id,
        patient_id=changed.patient_id,
        subject_id=leased.detection_id,
        status=changed.status,
    )


async def _open(session: AsyncSession, lease: UUID) -> LeasedDetection:
    """Let this transaction see what a lease gives access to."""
    connection = await session.connection()
    row = (await connection.execute(_OPEN, {"lease": lease})).first()
    if row is None:
        raise _ended()
    leased = LeasedDetection(*cast("tuple[UUID, UUID, UUID]", tuple(row)))
    await act_for(session, leased.clinic_id)
    return leased


_OPEN = text("SELECT clinic_id, detection_id, image_id FROM open_lease(:lease)")


def _ended() -> DomainError:
    return DomainError(Reason.LEASE_ENDED)
