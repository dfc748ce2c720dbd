"""The audit of the record: every view and every change, in the transaction that made it.

PostgreSQL numbers and chains the rows (migration 0002). Appending to a clinic's chain makes others
wait until the commit, so `append` comes last in a transaction, and no transaction that has
appended may wait for a client.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, Self
from uuid import UUID

from psycopg.types.json import Jsonb
from sqlalchemy import ClauseElement, insert, text
from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from patient_service.audit.events import Event
from patient_service.models import AuditEntry
from service_kit.clock import now
from service_kit.errors import DomainError
from service_kit.paging import Page, cut, number_position
from service_kit.pipelines import Statement
from service_kit.principal import find_principal
from service_kit.reasons import Reason
from service_kit.request_context import current_request


async def append(
    session: AsyncSession,
    event: Event,
    *,
    patient_id: UUID | None = None,
    subject_id: UUID | None = None,
    clinic_id: UUID | None = None,
    **detail: str,
) -> None:
    """Write one event in the caller's own transaction; caller and request come from the context.

    Args:
        session: the transaction of the event itself.
        event: what happened.
        patient_id: whose record.
        subject_id: the row it was about.
        clinic_id: whose clinic, where the caller belongs to none.
        detail: further facts; never patient data.
    """
    row = entry(event, clinic_id=clinic_id, **detail)
    row |= {"patient_id": patient_id, "subject_id": subject_id}
    await session.flush()
    await (await session.connection()).execute(_APPEND, row)


def entry(event: Event, *, clinic_id: UUID | None = None, **detail: str) -> dict[str, Any]:
    """A row without its patient and subject: what the context knows of the event."""
    principal, request = find_principal(), current_request()
    return {
        "at": now(),
        "event": event.value,
        "actor_id": principal.user_id if principal else None,
        "clinic_id": clinic_id or (principal.clinic_id if principal else None),
        "request_id": request.id,
        "client_address": request.client_address,
        "detail": detail,
    }


def entry_parameters(event: Event) -> dict[str, Any]:
    """The parameters of `appending`."""
    return {f"audit_{name}": value for name, value in entry(event).items() if name != "detail"}


_APPEND_FROM = """
    INSERT INTO audit (
        at, event, actor_id, patient_id, subject_id, clinic_id, request_id, client_address, detail
    )
    SELECT
        %(audit_at)s, %(audit_event)s, %(audit_actor_id)s, patient_id, subject_id,
        %(audit_clinic_id)s, %(audit_request_id)s, %(audit_client_address)s, detail
    FROM change
"""


def appending(changes: str) -> str:
    """A statement that audits what the one before it in the same transaction has changed.

    Two statements, though PostgreSQL could do both in one: triggers run at a statement's end and
    take locks of their own (the lesion, the worklist's row), and `append` comes last.

    Args:
        changes: a query with a row of `patient_id`, `subject_id` and `detail` (jsonb) for each.
    """
    return f"WITH change AS ({changes}) {_APPEND_FROM}"


class Shown(NamedTuple):
    """A query whose rows are shown to the caller, and audited in the same statement."""

    statement: Statement
    event: Event

    @classmethod
    def of(
        cls, query: ClauseElement, event: Event, *, patient_id: str, subject_id: str = "NULL::uuid"
    ) -> Self:
        """A query, and which of its columns name the patient and the row that an entry is about.

        To be kept by the module that asks it, as `Statement.of`.
        """
        read = Statement.of(query)
        sql = f"""
            WITH found AS ({read.sql}), change AS (
                SELECT {patient_id} AS patient_id, {subject_id} AS subject_id,
                    %(audit_detail)s::jsonb AS detail
                FROM found
            ), entry AS ({_APPEND_FROM})
            SELECT * FROM found
        """  # noqa: S608  put together from constants
        return cls(read._replace(sql=sql), event)

    @classmethod
    def list_of(cls, query: ClauseElement, event: Event, *, order: str) -> Self:
        """A list of the clinic, whose one entry says how many `rows` it had.

        Args:
            query: of the list, with one row beyond the page among its `most`.
            event: as which it is audited.
            order: of its columns, as the query itself has it.
        """
        read = Statement.of(query)
        sql = f"""
            WITH found AS ({read.sql}), change AS (
                SELECT NULL::uuid AS patient_id, NULL::uuid AS subject_id,
                    %(audit_detail)s::jsonb || jsonb_build_object(
                        'rows', least(%(most)s - 1, (SELECT count(*) FROM found))::text
                    ) AS detail
            ), entry AS ({_APPEND_FROM})
            SELECT * FROM found ORDER BY {order}
        """  # noqa: S608  put together from constants
        return cls(read._replace(sql=sql), event)

    def to(self, detail: Mapping[str, str] | None = None, **parameters: Any) -> Statement:
        """The statement for this caller; `detail` as `append` takes it."""
        told = entry_parameters(self.event) | {"audit_detail": Jsonb(detail or {})}
        return self.statement.given(**told, **parameters)


# `inline`: nothing is returned, since the writer may not read the audit.
_APPEND = insert(AuditEntry).inline()


async def not_found(session: AsyncSession, reason: Reason, sought: UUID) -> DomainError:
    """The refusal of a row that the caller's clinic doesn't have; the attempt itself is kept.

    Use: `raise await audit.not_found(session, Reason.PATIENT_NOT_FOUND, patient_id)`.
    """
    noun = reason.name.removesuffix("_NOT_FOUND").lower()
    await append(session, Event.NOT_FOUND, subject_id=sought, noun=noun)
    return DomainError(reason, keep_changes=True)


@dataclass(frozen=True, slots=True)
class Filter:
    """Which rows to show; None and "" show all."""

    actor_id: UUID | None = None
    patient_id: UUID | None = None
    event: str = ""
    since: datetime | None = None


async def page(
    session: AsyncSession, wanted: Filter, *, size: int, position: str | None
) -> Page[AuditEntry]:
    """Entries, newest first."""
    query = select(AuditEntry).order_by(col(AuditEntry.seq).desc()).limit(size + 1)
    if wanted.actor_id:
        query = query.where(col(AuditEntry.actor_id) == wanted.actor_id)
    if wanted.patient_id:
        query = query.where(col(AuditEntry.patient_id) == wanted.patient_id)
    if wanted.event:
        event = col(AuditEntry.event)
        query = query.where(
            or_(event == wanted.event, event.startswith(f"{wanted.event}.", autoescape=True))
        )
    if wanted.since:
        query = query.where(col(AuditEntry.at) >= wanted.since)
    if (last := number_position(position)) is not None:
        query = query.where(col(AuditEntry.seq) < last)
    return cut((await session.exec(query)).all(), size, lambda entry: str(entry.seq))


@dataclass(frozen=True, slots=True)
class Verification:
    """How many rows were checked, and the first that doesn't fit (0 where all do)."""

    entries: int
    broken_at: int


async def verify(session: AsyncSession) -> Verification:
    """Recompute every hash and every link in PostgreSQL, and look for each chain's end."""
    connection = await session.connection()
    # This reads every row there ever was, so the caller sets the deadline, not the pool.
    await connection.execute(_WITHOUT_LIMIT)
    entries, broken_at = (await connection.execute(_VERIFY)).one()
    return Verification(entries, broken_at or 0)


_WITHOUT_LIMIT = text("SET LOCAL statement_timeout = 0")

# A row cut off at the end leaves the others intact, so the recorded end must be there, and nothing
# after it.
_VERIFY = text("""
    WITH rows AS (
        SELECT seq, hash, previous_hash, audit_hash(audit) AS recomputed, clinic_id,
            coalesce(lag(hash) OVER (PARTITION BY clinic_id ORDER BY seq), '') AS expected
        FROM audit
    ), broken AS (
        SELECT seq FROM rows WHERE previous_hash <> expected OR hash <> recomputed
        UNION ALL
        SELECT seq FROM audit_ends
        WHERE NOT EXISTS (
            SELECT FROM audit WHERE audit.seq = audit_ends.seq AND audit.hash = audit_ends.hash
        )
        UNION ALL
        SELECT rows.seq FROM rows LEFT JOIN audit_ends ON chain = audit_chain(clinic_id)
        WHERE rows.seq > coalesce(audit_ends.seq, 0)
    )
    SELECT (SELECT count(*) FROM rows), (SELECT min(seq) FROM broken)
""")
