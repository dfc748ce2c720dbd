"""Everything that happened to a patient, newest first, and the notes that people add.

Identifiers are UUIDv7, so in every table their order is the order in time; a photo has a key of the
same shape that says when it was taken. A page is the newest few
of each table, merged, and costs the same however long the record is.
"""

from collections.abc import Collection
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import bindparam, inspect
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from patient_service import lesions
from patient_service.audit import trail
from patient_service.audit.events import Event
from patient_service.fields.text_fields import checked_text
from patient_service.models import Change, Detection, Image, Note, Review
from patient_service.patients import profiles
from patient_service.verdicts import reviews
from service_kit.database import Database
from service_kit.paging import Page, cut, id_position
from service_kit.pipelines import Statement
from service_kit.principal import current_principal

MAX_NOTE_LENGTH = 4000

# The tables of the entries, by kind.
KINDS: dict[str, type[Any]] = {
    "image": Image,
    "detection": Detection,
    "review": Review,
    "note": Note,
    "change": Change,
}


class Entry(NamedTuple):
    """An entry: one of `KINDS`, and its row.

    A detection's row says too which lesion its image shows now, a review's what
    `reviews.from_row` reads.
    """

    kind: str
    row: Any


async def page(
    database: Database,
    patient_id: UUID,
    *,
    lesion_id: UUID | None = None,
    kinds: Collection[str] = (),
    size: int,
    position: str | None,
) -> Page[Entry]:
    """A patient's timeline.

    Args:
        database: the record.
        patient_id: whose timeline.
        lesion_id: only what concerns this lesion.
        kinds: only these of `KINDS`; empty for all.
        size: entries of a page.
        position: of the last entry before this page.

    Raises:
        DomainError: NOT_FOUND / PATIENT_NOT_FOUND, LESION_NOT_FOUND.
    """
    last = id_position(position)
    wanted = [kind for kind in KINDS if not kinds or kind in kinds]
    given: dict[str, Any] = {"patient_id": patient_id, "of_lesion": lesion_id}
    newest = [
        _newest(kind, by_lesion=lesion_id is not None, goes_on=last is not None).given(
            **given, last=last, most=size + 1
        )
        for kind in wanted
    ]
    shown = lesions.listed(Event.TIMELINE_VIEWED, by_lesion=lesion_id is not None)
    *found, places = await database.at_once(*newest, shown.to(**given))
    if not places:
        await lesions.refuse_list(database, patient_id, lesion_id)
    entries = [Entry(kind, row) for kind, rows in zip(wanted, found, strict=True) for row in rows]
    entries.sort(key=lambda entry: entry.row.place, reverse=True)
    return cut(entries[: size + 1], size, lambda entry: str(entry.row.place))


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
def _newest(kind: str, *, by_lesion: bool, goes_on: bool) -> Statement:
    """The newest entries of one kind, before `last` if it goes on."""
    table = KINDS[kind]
    # A photo stands where it was taken, anything else where it was written down.
    place = table.taken_key if table is Image else table.id
    query = _rows(table).add_columns(place.label("place"))
    query = query.where(table.patient_id == bindparam("patient_id"))
    if table in (Detection, Review, Image):
        query = query.where(col(Image.voided_at).is_(None))
    if by_lesion:
        concerns = table if table in (Note, Change) else Image
        query = query.where(concerns.lesion_id == bindparam("of_lesion"))
    if goes_on:
        query = query.where(place < bindparam("last"))
    return Statement.of(query.order_by(place.desc()).limit(bindparam("most")))


def _rows(table: type[Any]) -> Any:
    """What is shown of a kind; of a detection all but the heatmap."""
    columns: list[Any] = [c for c in inspect(table).columns if c.key != "heatmap_values"]
    if table is Review:
        return reviews.given(*columns).join(Image, col(Image.id) == col(Review.image_id))
    if table is Detection:
        query: Any = select(*[*columns, col(Image.lesion_id)])
        return query.join(Image, col(Image.id) == col(Detection.image_id))
    return select(*columns)
