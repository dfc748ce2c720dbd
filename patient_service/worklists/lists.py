"""A clinic's worklists: images to review, answers to come, patients to follow up.

Of an image only the newest detection counts, since it replaces what the model said before; the
verdict that stands on it is shown with it. Images of archived patients are in no list but their
own. PostgreSQL keeps the lists (migrations 0009 to 0022): each is an index in its own order, and
no longer than the list itself.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, timedelta
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Date,
    ScalarSelect,
    Uuid,
    and_,
    bindparam,
    func,
    inspect,
    true,
    tuple_,
)
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from patient_service.audit import trail
from patient_service.audit.events import Event
from patient_service.models import Detection, Image, Lesion, Patient, WorklistEntry
from patient_service.patients import profiles
from patient_service.verdicts import reviews
from patient_service.verdicts.reviews import GivenReview
from service_kit.clock import now
from service_kit.database import Database
from service_kit.errors import DomainError
from service_kit.ids import earliest_id
from service_kit.paging import Page, cut, id_position
from service_kit.pipelines import Statement
from service_kit.reasons import Reason

# Older ones are in the patient's record: today's work shouldn't list what was missed years ago.
VERDICT_WITHIN = timedelta(days=90)
# Who is to be seen again shows up this long before, so that there is time for an appointment.
DUE_WITHIN = timedelta(days=14)
# Nobody needs a higher count, and counting must not read a whole clinic.
MOST_COUNTED = 1000


@dataclass(frozen=True, slots=True)
class Entry:
    """A detection, the lesion that its image shows now, and whose it is.

    Attributes:
        row: of `COLUMNS`: the detection's columns, and what its lesion, patient and photo say.
        review: the verdict that stands on the image.
    """

    row: Any
    review: GivenReview | None


@dataclass(frozen=True, slots=True)
class Counts:
    """How long the lists are; `MOST_COUNTED` means that many or more."""

    unreviewed: int
    pending: int
    follow_up: int
    due: int
    archived_open: int


async def page(database: Database, kind: str, *, size: int, position: str | None) -> Page[Entry]:
    """One list of the caller's clinic, newest first or by due date, without heatmaps.

    Args:
        database: the record.
        kind: "recent", "unreviewed", "pending", "follow_up", "due" or "archived_open".
        size: rows of a page.
        position: of the last row before this page.

    Raises:
        DomainError: INVALID_ARGUMENT / WORKLIST_KIND_REQUIRED.
    """
    shown = _list(kind, goes_on=bool(position)).to(
        {"worklist": kind}, **_place(kind, position), **bounds(), most=size + 1
    )
    (found,) = await database.at_once(shown)
    rows = await with_reviews(database, found)
    return cut(rows, size, _by_due_date if kind == "due" else _by_detection)


async def with_reviews(database: Database, found: Sequence[Any]) -> list[Entry]:
    """Rows of `COLUMNS`, each with the verdict that stands on its photo."""
    said: dict[UUID, GivenReview] = {}
    if chosen := [row.review_id for row in found if row.review_id]:
        (given,) = await database.at_once(reviews.CHOSEN.given(chosen=chosen))
        said = {one.id: reviews.from_row(one) for one in given}
    return [Entry(row, said.get(row.review_id)) for row in found]


# What a list shows of an entry: of its newest detection all but the heatmap, and whose it is.
COLUMNS: tuple[Any, ...] = (
    *(c for c in inspect(Detection).columns if c.key not in {"heatmap_values", "due_at"}),
    Image.lesion_id,
    Image.uploaded_by,
    Patient.full_name,
    Patient.record_number,
    Patient.birth_date,
    col(Lesion.label).label("lesion_label"),
    Lesion.body_site,
    WorklistEntry.due_on,
    WorklistEntry.review_id,
    WorklistEntry.assigned_to,
)


def joined(query: Any) -> Any:
    """A query of worklist entries that selects `COLUMNS`, with the tables that these are of."""
    return (
        query.select_from(WorklistEntry)
        .join(Detection, col(Detection.id) == col(WorklistEntry.detection_id))
        .join(Image, col(Image.id) == col(WorklistEntry.image_id))
        .join(Patient, col(Patient.id) == col(WorklistEntry.patient_id))
        .outerjoin(Lesion, col(Lesion.id) == col(Image.lesion_id))
    )


@cache
def _list(kind: str, *, goes_on: bool) -> trail.Shown:
    query = joined(select(*COLUMNS)).where(_belongs(kind)).limit(bindparam("most"))
    order = "due_on, id" if kind == "due" else "id DESC"
    query = _ordered(query, kind, goes_on=goes_on)
    return trail.Shown.list_of(query, Event.DETECTIONS_LISTED, order=order)


def _ordered(query: Any, kind: str, *, goes_on: bool = False) -> Any:
    """The query in the list's order, from a place on (`_place`)."""
    detection_id, due_on = col(WorklistEntry.detection_id), col(WorklistEntry.due_on)
    if kind == "due":
        if goes_on:
            last_seen = (bindparam("last_due", type_=Date), bindparam("last_id", type_=Uuid))
            query = query.where(tuple_(due_on, detection_id) > tuple_(*last_seen))
        return query.order_by(due_on, detection_id)
    if goes_on:
        query = query.where(detection_id < bindparam("last_id"))
    return query.order_by(detection_id.desc())


def _place(kind: str, position: str | None) -> dict[str, Any]:
    if kind == "due" and position:
        last_due, _, last_id = position.partition(" ")
        return {"last_due": date.fromisoformat(last_due), "last_id": UUID(last_id)}
    return {"last_id": id_position(position)}


def bounds() -> dict[str, Any]:
    """Today's values of what `_waits` compares with."""
    return {
        "since": earliest_id(now() - VERDICT_WITHIN),
        "due_by": now().date() + DUE_WITHIN,
    }


def _by_detection(entry: Entry) -> str:
    return str(entry.row.id)


def _by_due_date(entry: Entry) -> str:
    return f"{entry.row.due_on} {entry.row.id}"


async def count(database: Database) -> Counts:
    """How long the lists of the caller's clinic are."""
    ((row,),) = await database.at_once(_lengths().given(**bounds()))
    return Counts(**row._asdict())


@cache
def _lengths() -> Statement:
    lengths: Any = (_length(field.name).label(field.name) for field in fields(Counts))
    return Statement.of(select(*lengths))


@dataclass(frozen=True, slots=True)
class OpenOfPatient:
    """How many photos of one patient wait for somebody."""

    unreviewed: int
    considered_malignant: int
    pending: int
    due: int


async def count_open(session: AsyncSession, patient_id: UUID) -> OpenOfPatient:
    """What is still open of a patient, archived or not.

    Raises:
        DomainError: NOT_FOUND / PATIENT_NOT_FOUND.
    """
    await profiles.find(session, patient_id)
    asked: Any = select(
        func.count().filter(col(WorklistEntry.needs_verdict)),
        func.count().filter(col(WorklistEntry.suspect)),
        func.count().filter(col(WorklistEntry.is_pending)),
        func.count().filter(col(WorklistEntry.due_on).is_not(None)),
    )
    found = await session.exec(asked.where(col(WorklistEntry.patient_id) == patient_id))
    return OpenOfPatient(*found.one())


def _length(kind: str) -> ScalarSelect[int]:
    # In the index's order, or the planner prefers to scan the table until it has found enough.
    entries = _ordered(select(WorklistEntry.detection_id).where(_belongs(kind)), kind)
    found = entries.limit(MOST_COUNTED).subquery()
    return select(func.count()).select_from(found).scalar_subquery()


def _belongs(kind: str) -> ColumnElement[bool]:
    active = col(WorklistEntry.active)
    return and_(~active if kind == "archived_open" else active, _waits(kind))


def _waits(kind: str) -> ColumnElement[bool]:
    # Bare columns, as the partial indexes name them: "IS true" would match none of them.
    match kind:
        case "recent":
            return true()
        case "unreviewed":
            young = col(WorklistEntry.detection_id) >= bindparam("since")
            return and_(col(WorklistEntry.needs_verdict), young)
        case "pending":
            return and_(col(WorklistEntry.is_pending))
        case "follow_up":
            return and_(col(WorklistEntry.needs_follow_up))
        case "due":
            return col(WorklistEntry.due_on) <= bindparam("due_by")
        case "archived_open":
            return and_(col(WorklistEntry.suspect))
    raise DomainError(Reason.WORKLIST_KIND_REQUIRED, metadata={"field": "kind"})
