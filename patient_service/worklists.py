"""What waits for somebody of the clinic: photos to look at, answers to come, patients to follow up.

Of a photo only the newest detection counts, since it replaces what the model said before; what
belongs to an archived patient waits for nobody.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, true, union
from sqlalchemy.orm import aliased, defer
from sqlmodel import col, exists, select
from sqlmodel.ext.asyncio.session import AsyncSession

from patient_service import audit
from patient_service.audit import Event
from patient_service.models import Detection, Image, Lesion, Patient, Review
from service_kit.clock import now
from service_kit.errors import Code, DomainError
from service_kit.ids import earliest_id
from service_kit.paging import Page, cut, id_position

# Older ones stand in their patient's record: a list of the day is not read through all years.
VERDICT_WITHIN = timedelta(days=90)
# Nobody counts further, and a count must not read a whole clinic.
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
        .join(Image, col(Image.id) == col(Detection.image_id))
        .join(Patient, col(Patient.id) == col(Detection.patient_id))
        .options(defer(Detection.heatmap_values))  # type: ignore[arg-type]
        .where(_belongs(kind))
        .order_by(col(Detection.id).desc())
        .limit(size + 1)
    )
    if last := id_position(position):
        query = query.where(col(Detection.id) < last)
    rows: Sequence[Any] = (await session.exec(query)).all()
    await audit.append(session, Event.DETECTIONS_LISTED, worklist=kind, rows=str(len(rows)))
    return cut([Entry(*row) for row in rows], size, lambda entry: str(entry.detection.id))


async def count(session: AsyncSession) -> Counts:
    """How long the lists of the caller's clinic are."""
    return Counts(
        unreviewed=await _length(session, "unreviewed"),
        pending=await _length(session, "pending"),
        follow_up=await _length(session, "follow_up"),
    )


async def _length(session: AsyncSession, kind: str) -> int:
    rows = (
        select(Detection.id)
        .join(Image, col(Image.id) == col(Detection.image_id))
        .join(Patient, col(Patient.id) == col(Detection.patient_id))
        .where(_belongs(kind))
        .limit(MOST_COUNTED)
        .subquery()
    )
    return (await session.exec(select(func.count()).select_from(rows))).one()


def _belongs(kind: str) -> ColumnElement[bool]:
    newer = aliased(Detection)
    replaced = exists().where(
        col(newer.image_id) == col(Detection.image_id), col(newer.id) > col(Detection.id)
    )
    return and_(col(Patient.archived_at).is_(None), ~replaced, _waits(kind))


def _waits(kind: str) -> ColumnElement[bool]:
    match kind:
        case "recent":
            return true()
        case "unreviewed":
            reviewed = exists().where(col(Review.detection_id) == col(Detection.id))
            return and_(
                col(Detection.status) == "complete",
                col(Detection.id) >= earliest_id(now() - VERDICT_WITHIN),
                ~reviewed,
            )
        case "pending":
            return col(Detection.status) == "pending"
        case "follow_up":
            return _is_held_for_malignant()
    raise DomainError(
        Code.INVALID_ARGUMENT,
        "WORKLIST_KIND_REQUIRED",
        "Say which worklist.",
        metadata={"field": "kind"},
    )


def _is_held_for_malignant() -> ColumnElement[bool]:
    """By the last verdict on it, while no biopsy has told and the lesion is still there."""
    last = aliased(Review)
    later = aliased(Review)
    said = aliased(Detection)
    closed = exists().where(
        col(Lesion.id) == col(Image.lesion_id), col(Lesion.status) != "observed"
    )
    held = exists().where(
        col(last.detection_id) == col(Detection.id),
        or_(
            col(last.verdict) == "malignant",
            and_(col(last.verdict) == "agrees", col(Detection.label) == "malignant"),
        ),
        ~exists().where(
            col(later.detection_id) == col(last.detection_id), col(later.id) > col(last.id)
        ),
    )
    # The few that may be, by an index each, so that not every verdict ever given is read.
    candidates = union(
        select(Review.detection_id).where(col(Review.verdict) == "malignant"),
        select(said.id).where(col(said.label) == "malignant"),
    )
    return and_(col(Detection.id).in_(candidates), held, ~closed)
