"""Patients page by page: all in an order, or those found by a search; every page costs the same."""

from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Uuid, and_, bindparam, inspect, tuple_
from sqlmodel import col, select

from patient_service.audit import trail
from patient_service.audit.events import Event
from patient_service.models import Patient, PatientFigures
from patient_service.patients import summaries
from patient_service.patients.summaries import Summary
from patient_service.search import matches
from patient_service.search.name_folding import search_key
from service_kit.database import Database
from service_kit.paging import Page, cut


class Order(NamedTuple):
    """What a list is sorted by: "name", "last_visit", "open_items" or "highest_risk"."""

    by: str = "name"
    descending: bool = False


# Of one row each.
Listed = tuple[Patient, Summary | None]


async def page(
    database: Database,
    *,
    search: str,
    archived: bool,
    order: Order,
    size: int,
    position: str | None,
) -> tuple[Page[Listed], bool]:
    """Active or archived patients of the caller's clinic, with their summaries.

    Args:
        database: the record.
        search: parts of a name, a record number or a birth date as typed; "" for all.
        archived: the archived ones instead of the active ones.
        order: of the list; a search lists the likest first.
        size: rows of a page.
        position: of the last row before this page.

    Returns:
        The page, and whether a search found nobody and these names are only like it.
    """
    if not search_key(search):
        return await _sorted(database, order, archived, size, position), False
    found, only_similar = await matches.page(
        database, search=search, archived=archived, size=size, position=position
    )
    return Page([_listed(row) for row in found.rows], found.next_position), only_similar


async def _sorted(
    database: Database, order: Order, archived: bool, size: int, position: str | None
) -> Page[Listed]:
    statement = _list(order, archived=archived, goes_on=bool(position))
    place: dict[str, Any] = {}
    if position:
        patient_id, _, value = position.partition(" ")
        place = {"last_value": _KEYS[order.by][1](value), "last_id": UUID(patient_id)}
    (rows,) = await database.at_once(statement.to({"searched": "false"}, **place, most=size + 1))
    key = _KEYS[order.by][0].key
    return cut(
        [_listed(row) for row in rows],
        size,
        lambda listed: f"{listed[0].id} {getattr(listed[0], key)}",
    )


def _listed(row: Any) -> Listed:
    return row, None if row.lesions is None else summaries.from_row(row)


@cache
def _list(order: Order, *, archived: bool, goes_on: bool) -> trail.Shown:
    column = _KEYS[order.by][0]
    keys = (column, _ID[order.by])
    columns: tuple[Any, ...] = (*inspect(Patient).columns, *summaries.COLUMNS)
    query: Any = (
        select(*columns)
        .join(
            PatientFigures,
            col(PatientFigures.patient_id) == col(Patient.id),
            isouter=order.by == "name",
        )
        .where(_state(archived))
    )
    if goes_on:
        last = (bindparam("last_value", type_=column.type), bindparam("last_id", type_=Uuid))
        query = query.where(
            tuple_(*keys) < tuple_(*last) if order.descending else tuple_(*keys) > tuple_(*last)
        )
    query = query.order_by(*(key.desc() if order.descending else key for key in keys))
    direction = " DESC" if order.descending else ""
    return trail.Shown.list_of(
        query.limit(bindparam("most")),
        Event.PATIENTS_LISTED,
        order=f"{column.key}{direction}, id{direction}",
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
