"""How a clinic and the model did in the last weeks, over all photos assessed in them."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from service_kit.clock import now
from service_kit.database import Database
from service_kit.ids import earliest_id
from service_kit.pipelines import Statement

WEEKS = 8
WEEK = timedelta(weeks=1)
# 500 on each working day, which no clinic takes; reading so many took 0.3 s of two busy cores.
MOST_COUNTED = 20_000


@dataclass(frozen=True, slots=True)
class Figures:
    """What the photos of some time come to.

    Attributes:
        images: assessed, each by its newest answer.
        verdicts: on an answer that named a label.
        agreed: of these, those that say the same.
        malignant: photos that a clinician or a biopsy says are malignant.
        hours: from the answer to the verdict that was given on it, the median; None without one.
    """

    images: int = 0
    verdicts: int = 0
    agreed: int = 0
    malignant: int = 0
    hours: float | None = None


@dataclass(frozen=True, slots=True)
class ClinicFigures:
    """The last `WEEKS` weeks.

    Attributes:
        all: of them together.
        weeks: when each begins and its figures, the oldest first.
        is_cut: whether there were more than `MOST_COUNTED`, of which the newest count.
    """

    all: Figures
    weeks: list[tuple[datetime, Figures]]
    is_cut: bool


async def of_last_weeks(database: Database) -> ClinicFigures:
    """The figures of the caller's clinic, archived patients among them."""
    until = now()
    since = until - WEEKS * WEEK
    (rows,) = await database.at_once(
        Statement(
            _FIGURES,
            {
                "since": earliest_id(since),
                "start": since,
                "week_seconds": WEEK.total_seconds(),
                "last_week": WEEKS - 1,
                "most": MOST_COUNTED,
            },
        )
    )
    by_week = {
        row.week: Figures(row.images, row.verdicts, row.agreed, row.malignant, row.hours)
        for row in rows
    }
    everything = by_week.get(None, Figures())
    return ClinicFigures(
        all=everything,
        weeks=[(since + week * WEEK, by_week.get(week, Figures())) for week in range(WEEKS)],
        is_cut=everything.images >= MOST_COUNTED,
    )


# Each half is an index in its own order. A verdict is compared with the answer that it was given
# on; one that came before the model had answered has waited for nothing.
_FIGURES = """
    WITH assessed AS (
        (
            SELECT detection_id, review_id FROM worklist
            WHERE active AND NOT is_pending AND detection_id >= %(since)s
            ORDER BY detection_id DESC LIMIT %(most)s
        ) UNION ALL (
            SELECT detection_id, review_id FROM worklist
            WHERE NOT active AND NOT is_pending AND detection_id >= %(since)s
            ORDER BY detection_id DESC LIMIT %(most)s
        )
        ORDER BY detection_id DESC LIMIT %(most)s
    ), judged AS (
        SELECT
            least(
                floor(extract(epoch FROM
                    uuid_extract_timestamp(assessed.detection_id) - %(start)s) / %(week_seconds)s
                )::integer,
                %(last_week)s
            ) AS week,
            answer.said AS answered,
            CASE
                WHEN review.verdict = 'agrees' THEN answer.said
                WHEN review.verdict IN ('benign', 'biopsy_benign') THEN 'benign'
                WHEN review.verdict IN ('malignant', 'biopsy_malignant') THEN 'malignant'
            END AS said,
            extract(epoch FROM review.created_at - answer.finished_at) / 3600 AS hours
        FROM assessed
        LEFT JOIN reviews review ON review.id = assessed.review_id
        LEFT JOIN LATERAL (
            SELECT finished_at, CASE WHEN assessable THEN label END AS said
            FROM detections WHERE id = review.detection_id
        ) answer ON true
    )
    SELECT
        week,
        count(*) AS images,
        count(*) FILTER (WHERE said IS NOT NULL AND answered IS NOT NULL) AS verdicts,
        count(*) FILTER (WHERE said = answered) AS agreed,
        count(*) FILTER (WHERE said = 'malignant') AS malignant,
        percentile_cont(0.5) WITHIN GROUP (ORDER BY hours) FILTER (WHERE hours >= 0) AS hours
    FROM judged GROUP BY GROUPING SETS ((week), ())
"""
