"""The patients that a search finds, page by page, the likest first.

Terms are read under row-level security by operators that PostgreSQL knows to leak nothing (ranges
of texts), so the index is used; see docs/decisions/0043-patients-are-found-by-beginnings.md.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Integer, Select, and_, cast, or_, text, tuple_
from sqlalchemy.orm import aliased
from sqlmodel import col, exists, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from patient_service.models import Patient, SearchTerm
from patient_service.search.name_folding import search_key
from patient_service.search.terms import Query, parse, prefix_range
from service_kit.paging import Page, cut

# More than these are listed in the order of the terms that found them: to rank thousands for one
# letter takes long, and says nothing.
_MOST_RANKED = 400
# Trigrams of one or two letters tell nothing apart.
_SHORTEST_RANKED = 3
_MOST_LIKE = 20

_LIKE = text("SELECT patient_id FROM patients_like(:words) LIMIT :most")


@dataclass(frozen=True, slots=True)
class _Position:
    """Where a page ended: in which order, and what the last row was ordered by."""

    is_ranked: bool
    patient_id: UUID
    term: str
    distance: int = 0

    @classmethod
    def read(cls, position: str) -> "_Position":
        order, patient_id, distance, term = position.split(" ", 3)
        return cls(order == "ranked", UUID(patient_id), term, int(distance))

    def __str__(self) -> str:
        order = "ranked" if self.is_ranked else "terms"
        return f"{order} {self.patient_id} {self.distance} {self.term}"


async def found(
    session: AsyncSession, *, search: str, state: ColumnElement[bool], size: int, page: str | None
) -> tuple[Page[Patient], bool]:
    """Patients whose terms begin with every word of a search; if there are none, some like it.

    Args:
        session: the caller's transaction.
        search: as typed, not empty.
        state: which patients are listed.
        size: rows of a page.
        page: the position of the last row before this page.

    Returns:
        The page, and whether its names are only like the search.
    """
    driver = _Driver(search, state)
    position = _Position.read(page) if page else None
    is_ranked = position.is_ranked if position else await _is_few(session, driver)
    listed = _ranked if is_ranked else _by_term
    rows = await listed(session, driver, size, position)
    if position or rows.rows:
        return rows, False
    return Page(await _like(session, driver.query, state), ""), True


class _Driver:
    """The statement that finds a query's patients, by its longest word first."""

    def __init__(self, search: str, state: ColumnElement[bool]) -> None:
        self.key = search_key(search)
        self.query = parse(search)
        self._state = state
        self._words = sorted(self.query.words, key=lambda prefixes: -min(map(len, prefixes)))

    def select(self, *columns: Any) -> Select[Any]:
        """One row for each patient, at the first term that was found."""
        first = self._words[0]
        earlier: Any = aliased(SearchTerm)
        statement: Select[Any] = (
            select(*columns)
            .join(SearchTerm, col(SearchTerm.patient_id) == col(Patient.id))
            .where(_begins(col(SearchTerm.term), first), self._state)
            .where(
                ~exists().where(
                    earlier.patient_id == col(SearchTerm.patient_id),
                    _begins(earlier.term, first),
                    earlier.term < col(SearchTerm.term),
                )
            )
        )
        return self._with_others(statement)

    def terms(self) -> Select[Any]:
        """One row for each term that was found, whoever's: cheaper than patients are."""
        found: Select[Any] = select(col(SearchTerm.patient_id))
        return self._with_others(found.where(_begins(col(SearchTerm.term), self._words[0])))

    def _with_others(self, statement: Select[Any]) -> Select[Any]:
        for prefixes in self._words[1:]:
            other: Any = aliased(SearchTerm)
            statement = statement.where(
                exists().where(
                    other.patient_id == col(SearchTerm.patient_id), _begins(other.term, prefixes)
                )
            )
        return statement


async def _is_few(session: AsyncSession, driver: _Driver) -> bool:
    """Whether so few patients are found that they can be ranked."""
    words = driver.query.text
    if words and len(words) < _SHORTEST_RANKED:
        return False
    some = driver.terms().limit(_MOST_RANKED + 1).subquery()
    number = (await session.exec(select(func.count()).select_from(some))).one()
    return number <= _MOST_RANKED


async def _ranked(
    session: AsyncSession, driver: _Driver, size: int, position: _Position | None
) -> Page[Patient]:
    likeness = func.greatest(
        func.similarity(col(Patient.search_words), driver.query.text),
        func.similarity(col(Patient.record_key), driver.key),
    )
    distance: Any = cast(10_000 * (1 - likeness), Integer)
    order = (distance, col(SearchTerm.term), col(Patient.id))
    statement = driver.select(Patient, SearchTerm.term, distance).order_by(*order).limit(size + 1)
    if position:
        last = (position.distance, position.term, position.patient_id)
        statement = statement.where(tuple_(*order) > last)
    rows: Any = (await session.exec(statement)).all()  # type: ignore[call-overload]  # three columns of a statement typed as any
    places = {row[0].id: _Position(True, row[0].id, row[1], row[2]) for row in rows}
    return cut(
        [patient for patient, _, _ in rows],
        size,
        lambda patient: str(places[patient.id]),
    )


async def _by_term(
    session: AsyncSession, driver: _Driver, size: int, position: _Position | None
) -> Page[Patient]:
    order = (col(SearchTerm.term), col(SearchTerm.patient_id))
    statement = driver.select(Patient, SearchTerm.term).order_by(*order).limit(size + 1)
    if position:
        statement = statement.where(tuple_(*order) > (position.term, position.patient_id))
    rows: Any = (await session.exec(statement)).all()  # type: ignore[call-overload]  # two columns of a statement typed as any
    terms = {patient.id: term for patient, term in rows}
    return cut(
        [patient for patient, _ in rows],
        size,
        lambda patient: str(_Position(False, patient.id, terms[patient.id])),
    )


async def _like(session: AsyncSession, query: Query, state: ColumnElement[bool]) -> list[Patient]:
    """Patients whose names are like what was typed, for a search that finds none."""
    if len(query.text) < _SHORTEST_RANKED:
        return []
    connection = await session.connection()
    rows = await connection.execute(_LIKE, {"words": query.text, "most": 5 * _MOST_LIKE})
    place = {row.patient_id: number for number, row in enumerate(rows)}
    some = select(Patient).where(col(Patient.id).in_(place), state)
    patients = (await session.exec(some)).all()
    return sorted(patients, key=lambda patient: place[patient.id])[:_MOST_LIKE]


def _begins(term: Any, prefixes: tuple[str, ...]) -> ColumnElement[bool]:
    ranges = map(prefix_range, prefixes)
    return or_(*(and_(term >= start, term < end) for start, end in ranges))
