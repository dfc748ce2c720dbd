"""What is open in a clinic, by the colleague it is assigned to."""

from dataclasses import dataclass
from uuid import UUID

from patient_service.worklists import lists
from service_kit.clock import now
from service_kit.database import Database
from service_kit.pipelines import Statement

# Nobody hands out more, and counting must not read a whole clinic.
MOST_ASSIGNED = 10_000


@dataclass(frozen=True, slots=True)
class ColleagueCounts:
    """What waits for one colleague; `open` counts each photo once."""

    account_id: UUID
    unreviewed: int
    follow_up: int
    overdue: int
    open: int


async def open_by_colleague(database: Database) -> tuple[list[ColleagueCounts], int]:
    """Those with anything open, most first, and how many unreviewed photos are nobody's."""
    today = now().date()
    counted, ((free,),) = await database.at_once(
        Statement(_BY_COLLEAGUE, {"today": today, "most": MOST_ASSIGNED}),
        Statement(_UNASSIGNED, {"since": lists.bounds()["since"], "most": lists.MOST_COUNTED}),
    )
    return [ColleagueCounts(*row) for row in counted], free


# The innermost condition is that of the index worklist_assigned.
_BY_COLLEAGUE = """
    SELECT
        assigned_to,
        count(*) FILTER (WHERE needs_verdict) AS unreviewed,
        count(*) FILTER (WHERE needs_follow_up) AS follow_up,
        count(*) FILTER (WHERE due_on < %(today)s) AS overdue,
        count(*) AS open
    FROM (
        SELECT assigned_to, needs_verdict, needs_follow_up, due_on FROM worklist
        WHERE active AND assigned_to IS NOT NULL
            AND (needs_verdict OR needs_follow_up OR due_on IS NOT NULL)
        LIMIT %(most)s
    ) AS waiting
    WHERE needs_verdict OR needs_follow_up OR due_on < %(today)s
    GROUP BY assigned_to ORDER BY open DESC, assigned_to
"""
_UNASSIGNED = """
    SELECT count(*) FROM (
        SELECT FROM worklist
        WHERE active AND needs_verdict AND detection_id >= %(since)s AND assigned_to IS NULL
        ORDER BY detection_id DESC LIMIT %(most)s
    ) AS free
"""
