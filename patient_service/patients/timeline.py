"""Everything that happened to a patient, newest first, and the notes that people add.

Identifiers are UUIDv7, so in every table their order is the order in time; a photo has a key of the
same shape that says when it was taken. A page is the newest few
of each table, merged, and costs the same however long the record is.
"""

from collections.abc import Collection, Sequence
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Select, Uuid, any_, bindparam, literal, union_all
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from patient_service import lesions
from patient_service.audit import trail
from patient_service.audit.events import Event
from patient_service.detections.answers import without_heatmap
from patient_service.fields.text_fields import checked_text
from patient_service.models import Change, Detection, Image, Note, Review
from patient_service.patients import profiles
from patient_service.verdicts.reviews import GivenReview, given
from service_kit.paging import Page, cut, id_position
from service_kit.principal import current_principal

MAX_NOTE_LENGTH = 4000

# The tables of the entries, by kind. A detection comes with the lesion its image shows now.
Entry = Image | tuple[Detection, UUID | None] | GivenReview | Note | Change
KINDS: dict[str, type[Any]] = {
    "image": Image,
    "detection": Detection,
    "review": Review,
    "note": Note,
    "change": Change,
}


async def page(
    session: AsyncSession,
    patient_id: UUID,
    *,
    lesion_id: UUID | None = None,
    kinds: Collection[str] = (),
    size: int,
    position: str | None,
) -> Page[Entry]:
    """A patient's timeline.

    Args:
        session: the caller's transaction.
        patient_id: whose timeline.
        lesion_id: only what concerns this lesion.
        kinds: only these of `KINDS`; empty for all.
        size: entries of a page.
        position: of the last entry before this page.

    Raises:
        DomainError: NOT_FOUND / PATIENT_NOT_FOUND, LESION_NOT_FOUND.
    """
    await profiles.find(session, patient_id)
    if lesion_id:
        await lesions.find_of(session, patient_id, lesion_id)
    last = id_position(position)
    wanted = tuple(kind for kind in KINDS if not kinds or kind in kinds)
    order = _order(wanted, of_lesion=lesion_id is not None, continued=last is not None)
    values = {
        "patient_id": patient_id,
        "lesion_id": lesion_id,
        "last": last,
        "most": size + 1,
    }
    connection = await session.connection()
    found = cut(
        [tuple(row) for row in await connection.execute(order, values)],
        size,
        lambda row: str(row[2]),
    )
    entries = await _load(session, found.rows)
    await trail.append(session, Event.TIMELINE_VIEWED, patient_id=patient_id)
    return Page([entries[entry_id] for _, entry_id, _ in found.rows], found.next_position)


async def add_note(
    session: AsyncSession, patient_id: UUID, lesion_id: UUID | None, text: str
) -> Note:
    """Add a note to a patient or one of the lesions.

    Raises:
        DomainError: as `patients.hold_active`, `lesions.find_of` and `text_fields.checked_text`.
    """
    text = checked_text(text, "text", limit=MAX_NOTE_LENGTH, required=True, lines=True)
    patient = await profiles.hold_active(session, patient_id)
    if lesion_id:
        await lesions.find_of(session, patient_id, lesion_id)
    note = Note(
        clinic_id=patient.clinic_id,
        patient_id=patient_id,
        lesion_id=lesion_id,
        text=text,
        author_id=current_principal().user_id,
    )
    session.add(note)
    await trail.append(session, Event.NOTE_ADDED, patient_id=patient_id, subject_id=note.id)
    return note


@cache
def _order(kinds: tuple[str, ...], *, of_lesion: bool, continued: bool) -> Select[Any]:
    """Kinds and identifiers of a page: the newest of each table, merged.

    Parameters: patient_id, lesion_id, last, most. Built once for each kind of query: building
    it costs more than running it.
    """
    newest = [_newest(kind, of_lesion=of_lesion, continued=continued) for kind in kinds]
    merged = union_all(*newest).subquery()
    order = select(merged.c.kind, merged.c.id, merged.c.place).order_by(merged.c.place.desc())
    return order.limit(bindparam("most"))


def _newest(kind: str, *, of_lesion: bool, continued: bool) -> Select[Any]:
    """The identifiers of the newest entries of one kind, older than `last` if it is continued."""
    table = KINDS[kind]
    # A photo stands where it was taken, anything else where it was written down.
    place = table.taken_key if table is Image else table.id
    query: Any = select(literal(kind).label("kind"), table.id, place.label("place")).where(
        table.patient_id == bindparam("patient_id")
    )
    if table in (Detection, Review):
        query = query.join(Image, col(Image.id) == table.image_id)
    if table in (Detection, Review, Image):
        query = query.where(col(Image.voided_at).is_(None))
    if of_lesion:
        shown = table if table in (Note, Change) else Image
        query = query.where(shown.lesion_id == bindparam("lesion_id"))
    if continued:
        query = query.where(place < bindparam("last"))
    # A subquery, so that each branch of the union keeps its own order and limit.
    rows = query.order_by(place.desc()).limit(bindparam("most")).subquery()
    return select(rows.c.kind, rows.c.id, rows.c.place)


async def _load(session: AsyncSession, found: Sequence[tuple[Any, ...]]) -> dict[UUID, Entry]:
    """The rows of a page, by identifier: one query for each kind that is on it."""
    entries: dict[UUID, Entry] = {}
    for kind, table in KINDS.items():
        wanted = [entry_id for found_kind, entry_id, _ in found if found_kind == kind]
        if not wanted:
            continue
        rows = await session.exec(_rows_of(kind), params={"wanted": wanted})
        if table is Detection:
            entries |= {row[0].id: tuple(row) for row in rows}
        elif table is Review:
            entries |= {row[0].id: GivenReview(*row) for row in rows}
        else:
            entries |= {row.id: row for row in rows}
    return entries


@cache
def _rows_of(kind: str) -> Any:
    """The rows of one kind whose identifiers are in the array `wanted`.

    An array: with a list of parameters, every length would be another statement to plan.
    """
    table = KINDS[kind]
    query: Any = select(table)
    if table is Detection:
        query = without_heatmap()
    elif table is Review:
        query = given()
    return query.where(table.id == any_(bindparam("wanted", type_=ARRAY(Uuid))))
