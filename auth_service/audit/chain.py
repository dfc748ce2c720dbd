"""The audit's hash chain.

Each entry's hash covers its own content and the hash of the entry before it, so an entry that is
edited, removed or inserted later breaks the chain from there on.
"""

import hashlib
from collections.abc import Sequence

import orjson
from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from auth_service.models import AuditEntry
from service_kit import clock

GENESIS = "0" * 64
# The chain has one end, so appending is one at a time; any constant will do.
_APPEND_LOCK = 7_305_512


async def append(session: AsyncSession, entry: AuditEntry) -> None:
    """Write one entry at the chain's end, in the caller's own transaction.

    Call it last in a transaction, since others wait for the chain's end from here to the commit.
    """
    await session.exec(select(func.pg_advisory_xact_lock(_APPEND_LOCK)))
    newest = select(AuditEntry.hash).order_by(col(AuditEntry.seq).desc()).limit(1)
    entry.previous_hash = (await session.exec(newest)).first() or GENESIS
    entry.hash = digest(entry)
    session.add(entry)
    await session.flush()


def digest(entry: AuditEntry) -> str:
    """SHA-256 over the hash of the entry before and everything this entry says."""
    content = [
        entry.previous_hash,
        clock.to_timestamp(entry.at).ToMicroseconds(),
        entry.event,
        entry.actor_id,
        entry.subject_id,
        entry.clinic_id,
        entry.request_id,
        entry.client_address,
        entry.detail,
    ]
    return hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()


def first_break(entries: Sequence[AuditEntry], previous_hash: str = GENESIS) -> int | None:
    """The `seq` of the first entry that doesn't follow from the one before it; None if all do."""
    for entry in entries:
        if entry.previous_hash != previous_hash or digest(entry) != entry.hash:
            return entry.seq
        previous_hash = entry.hash
    return None
