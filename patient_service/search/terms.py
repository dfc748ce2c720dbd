"""How patients are found: by parts of the name in any order, record number and birth date.

A patient is found by the beginnings of *terms*: the name from any of its parts on, written as one
word, the record number likewise, and the birth date. So it doesn't matter where a name has spaces,
hyphens and apostrophes; see docs/decisions/0043-patients-are-found-by-beginnings.md.
"""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import delete, insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from patient_service.models import Patient, SearchTerm
from patient_service.search.name_folding import APOSTROPHE, is_mark, joined, parts, search_key
from patient_service.search.typed_dates import take_dates

# A longer name is found by its first parts only, and of a longer search only these count.
_MAX_PARTS = 12
# "van den berg" finds Vandenberg.
_LONGEST_RUN = 3


@dataclass(frozen=True, slots=True)
class Query:
    """A search as it was understood.

    Attributes:
        words: for each word that was typed, the beginnings of which one must be found.
        text: the words themselves, compared with the names to rank what was found.
    """

    words: tuple[tuple[str, ...], ...]
    text: str


def parse(search: str) -> Query:
    r"""Understand a search.

    >>> parse("O\u2019Brien Mary").words
    (('obrien', 'obrienmary'), ('mary', 'obrienmary'))
    >>> parse("30.04.1961").words
    (('19610430', '30041961'),)
    """
    dates, rest = take_dates(search_key(search))
    words = _words(rest)[:_MAX_PARTS]
    if not words and not dates and rest.strip():
        words = [rest.strip()]
    typed = tuple(tuple(dict.fromkeys(_runs_with(words, place))) for place in range(len(words)))
    days = tuple(
        tuple(sorted({date_term(day) for day in days} | {joined(parts(text))}))
        for text, days in dates
    )
    return Query(days + typed, " ".join(words))


def search_terms(full_name: str, record_number: str, birth_date: date | None = None) -> list[str]:
    """The texts whose beginnings find a patient.

    >>> search_terms("Ana María O'Weiß", "A-17", date(1961, 4, 30))
    ['17', '19610430', 'a17', 'anamariaoweiss', 'mariaoweiss', 'oweiss', 'weiss']
    """
    terms = {date_term(birth_date)} if birth_date else set()
    for text in (full_name, record_number):
        split = parts(text)
        terms |= {joined(split[start:]) for start in range(min(len(split), _MAX_PARTS))}
    return sorted(terms - {""})


def search_words(full_name: str) -> str:
    """A name as searches are compared with: words without accents, hyphens and apostrophes."""
    return " ".join(_words(search_key(full_name)))


def prefix_range(prefix: str) -> tuple[str, str]:
    """The half-open range of texts that begin with `prefix`, in byte order.

    A range, not LIKE: its operators are leakproof, so the index works under row-level security.
    """
    return prefix, prefix + "\U0010ffff"


async def index(session: AsyncSession, patient: Patient, *, is_new: bool = False) -> None:
    """Make a patient findable by the current profile, and by those whose records it holds.

    One who was merged into another isn't found by itself.
    """
    connection = await session.connection()
    whose = [patient]
    if not is_new:
        older = delete(SearchTerm).where(col(SearchTerm.patient_id) == patient.id)
        await connection.execute(older)
        whose += await _merged_into(session, patient)
    if patient.merged_into is None:
        await connection.execute(insert(SearchTerm), _rows(patient, whose))


async def _merged_into(session: AsyncSession, patient: Patient) -> list[Patient]:
    """Everybody whose record a patient's holds, directly or through others."""
    found: list[Patient] = []
    last = [patient.id]
    while last:
        query = select(Patient).where(col(Patient.merged_into).in_(last))
        merged = (await session.exec(query)).all()
        found += merged
        last = [one.id for one in merged]
    return found


def _rows(patient: Patient, whose: list[Patient]) -> list[dict[str, object]]:
    terms = {
        term
        for one in whose
        for term in search_terms(one.full_name, one.record_number, one.birth_date)
    }
    return [
        {"patient_id": patient.id, "clinic_id": patient.clinic_id, "term": term}
        for term in sorted(terms)
    ]


def _words(key: str) -> list[str]:
    """A text as words: a double name is two of them, a record number one, a mark alone none."""
    words = []
    for chunk in key.replace(APOSTROPHE, "").split():
        split = [part for part in parts(chunk) if not is_mark(part)]
        words += [joined(split)] if _is_number(chunk) else [joined([part]) for part in split]
    return words


def _runs_with(words: list[str], place: int) -> list[str]:
    """A word, and the runs of neighbouring words that contain it, each written as one."""
    runs = [words[place]]
    for length in range(2, _LONGEST_RUN + 1):
        for start in range(max(0, place - length + 1), place + 1):
            run = words[start : start + length]
            if len(run) == length and not any(_is_number(one) for one in run):
                runs.append(joined(run))
    return runs


def _is_number(word: str) -> bool:
    return any(c.isdigit() for c in word)


def date_term(day: date) -> str:
    """The term of a birth date."""
    return day.strftime("%Y%m%d")
