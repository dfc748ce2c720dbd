"""A clinic's worklists: images to review, answers to come, patients to follow up.

Of an image only the newest detection counts, since it replaces what the model said before; images
of archived patients are in no list. PostgreSQL keeps the lists (migration 0009): each is an index
in its own order, and no longer than the list itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, ScalarSelect, and_, func, true
from sqlalchemy.orm import defer
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from patient_service import audit
from patient_service.audit_events import Event
from patient_service.models import Detection, Image, Patient, WorklistEntry
from service_kit.clock import now
from service_kit.errors import DomainError
from service_kit.ids import earliest_id
from service_kit.paging import Page, cut, id_position
from service_kit.reasons import Reason

# Older ones are in the patient's record: today's work shouldn't list what was missed years ago.
VERDICT_WITHIN = timedelta(days=90)
# Nobody needs a higher count, and counting must not read a whole clinic.
MOST_COUNTED = 1000


@dataclass(frozen=True, slots=True)
class Entry:
    """A detection, the lesion that its image shows now, and whose it is."""

    detection: Detection
    lesion_id: UUID | None
    full_name: str
    record_number: str


@dataclass(frozen=True, slots=True)
class Counts:
    """How long the lists are; `MOST_COUNTED` means that many or more."""

    unreviewed: int
    pending: int
    follow_up: int


async def page(session: AsyncSession, kind: str, *, size: int, position: str | None) -> Page[Entry]:
    """One list of the caller's clinic, newest first, without heatmaps.

    Args:
        session: the caller's transaction.
        kind: "recent", "unreviewed", "pending" or "follow_up".
        size: rows of a page.
        position: of the last row before this page.

    Raises:
        DomainError: INVALID_ARGUMENT / WORKLIST_KIND_REQUIRED.
    """
    query = (
        select(Detection, Image.lesion_id, Patient.full_name, Patient.record_number)
        .join(WorklistEntry, col(WorklistEntry.detection_id) == col(Detection.id))
        .join(Image, col(Image.id) == col(WorklistEntry.image_id))
        .join(Patient, col(Patient.id) == col(WorklistEntry.patient_id))
        .options(defer(Detection.heatmap_values))  # type: ignore[arg-type]  # SQLModel types a column as its value
        .where(_belongs(kind))
        .order_by(col(WorklistEntry.detection_id).desc())
        .limit(size + 1)
    )
    if last := id_position(position):
        query = query.where(col(WorklistEntry.detection_id) < last)
    rows: Sequence[Any] = (await session.exec(query)).all()
    await audit.append(session, Event.DETECTIONS_LISTED, worklist=kind, rows=str(len(rows)))
    return cut([Entry(*row) for row in rows], size, lambda entry: str(entry.detection.id))


async def count(session: AsyncSession) -> Counts:
    """How long the lists of the caller's clinic are."""
    query = select(_length("unreviewed"), _length("pending"), _length("follow_up"))
    unreviewed, pending, follow_up = (await session.exec(query)).one()
    return Counts(unreviewed=unreviewed, pending=pending, follow_up=follow_up)


def _length(kind: str) -> ScalarSelect[int]:
    # In the index's order, or the planner prefers to scan the table until it has found enough.
    first = col(WorklistEntry.detection_id).desc()
    entries = select(WorklistEntry.detection_id).where(_belongs(kind)).order_by(first)
    found = entries.limit(MOST_COUNTED).subquery()
    return select(func.count()).select_from(found).scalar_subquery()


def _belongs(kind: str) -> ColumnElement[bool]:
    return and_(col(WorklistEntry.active), _waits(kind))


def _waits(kind: str) -> ColumnElement[bool]:
    # Bare columns, as the partial indexes name them: "IS true" would match none of them.
    match kind:
        case "recent":
            return true()
        case "unreviewed":
            young = col(WorklistEntry.detection_id) >= earliest_id(now() - VERDICT_WITHIN)
            return and_(col(WorklistEntry.needs_verdict), young)
        case "pending":
            return and_(col(WorklistEntry.is_pending))
        case "follow_up":
            return and_(col(WorklistEntry.needs_follow_up))
    raise DomainError(Reason.WORKLIST_KIND_REQUIRED, metadata={"field": "kind"})
