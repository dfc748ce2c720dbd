"""Patients page by page: all by name, or those found by a search; every page costs the same."""

from typing import Any

from sqlalchemy import ColumnElement, tuple_
from sqlalchemy.orm import aliased
from sqlmodel import col, exists, select
from sqlmodel.ext.asyncio.session import AsyncSession

from patient_service import audit
from patient_service.audit_events import Event
from patient_service.models import Patient, SearchTerm
from patient_service.search import prefix_range, search_key
from service_kit.paging import Page, cut


async def page(
    session: AsyncSession, *, search: str, archived: bool, size: int, position: str | None
) -> Page[Patient]:
    """Active or archived patients of the caller's clinic.

    Args:
        session: the caller's transaction.
        search: the beginning of a name or record number as typed; "" for all.
        archived: the archived ones instead of the active ones.
        size: rows of a page.
        position: of the last row before this page.
    """
    key = search_key(search)
    if key:
        found = await _found(session, key, archived, size, position)
    else:
        found = await _by_name(session, archived, size, position)
    await audit.append(
        session, Event.PATIENTS_LISTED, rows=str(len(found.rows)), searched=str(bool(key)).lower()
    )
    return found


async def _by_name(
    session: AsyncSession, archived: bool, size: int, position: str | None
) -> Page[Patient]:
    order = (col(Patient.name_key), col(Patient.id))
    query = select(Patient).where(_state(archived)).order_by(*order).limit(size + 1)
    if position:
        patient_id, _, name_key = position.partition(" ")
        query = query.where(tuple_(*order) > (name_key, patient_id))
    rows = (await session.exec(query)).all()
    return cut(rows, size, lambda patient: f"{patient.id} {patient.name_key}")


async def _found(
    session: AsyncSession, key: str, archived: bool, size: int, position: str | None
) -> Page[Patient]:
    start, end = prefix_range(key)
    earlier: Any = aliased(SearchTerm)
    order = (col(SearchTerm.term), col(SearchTerm.patient_id))
    query = (
        select(Patient, SearchTerm.term)
        .join(SearchTerm, col(SearchTerm.patient_id) == col(Patient.id))
        .where(col(SearchTerm.term) >= start, col(SearchTerm.term) < end, _state(archived))
        # A patient who is found by two terms is listed once, at the first.
        .where(
            ~exists().where(
                earlier.patient_id == col(SearchTerm.patient_id),
                earlier.term >= start,
                earlier.term < col(SearchTerm.term),
            )
        )
        .order_by(*order)
        .limit(size + 1)
    )
    if position:
        patient_id, _, term = position.partition(" ")
        query = query.where(tuple_(*order) > (term, patient_id))
    rows = (await session.exec(query)).all()
    terms = {patient.id: term for patient, term in rows}
    return cut(
        [patient for patient, _ in rows], size, lambda patient: f"{patient.id} {terms[patient.id]}"
    )


def _state(archived: bool) -> ColumnElement[bool]:
    column = col(Patient.archived_at)
    return column.is_not(None) if archived else column.is_(None)
