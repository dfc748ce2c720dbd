"""The audit of the record: every view and every change, in the transaction that did it.

PostgreSQL numbers and chains the rows (migration 0002). Whoever appends to a clinic's chain makes
others wait until the commit, so `append` comes last in a transaction, and no transaction that has
appended may wait for a client.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import insert, text
from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from patient_service.models import AuditEntry
from service_kit.clock import now
from service_kit.errors import Code, DomainError
from service_kit.principal import find_principal
from service_kit.request import current_request


class Event(StrEnum):
    """What can happen to a record."""

    PATIENT_CREATED = "patient.created"
    PATIENT_VIEWED = "patient.viewed"
    PATIENT_UPDATED = "patient.updated"
    PATIENT_ARCHIVED = "patient.archived"
    PATIENT_RESTORED = "patient.restored"
    PATIENT_ERASED = "patient.erased"
    PATIENTS_LISTED = "patients.listed"
    TIMELINE_VIEWED = "timeline.viewed"
    LESION_CREATED = "lesion.created"
    LESION_UPDATED = "lesion.updated"
    LESIONS_LISTED = "lesions.listed"
    IMAGE_ADDED = "image.added"
    IMAGE_VIEWED = "image.viewed"
    IMAGE_MOVED = "image.moved"
    IMAGES_LISTED = "images.listed"
    IMAGES_COMPARED = "images.compared"
    DETECTION_RECORDED = "detection.recorded"
    DETECTION_FINISHED = "detection.finished"
    DETECTION_VIEWED = "detection.viewed"
    DETECTIONS_LISTED = "detections.listed"
    REVIEW_ADDED = "review.added"
    NOTE_ADDED = "note.added"
    NOT_FOUND = "refused.not_found"
    AUDIT_VIEWED = "audit.viewed"
    AUDIT_VERIFIED = "audit.verified"


async def append(
    session: AsyncSession,
    event: Event,
    *,
    patient_id: UUID | None = None,
    subject_id: UUID | None = None,
    clinic_id: UUID | None = None,
    **detail: str,
) -> None:
    """Write one row about the caller's deed; caller and request are known from the context.

    Args:
        session: the transaction of the deed itself.
        event: what was done.
        patient_id: whose record.
        subject_id: the row it was about.
        clinic_id: whose clinic, where the caller belongs to none.
        detail: further facts; never patient data.
    """
    row = entry(event, clinic_id=clinic_id, **detail)
    row |= {"patient_id": patient_id, "subject_id": subject_id}
    await session.flush()
    await (await session.connection()).execute(_APPEND, row)


def entry(event: Event, *, clinic_id: UUID | None = None, **detail: str) -> dict[str, Any]:
    """A row without its patient and subject: what context knows of the deed."""
    principal, request = find_principal(), current_request()
    return {
        "at": now(),
        "event": event.value,
        "actor_id": principal.user_id if principal else None,
        "clinic_id": clinic_id or (principal.clinic_id if principal else None),
        "request_id": request.id,
        "client_address": request.client_address,
        "detail": detail,
    }


def entry_parameters(event: Event) -> dict[str, Any]:
    """The parameters of `APPEND_FROM`."""
    return {f"audit_{name}": value for name, value in entry(event).items() if name != "detail"}


# For a statement that does the deed and tells it in one round trip: `source` is one of its common
# table expressions, with a row of `patient_id`, `subject_id` and `detail` (jsonb) for each deed.
APPEND_FROM = """
    INSERT INTO audit (
        at, event, actor_id, patient_id, subject_id, clinic_id, request_id, client_address, detail
    )
    SELECT
        :audit_at, :audit_event, :audit_actor_id, patient_id, subject_id, :audit_clinic_id,
        :audit_request_id, :audit_client_address, detail
    FROM {source}
"""

# `inline`: nothing is to be returned, since the writer may not read the audit.
_APPEND = insert(AuditEntry).inline()


async def not_found(session: AsyncSession, noun: str, sought: UUID) -> DomainError:
    """The refusal of a row that the caller's clinic does not have; the try itself is kept.

    Use: `raise await audit.not_found(session, "patient", patient_id)`.
    """
    await append(session, Event.NOT_FOUND, subject_id=sought, noun=noun)
    return DomainError(
        Code.NOT_FOUND,
        f"{noun.upper()}_NOT_FOUND",
        f"There is no such {noun}.",
        keep_changes=True,
    )


@dataclass(frozen=True, slots=True)
class Filter:
    """Which rows to show; None and "" show all."""

    actor_id: UUID | None = None
    patient_id: UUID | None = None
    event: str = ""
    since: datetime | None = None


async def page(
    session: AsyncSession, wanted: Filter, *, size: int, before: int | None
) -> Sequence[AuditEntry]:
    """Rows, newest first, one more than `size` where another page follows."""
    query = select(AuditEntry).order_by(col(AuditEntry.seq).desc()).limit(size + 1)
    if before is not None:
        query = query.where(col(AuditEntry.seq) < before)
    if wanted.actor_id:
        query = query.where(col(AuditEntry.actor_id) == wanted.actor_id)
    if wanted.patient_id:
        query = query.where(col(AuditEntry.patient_id) == wanted.patient_id)
    if wanted.event:
        event = col(AuditEntry.event)
        query = query.where(
            or_(event == wanted.event, event.startswith(f"{wanted.event}.", autoescape=True))
        )
    if wanted.since:
        query = query.where(col(AuditEntry.at) >= wanted.since)
    return (await session.exec(query)).all()


@dataclass(frozen=True, slots=True)
class Verification:
    """How many rows were checked, and the first that does not fit (0: all do)."""

    entries: int
    broken_at: int


async def verify(session: AsyncSession) -> Verification:
    """Recompute every hash and every link, and look for each chain's end, in PostgreSQL."""
    connection = await session.connection()
    # All rows there ever were, in one statement: whoever asks sets the deadline, not the pool.
    await connection.execute(_WITHOUT_LIMIT)
    entries, broken_at = (await connection.execute(_VERIFY)).one()
    return Verification(entries, broken_at or 0)


_WITHOUT_LIMIT = text("SET LOCAL statement_timeout = 0")

# A row that was cut off at the end leaves the others whole: so the end that was kept must be there,
# and nothing behind it.
_VERIFY = text("""
    WITH rows AS (
        SELECT seq, hash, previous_hash, audit_hash(audit) AS recomputed, clinic_id,
            coalesce(lag(hash) OVER (PARTITION BY clinic_id ORDER BY seq), '') AS expected
        FROM audit
    ), broken AS (
        SELECT seq FROM rows WHERE previous_hash <> expected OR hash <> recomputed
        UNION ALL
        SELECT seq FROM audit_ends
        WHERE NOT EXISTS (
            SELECT FROM audit WHERE audit.seq = audit_ends.seq AND audit.hash = audit_ends.hash
        )
        UNION ALL
        SELECT rows.seq FROM rows LEFT JOIN audit_ends ON chain = audit_chain(clinic_id)
        WHERE rows.seq > coalesce(audit_ends.seq, 0)
    )
    SELECT (SELECT count(*) FROM rows), (SELECT min(seq) FROM broken)
""")
