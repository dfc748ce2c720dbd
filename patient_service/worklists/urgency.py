"""What one clinician should look at first, out of all that waits in the clinic."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, func, literal, or_, union_all
from sqlalchemy.dialects.postgresql import distinct_on
from sqlmodel import col, select

from patient_service.audit import trail
from patient_service.audit.events import Event
from patient_service.models import WorklistEntry
from patient_service.worklists import lists
from service_kit.clock import now
from service_kit.database import Database
from service_kit.principal import current_principal

# The reasons, the most urgent first.
ASSIGNED, OVERDUE, CONSIDERED_MALIGNANT, NOT_ASSESSABLE = (
    "assigned", "overdue", "considered_malignant", "not_assessable",
)  # fmt: skip
URGENCIES = (ASSIGNED, OVERDUE, CONSIDERED_MALIGNANT, NOT_ASSESSABLE)
# Of each reason: a page that begins with more than a dozen says nothing of what is first.
MOST_OF_EACH = 3


@dataclass(frozen=True, slots=True)
class Urgent:
    """An entry and the first reason why it is urgent."""

    entry: lists.Entry
    urgency: str


async def first(database: Database) -> list[Urgent]:
    """What the caller should look at first, up to `MOST_OF_EACH` of each reason.

    What is assigned to somebody else is not theirs, however urgent it is.
    """
    shown = _first().to(
        {"worklist": "urgent"},
        **lists.bounds(),
        me=current_principal().user_id,
        today=now().date(),
        of_each=MOST_OF_EACH,
        # One more than there can be, as `trail.Shown.list_of` has it.
        most=len(URGENCIES) * MOST_OF_EACH + 1,
    )
    (found,) = await database.at_once(shown)
    entries = await lists.with_reviews(database, found)
    return [Urgent(entry, URGENCIES[entry.row.urgency]) for entry in entries]


@cache
def _first() -> trail.Shown:
    each = [_of(urgency, place) for place, urgency in enumerate(URGENCIES)]
    several: Any = union_all(*each).subquery()
    # A photo that is urgent for several reasons is shown for the first.
    ranked: Any = (
        select(several)
        .ext(distinct_on(several.c.image_id))
        .order_by(several.c.image_id, several.c.urgency)
        .subquery()
    )
    columns: list[Any] = [*lists.COLUMNS, ranked.c.urgency, ranked.c.place]
    query = lists.joined(select(*columns))
    query = (
        query.join(ranked, ranked.c.image_id == col(WorklistEntry.image_id))
        .order_by(ranked.c.urgency, ranked.c.place)
        .limit(bindparam("most"))
    )
    return trail.Shown.list_of(query, Event.DETECTIONS_LISTED, order="urgency, place")


def _of(urgency: str, number: int) -> Any:
    """The first photos of one reason, in its order."""
    order = _order(urgency)
    place = func.row_number().over(order_by=order)
    query: Any = (
        select(WorklistEntry.image_id, literal(number).label("urgency"), place.label("place"))
        .where(col(WorklistEntry.active), _is(urgency))
        .order_by(*order)
        .limit(bindparam("of_each"))
    )
    return query.subquery().select()


def _order(urgency: str) -> list[Any]:
    newest = col(WorklistEntry.detection_id).desc()
    if urgency == OVERDUE:
        return [col(WorklistEntry.due_on), col(WorklistEntry.detection_id)]
    if urgency == ASSIGNED:
        return [col(WorklistEntry.risk).desc().nulls_last(), newest]
    return [col(WorklistEntry.risk).desc(), newest] if urgency == CONSIDERED_MALIGNANT else [newest]


def _is(urgency: str) -> ColumnElement[bool]:
    assigned_to, due_on = col(WorklistEntry.assigned_to), col(WorklistEntry.due_on)
    mine = assigned_to == bindparam("me")
    free = or_(assigned_to.is_(None), mine)
    young = col(WorklistEntry.detection_id) >= bindparam("since")
    needs_verdict = col(WorklistEntry.needs_verdict)
    if urgency == ASSIGNED:
        # The first line is the index's own (`worklist_assigned`).
        waits = or_(needs_verdict, col(WorklistEntry.needs_follow_up), due_on.is_not(None))
        now_or_soon = or_(
            needs_verdict, col(WorklistEntry.needs_follow_up), due_on <= bindparam("due_by")
        )
        return and_(mine, waits, now_or_soon)
    if urgency == OVERDUE:
        return and_(due_on < bindparam("today"), free)
    if urgency == CONSIDERED_MALIGNANT:
        return and_(needs_verdict, col(WorklistEntry.suspect), young, free)
    return and_(needs_verdict, col(WorklistEntry.risk).is_(None), young, free)
