"""The audit of identity: written with the change it records, read page by page, verified whole."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import update
from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from auth_service.audit import chain
from auth_service.audit.events import Event
from auth_service.models import AuditEntry, AuditHead
from service_kit import clock
from service_kit.paging import Page, cut, number_position
from service_kit.principal import find_principal
from service_kit.request_context import current_request

VERIFY_BATCH = 1_000

RowT = TypeVar("RowT")


async def append(
    session: AsyncSession,
    event: Event,
    *,
    subject_id: UUID | None = None,
    actor_id: UUID | None = None,
    **detail: str,
) -> None:
    """Write one event in the caller's own transaction; call it last, it is a queue of one.

    Args:
        session: the transaction of the change itself.
        event: what happened.
        subject_id: the account it was done to.
        actor_id: who did it, where no token says so yet (signing in).
        detail: further facts; never a secret, never an address.
    """
    principal, request = find_principal(), current_request()
    facts: dict[str, Any] = detail | (
        {"agent": request.client_agent} if request.client_agent else {}
    )
    entry = AuditEntry(
        at=clock.now(),
        event=event,
        actor_id=actor_id or (principal.user_id if principal else None),
        subject_id=subject_id,
        clinic_id=principal.clinic_id if principal else None,
        request_id=request.id,
        client_address=request.client_address,
        detail=facts,
        previous_hash="",
        hash="",
    )
    await chain.append(session, entry)
    await session.exec(update(AuditHead).values(entries=AuditHead.entries + 1, hash=entry.hash))


@dataclass(frozen=True, slots=True)
class Filter:
    """Which entries to show; None shows all."""

    actor_id: UUID | None = None
    subject_id: UUID | None = None
    about_id: UUID | None = None
    event: str = ""
    since: datetime | None = None


async def page(
    session: AsyncSession, wanted: Filter, *, size: int, position: str | None
) -> Page[AuditEntry]:
    """Entries, newest first."""
    query = select(AuditEntry).order_by(col(AuditEntry.seq).desc()).limit(size + 1)
    if wanted.actor_id:
        query = query.where(AuditEntry.actor_id == wanted.actor_id)
    if wanted.subject_id:
        query = query.where(AuditEntry.subject_id == wanted.subject_id)
    if wanted.about_id:
        query = query.where(
            or_(AuditEntry.subject_id == wanted.about_id, AuditEntry.actor_id == wanted.about_id)
        )
    if wanted.event:
        query = query.where(
            or_(
                AuditEntry.event == wanted.event,
                col(AuditEntry.event).startswith(f"{wanted.event}.", autoescape=True),
            )
        )
    if wanted.since:
        query = query.where(AuditEntry.at >= wanted.since)
    if (last := number_position(position)) is not None:
        query = query.where(col(AuditEntry.seq) < last)
    return cut((await session.exec(query)).all(), size, lambda entry: str(entry.seq))


@dataclass(frozen=True, slots=True)
class Verification:
    """What `verify` found; `broken_at` is 0 where the chain is intact."""

    entries: int
    head: str
    broken_at: int = 0
    problem: str = ""


async def verify(session: AsyncSession) -> Verification:
    """Recompute the whole chain: finds an edited, removed or inserted entry, even at its end.

    Entries written meanwhile are checked too: the head is read after the entries, so it can only
    be ahead of them, and reading goes on until both agree.
    """
    entries, position, previous = 0, 0, chain.GENESIS
    while True:
        batch = await _batch(session, after=position)
        broken = chain.first_break(batch, previous)
        if broken is not None:
            return Verification(
                entries, previous, broken, "doesn't follow from the entry before it"
            )
        if batch:
            entries += len(batch)
            position, previous = batch[-1].seq or 0, batch[-1].hash
            continue
        head = (await session.exec(_fresh(select(AuditHead)))).one()
        if head.entries == entries and head.hash == previous:
            return Verification(entries, previous)
        if head.entries <= entries:
            return Verification(
                entries, previous, position, "isn't the entry that was written last"
            )
        if not await _batch(session, after=position):
            return Verification(entries, previous, position + 1, "is missing")


async def _batch(session: AsyncSession, *, after: int) -> Sequence[AuditEntry]:
    query = (
        select(AuditEntry)
        .where(col(AuditEntry.seq) > after)
        .order_by(col(AuditEntry.seq))
        .limit(VERIFY_BATCH)
    )
    return (await session.exec(_fresh(query))).all()


def _fresh(query: SelectOfScalar[RowT]) -> SelectOfScalar[RowT]:
    return query.execution_options(populate_existing=True)
