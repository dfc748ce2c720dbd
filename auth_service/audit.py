"""The audit of identity: written with the change it tells of, read page by page, checked whole."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import update
from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from auth_service.events import Event
from auth_service.models import AuditHead, AuditRecord
from service_kit import audit_chain
from service_kit.paging import Page, cut
from service_kit.request import current_request

VERIFY_BATCH = 1_000

RowT = TypeVar("RowT")


async def record(
    session: AsyncSession,
    event: Event,
    *,
    subject_id: UUID | None = None,
    actor_id: UUID | None = None,
    **details: str,
) -> None:
    """Write one event in the caller's own transaction; call it last, it is a queue of one.

    Args:
        session: the transaction of the change itself.
        event: what happened.
        subject_id: the account it was done to.
        actor_id: who did it, where no token says so yet (signing in).
        details: further facts; never a secret, never an address.
    """
    agent = current_request().client_agent
    everything: dict[str, Any] = details | ({"agent": agent} if agent else {})
    await audit_chain.append(
        session,
        AuditRecord,
        event,
        subject_id=subject_id,
        actor_id=actor_id,
        **everything,
    )
    newest = select(AuditRecord.hash).order_by(col(AuditRecord.seq).desc()).limit(1)
    await session.exec(
        update(AuditHead).values(entries=AuditHead.entries + 1, hash=newest.scalar_subquery())
    )


@dataclass(frozen=True, slots=True)
class Filter:
    """Which entries to show; None shows all."""

    actor_id: UUID | None = None
    subject_id: UUID | None = None
    about_id: UUID | None = None
    event: str = ""
    since: datetime | None = None


async def page(
    session: AsyncSession, chosen: Filter, *, before: int | None, size: int
) -> Page[AuditRecord]:
    """Entries, newest first, older than position `before`."""
    query = select(AuditRecord).order_by(col(AuditRecord.seq).desc()).limit(size + 1)
    if chosen.actor_id:
        query = query.where(AuditRecord.actor_id == chosen.actor_id)
    if chosen.subject_id:
        query = query.where(AuditRecord.subject_id == chosen.subject_id)
    if chosen.about_id:
        query = query.where(
            or_(AuditRecord.subject_id == chosen.about_id, AuditRecord.actor_id == chosen.about_id)
        )
    if chosen.event:
        query = query.where(
            or_(
                AuditRecord.event == chosen.event,
                col(AuditRecord.event).startswith(f"{chosen.event}.", autoescape=True),
            )
        )
    if chosen.since:
        query = query.where(AuditRecord.at >= chosen.since)
    if before is not None:
        query = query.where(col(AuditRecord.seq) < before)
    return cut((await session.exec(query)).all(), size, lambda entry: str(entry.seq))


@dataclass(frozen=True, slots=True)
class Verdict:
    """What `verify` found; `broken_at` is 0 while everything fits."""

    entries: int
    head: str
    broken_at: int = 0
    problem: str = ""


async def verify(session: AsyncSession) -> Verdict:
    """Recompute the whole chain: finds an edited, removed or inserted entry, also at its end.

    Entries that are written meanwhile are checked too: the head is read after the entries and
    can only be ahead of them, until both agree.
    """
    entries, position, previous = 0, 0, audit_chain.GENESIS
    while True:
        batch = await _batch(session, after=position)
        broken = audit_chain.first_break(batch, previous)
        if broken is not None:
            return Verdict(entries, previous, broken, "does not follow from the entry before it")
        if batch:
            entries += len(batch)
            position, previous = batch[-1].seq or 0, batch[-1].hash
            continue
        head = (await session.exec(_fresh(select(AuditHead)))).one()
        if head.entries == entries and head.hash == previous:
            return Verdict(entries, previous)
        if head.entries <= entries:
            return Verdict(entries, previous, position, "is not the entry that was written last")
        if not await _batch(session, after=position):
            return Verdict(entries, previous, position + 1, "is missing")


async def _batch(session: AsyncSession, *, after: int) -> Sequence[AuditRecord]:
    query = (
        select(AuditRecord)
        .where(col(AuditRecord.seq) > after)
        .order_by(col(AuditRecord.seq))
        .limit(VERIFY_BATCH)
    )
    return (await session.exec(_fresh(query))).all()


def _fresh(query: SelectOfScalar[RowT]) -> SelectOfScalar[RowT]:
    return query.execution_options(populate_existing=True)
