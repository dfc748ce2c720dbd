"""An append-only audit table whose rows are chained by hash.

Each row's hash covers its own content and the hash of the row before it, so a row that was
edited, removed or inserted later breaks the chain from there on. The service's database role may
insert and read the table, nothing else.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import BigInteger, Column, DateTime, Identity, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from service_kit import clock
from service_kit.principal import find_principal
from service_kit.request import current_request

GENESIS = "0" * 64
# Appending is one at a time per database: the chain has one end. Any constant will do.
_APPEND_LOCK = 7_305_512


class AuditRow(SQLModel):
    """The columns of an audit table; a service's model adds `table=True`."""

    seq: int | None = Field(
        default=None, sa_column=Column(BigInteger, Identity(always=True), primary_key=True)
    )
    at: datetime = Field(sa_type=DateTime(timezone=True))
    event: str = Field(max_length=64, index=True)
    actor_id: UUID | None = Field(default=None, index=True)
    subject_id: UUID | None = Field(default=None, index=True)
    clinic_id: UUID | None = Field(default=None)
    request_id: str = Field(max_length=64)
    client_address: str = Field(max_length=64)
    detail: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)
    previous_hash: str = Field(max_length=64)
    hash: str = Field(max_length=64, unique=True)

    def digest(self) -> str:
        """SHA-256 over the row before this one and everything this row says."""
        content = [
            self.previous_hash,
            clock.to_timestamp(self.at).ToMicroseconds(),
            self.event,
            self.actor_id,
            self.subject_id,
            self.clinic_id,
            self.request_id,
            self.client_address,
            self.detail,
        ]
        return hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()


async def append(
    session: AsyncSession,
    table: type[AuditRow],
    event: str,
    *,
    subject_id: UUID | None = None,
    actor_id: UUID | None = None,
    clinic_id: UUID | None = None,
    **detail: Any,
) -> None:
    """Write one row in the caller's own transaction: no change without its trace.

    Call it last in a transaction, since others wait for the chain's end from here to the commit.
    """
    await session.exec(select(func.pg_advisory_xact_lock(_APPEND_LOCK)))
    newest = select(table.hash).order_by(col(table.seq).desc()).limit(1)
    principal = find_principal()
    request = current_request()
    row = table(
        at=clock.now(),
        event=event,
        actor_id=actor_id or (principal.user_id if principal else None),
        subject_id=subject_id,
        clinic_id=clinic_id or (principal.clinic_id if principal else None),
        request_id=request.id,
        client_address=request.client_address,
        detail=detail,
        previous_hash=(await session.exec(newest)).first() or GENESIS,
        hash="",
    )
    row.hash = row.digest()
    session.add(row)
    await session.flush()


def first_break(rows: Sequence[AuditRow], previous_hash: str = GENESIS) -> int | None:
    """The `seq` of the first row that does not follow from the one before it; None if all do."""
    for row in rows:
        if row.previous_hash != previous_hash or row.digest() != row.hash:
            return row.seq
        previous_hash = row.hash
    return None
