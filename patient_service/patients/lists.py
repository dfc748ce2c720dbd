"""Patients page by page: all in an order, or those found by a search; every page costs the same."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, and_, tuple_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from patient_service.audit import trail
from patient_service.audit.events import Event
from patient_service.models import Patient, PatientFigures
from patient_service.search.matches import found
from patient_service.search.name_folding import search_key
from service_kit.paging import Page, cut


class Order(NamedTuple):
    """What a list is sorted by: "name", "last_visit", "open_items" or "highest_risk"."""

    by: str = "name"
    descending: bool = False


async def page(
    session: AsyncSession,
    *,
    search: str,
    archived: bool,
    order: Order,
    size: int,
    position: str | None,
) -> tuple[Page[Patient], bool]:
    """Active or archived patients of the caller's clinic.

    Args:
        session: the caller's transaction.
        search: parts of a name, a record number or a birth date as typed; "" for all.
        archived: the archived ones instead of the active ones.
        order: of the list; a search lists the likest first.
        size: rows of a page.
        position: of the last row before this page.

    Returns:
        The page, and whether a search found nobody and these names are only like it.
    """
    is_search = bool(search_key(search))
    if is_search:
        state = _state(archived)
        rows, only_similar = await found(
            session, search=search, state=state, size=size, page=position
        )
    else:
        rows, only_similar = await _sorted(session, order, archived, size, position), False
    await trail.append(
        session,
        Event.PATIENTS_LISTED,
        rows=str(len(rows.rows)),
        searched=str(is_search).lower(),
    )
    return rows, only_similar


async def _sorted(
    session: AsyncSession, order: Order, archived: bool, size: int, position: str | None
) -> Page[Patient]:
    column, read = _KEYS[order.by]
    keys = (column, _ID[order.by])
    query: Any = select(Patient, column).where(_state(archived)).limit(size + 1)
    if order.by != "name":
        query = query.join(PatientFigures, col(PatientFigures.patient_id) == col(Patient.id))
    if position:
        patient_id, _, value = position.partition(" ")
        last = (read(value), UUID(patient_id))
        query = query.where(tuple_(*keys) < last if order.descending else tuple_(*keys) > last)
    query = query.order_by(*(key.desc() if order.descending else key for key in keys))
    rows = (await session.exec(query)).all()
    values = {patient.id: value for patient, value in rows}
    return cut(
        [patient for patient, _ in rows],
        size,
        lambda patient: f"{patient.id} {values[patient.id]}",
    )


# What a list is sorted by, and how that is read from a position.
_KEYS: dict[str, tuple[Any, Callable[[str], Any]]] = {
    "name": (col(Patient.name_key), str),
    "last_visit": (col(PatientFigures.last_photo_at), datetime.fromisoformat),
    "open_items": (col(PatientFigures.open_items), int),
    "highest_risk": (col(PatientFigures.highest_risk), float),
}
# Of the same table, so that one index holds both.
_ID: dict[str, Any] = dict.fromkeys(_KEYS, col(PatientFigures.patient_id)) | {
    "name": col(Patient.id)
}


def _state(archived: bool) -> ColumnElement[bool]:
    column = col(Patient.archived_at)
    if not archived:
        return column.is_(None)
    # Who was merged is found as whoever holds the record now.
    return and_(column.is_not(None), col(Patient.merged_into).is_(None))
