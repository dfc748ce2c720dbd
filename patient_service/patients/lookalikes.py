"""Who might be the person that somebody is about to add: a hint, never a refusal."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Self

from sqlalchemy import ColumnElement, and_, func, or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from patient_service.audit import trail
from patient_service.audit.events import Event
from patient_service.fields.calendar_dates import parse_past_date
from patient_service.fields.text_fields import checked_text
from patient_service.models import Patient, SearchTerm
from patient_service.patients import profiles
from patient_service.search.name_folding import search_key
from patient_service.search.terms import date_term, search_words

MOST_FOUND = 10
# Between "Jon Smith" and "John Smith" it is 0.6, between "Anna Maier" and "Anna Meyer" 0.5.
_LEAST_LIKENESS = 0.4


@dataclass(frozen=True, slots=True)
class Person:
    """What is known of somebody who is about to be added, checked; all of it may be missing."""

    record_number: str
    full_name: str
    birth_date: date | None

    @classmethod
    def checked(cls, *, record_number: str, full_name: str, birth_date: str) -> Self:
        """Check what comes from outside.

        Raises:
            DomainError: INVALID_ARGUMENT, as `text_fields.checked_text` and `parse_past_date`.
        """
        return cls(
            record_number=checked_text(record_number, "record_number", limit=64),
            full_name=checked_text(full_name, "full_name", limit=200),
            birth_date=parse_past_date(birth_date, "birth_date"),
        )


@dataclass(frozen=True, slots=True)
class Lookalike:
    """Somebody who might be the same person, and why."""

    patient: Patient
    same_record_number: bool
    like_person: bool


async def find(session: AsyncSession, person: Person) -> list[Lookalike]:
    """Who in the caller's clinic might be the same person, archived or not; the likest first."""
    numbered = await _numbered(session, person)
    alike = await _alike(session, person) if search_words(person.full_name) else []
    found = {patient.id: patient for patient in (*numbered, *alike)}
    await trail.append(session, Event.PATIENTS_LISTED, rows=str(len(found)), searched="lookalikes")
    return [
        Lookalike(patient, patient in numbered, patient in alike)
        for patient in list(found.values())[:MOST_FOUND]
    ]


async def _numbered(session: AsyncSession, person: Person) -> list[Patient]:
    """Whose record has the number; of a merged patient, whose record that is now."""
    key = search_key(person.record_number) or person.record_number
    if not key:
        return []
    query = select(Patient).where(col(Patient.record_key) == key)
    patient = (await session.exec(query)).first()
    return [await profiles.holder(session, patient)] if patient else []


async def _alike(session: AsyncSession, person: Person) -> Sequence[Patient]:
    words = search_words(person.full_name)
    likeness: Any = func.similarity(col(Patient.search_words), words)
    same_name = col(Patient.name_key) == search_key(person.full_name)
    alike: ColumnElement[bool] = same_name
    if person.birth_date:
        # By its term, which has an index, and which is there for merged patients too.
        born = select(SearchTerm.patient_id).where(
            col(SearchTerm.term) == date_term(person.birth_date)
        )
        alike = or_(
            and_(col(Patient.id).in_(born), likeness >= _LEAST_LIKENESS),
            and_(same_name, col(Patient.birth_date).is_(None)),
        )
    query = (
        select(Patient)
        .where(alike, col(Patient.merged_into).is_(None))
        .order_by(likeness.desc(), col(Patient.id))
        .limit(MOST_FOUND)
    )
    return (await session.exec(query)).all()
