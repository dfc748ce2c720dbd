"""The patients that a search finds, page by page, the likest first.

Terms are read under row-level security by operators that PostgreSQL knows to leak nothing (ranges
of texts), so the index is used; see docs/decisions/0043-patients-are-found-by-beginnings.md.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import inspect, text

from patient_service.audit import trail
from patient_service.audit.events import Event
from patient_service.models import Patient
from patient_service.patients import summaries
from patient_service.search.name_folding import search_key
from patient_service.search.terms import Query, parse, prefix_range
from service_kit.database import Database
from service_kit.paging import Page, cut
from service_kit.pipelines import Statement

# More than these are listed in the order of the terms that found them: to rank thousands for one
# letter takes long, and says nothing.
_MOST_RANKED = 400
# Trigrams of one or two letters tell nothing apart.
_SHORTEST_RANKED = 3
_MOST_SIMILAR = 20


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


# Before every row.
_START = _Position(is_ranked=False, patient_id=UUID(int=0), term="", distance=-1)


async def page(
    database: Database, *, search: str, archived: bool, size: int, position: str | None
) -> tuple[Page[Any], bool]:
    """Patients whose terms begin with every word of a search; if there are none, some like it.

    Args:
        database: the record.
        search: as typed, not empty.
        archived: the archived ones instead of the active ones.
        size: rows of a page.
        position: the position of the last row before this page.

    Returns:
        The page, whose rows have the columns of a patient and of a summary, and whether its names
        are only like the search.
    """
    query = parse(search)
    last = _Position.read(position) if position else None
    shown = _FOUND.to(
        {"searched": "true"},
        **_words(query, last or _START),
        **_order(query, last),
        words=query.text,
        key=search_key(search),
        archived=archived,
        most=size + 1,
        may_be_similar=last is None and len(query.text) >= _SHORTEST_RANKED,
    )
    _, rows = await database.at_once(_PLANNED_ONCE, shown)
    only_similar = last is None and not any(row.place == 0 for row in rows)
    return cut(rows, size, _position_of), only_similar


def _words(query: Query, last: _Position) -> dict[str, Any]:
    """The longest word, by which patients are found, and the others, which they must have too."""
    first, *others = sorted(query.words, key=lambda prefixes: -min(map(len, prefixes)))
    ranges = [prefix_range(prefix) for prefix in _shortest(first)]
    # Where a page begins in each range, as one place: of two bounds PostgreSQL may begin at the
    # lower one, and read all that lies between.
    places = [max((start, _START.patient_id), (last.term, last.patient_id)) for start, _ in ranges]
    numbered = [
        (number, *prefix_range(prefix))
        for number, prefixes in enumerate(others)
        for prefix in _shortest(prefixes)
    ]
    return {
        "starts": [start for start, _ in ranges],
        "ends": [end for _, end in ranges],
        "after_terms": [term for term, _ in places],
        "after_ids": [patient_id for _, patient_id in places],
        "others": len(others),
        "other_words": [number for number, _, _ in numbered],
        "other_starts": [start for _, start, _ in numbered],
        "other_ends": [end for _, _, end in numbered],
    }


def _shortest(prefixes: tuple[str, ...]) -> list[str]:
    """Without those that begin with another one, so that no term is in two ranges."""
    return [
        one
        for one in prefixes
        if not any(one != other and one.startswith(other) for other in prefixes)
    ]


def _order(query: Query, last: _Position | None) -> dict[str, Any]:
    """In which order the page is, and from where on it goes."""
    is_ranked = last.is_ranked if last else None
    if last is None and 0 < len(query.text) < _SHORTEST_RANKED:
        is_ranked = False
    place = last or _START
    return {
        "is_ranked": is_ranked,
        "most_ranked": _MOST_RANKED,
        # Further pages of a ranked list are cut from all of it.
        "most_begun": None if last else _MOST_RANKED + 1,
        "last_distance": place.distance,
        "last_term": place.term,
        "last_id": place.patient_id,
    }


def _position_of(row: Any) -> str:
    return str(_Position(row.is_ranked, row.id, row.term, row.distance))


# The plan is the same whatever is searched, and making it takes as long as running it.
_PLANNED_ONCE = Statement("SET LOCAL plan_cache_mode = force_generic_plan")

# What a page costs must depend on the page, not on the clinic. So everything that is asked of a
# term is a subquery of its own, which PostgreSQL answers for one term after the other, in the
# index's order, until the page is full. As joins it would rather read all that match and hash them.
_RANGES = """
    unnest(
        CAST(:starts AS text[]), CAST(:ends AS text[]),
        CAST(:after_terms AS text[]), CAST(:after_ids AS uuid[])
    ) AS range (start, beyond, after_term, after_id)
"""
_IS_IN_RANGE = "found.term >= range.start AND found.term < range.beyond"
_OTHERS = """
    unnest(
        CAST(:other_words AS integer[]), CAST(:other_starts AS text[]), CAST(:other_ends AS text[])
    ) AS other (word, start, beyond)
"""
# Of few patients the other words are looked up. Of many, all who have these are read once: that
# takes less than a look-up for each.
_HAS_OTHERS = f"""(
    :others = 0 OR CASE WHEN (SELECT is_rare FROM first_word) THEN (
        SELECT count(DISTINCT other.word) = :others FROM {_OTHERS} WHERE EXISTS (
            SELECT FROM patient_search_terms own
            WHERE own.patient_id = found.patient_id
                AND own.term >= other.start AND own.term < other.beyond
        )
    ) ELSE found.patient_id IN (SELECT patient_id FROM with_others) END
)"""  # noqa: S608  put together from constants
_IS_FIRST = f"""(
    SELECT found.term = min(own.term)
    FROM patient_search_terms own
    JOIN {_RANGES} ON own.term >= range.start AND own.term < range.beyond
    WHERE own.patient_id = found.patient_id
)"""  # noqa: S608  put together from constants
# Who was merged is found as whoever holds the record now.
_IS_LISTED = """
    (patient.archived_at IS NOT NULL) = :archived
    AND (patient.merged_into IS NULL OR NOT :archived)
"""
_DISTANCE = """CAST(10000 * (1 - greatest(
    similarity(patient.search_words, :words), similarity(patient.record_key, :key)
)) AS integer)"""

_FOUND = trail.Shown.list_of(
    text(f"""
        WITH first_word AS MATERIALIZED (
            SELECT count(*) <= :most_ranked AS is_rare
            FROM (
                SELECT FROM {_RANGES} CROSS JOIN LATERAL (
                    SELECT FROM patient_search_terms found WHERE {_IS_IN_RANGE}
                    ORDER BY found.term LIMIT :most_ranked + 1
                ) one
                LIMIT :most_ranked + 1
            ) counted
        ), with_others AS MATERIALIZED (
            SELECT own.patient_id
            FROM {_OTHERS} JOIN patient_search_terms own
                ON own.term >= other.start AND own.term < other.beyond
            GROUP BY own.patient_id HAVING count(DISTINCT other.word) = :others
        ), begun AS MATERIALIZED (
            SELECT one.patient_id, one.term
            FROM {_RANGES} CROSS JOIN LATERAL (
                SELECT found.patient_id, found.term FROM patient_search_terms found
                WHERE {_IS_IN_RANGE} AND {_HAS_OTHERS}
                ORDER BY found.term, found.patient_id LIMIT CAST(:most_begun AS bigint)
            ) one
            LIMIT CAST(:most_begun AS bigint)
        ), chosen AS MATERIALIZED (
            SELECT coalesce(
                CAST(:is_ranked AS boolean), (SELECT count(*) <= :most_ranked FROM begun)
            ) AS is_ranked
        ), hits AS MATERIALIZED (
            SELECT ranked.distance, first.term, first.patient_id
            FROM (SELECT patient_id, min(term) AS term FROM begun GROUP BY patient_id) first
            CROSS JOIN LATERAL (
                SELECT {_DISTANCE} AS distance FROM patients patient
                WHERE patient.id = first.patient_id AND {_IS_LISTED}
                OFFSET 0
            ) ranked
            WHERE (SELECT is_ranked FROM chosen)
                AND (ranked.distance, first.term, first.patient_id)
                    > (:last_distance, :last_term, :last_id)
            UNION ALL
            SELECT 0, one.term, one.patient_id
            FROM {_RANGES} CROSS JOIN LATERAL (
                SELECT found.term, found.patient_id FROM patient_search_terms found
                WHERE found.term < range.beyond
                    AND (found.term, found.patient_id) > (range.after_term, range.after_id)
                    AND {_HAS_OTHERS} AND {_IS_FIRST} AND (
                        SELECT {_IS_LISTED} FROM patients patient
                        WHERE patient.id = found.patient_id
                    )
                ORDER BY found.term, found.patient_id LIMIT :most
            ) one
            WHERE NOT (SELECT is_ranked FROM chosen)
            ORDER BY distance, term, patient_id LIMIT :most
        ), similar_names AS (
            SELECT alike.patient_id, alike.place
            FROM (
                SELECT patient_id, place
                FROM patients_like(:words) WITH ORDINALITY AS alike (patient_id, place)
                LIMIT {5 * _MOST_SIMILAR}
            ) alike
            WHERE :may_be_similar AND (SELECT count(*) = 0 FROM hits) AND (
                SELECT {_IS_LISTED} FROM patients patient WHERE patient.id = alike.patient_id
            )
            ORDER BY alike.place LIMIT least({_MOST_SIMILAR}, :most - 1)
        ), listed AS (
            SELECT 0 AS place, distance, term, patient_id FROM hits
            UNION ALL
            SELECT place, 0, '', patient_id FROM similar_names
        )
        SELECT
            {", ".join(f"patient.{column.key}" for column in inspect(Patient).columns)},
            {", ".join(f"figures.{column.key}" for column in summaries.COLUMNS)},
            listed.place, listed.distance, listed.term,
            (SELECT is_ranked FROM chosen) AS is_ranked
        FROM listed
        CROSS JOIN LATERAL (
            SELECT * FROM patients patient WHERE patient.id = listed.patient_id OFFSET 0
        ) patient
        LEFT JOIN LATERAL (
            SELECT * FROM patient_figures figures
            WHERE figures.patient_id = listed.patient_id OFFSET 0
        ) figures ON true
        ORDER BY listed.place, listed.distance, listed.term, patient.id
    """),  # noqa: S608  put together from constants
    Event.PATIENTS_LISTED,
    order="place, distance, term, id",
)
