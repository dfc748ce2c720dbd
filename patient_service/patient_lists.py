"""Patients page by page: all by name, or those found by a search; every page costs the same."""

from sqlalchemy import ColumnElement, and_, tuple_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from patient_service import audit
from patient_service.audit_events import Event
from patient_service.models import Patient
from patient_service.name_folding import search_key
from patient_service.patient_search import found
from service_kit.paging import Page, cut


async def page(
    session: AsyncSession, *, search: str, archived: bool, size: int, position: str | None
) -> tuple[Page[Patient], bool]:
    """Active or archived patients of the caller's clinic.

    Args:
        session: the caller's transaction.
        search: parts of a name, a record number or a birth date as typed; "" for all.
        archived: the archived ones instead of the active ones.
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
        rows, only_similar = await _by_name(session, archived, size, position), False
    await audit.append(
        session,
        Event.PATIENTS_LISTED,
        rows=str(len(rows.rows)),
        searched=str(is_search).lower(),
    )
    return rows, only_similar


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


def _state(archived: bool) -> ColumnElement[bool]:
    column = col(Patient.archived_at)
    if not archived:
        return column.is_(None)
    # Who was merged is found as whoever holds the record now.
    return and_(column.is_not(None), col(Patient.merged_into).is_(None))
