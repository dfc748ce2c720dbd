"""Counts attempts exactly, by whatever subject they are limited by.

A sliding window, not a counter that resets, in PostgreSQL: the count holds across replicas and
restarts, and while Redis is away. An attempt is counted before it is made and given back when it
succeeds, so fifty at once count as fifty. What is counted, and how far it may go, is said in
`guesses` (passwords and codes) and `mail_limits`.
"""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from auth_service.models import Attempt
from service_kit import clock
from service_kit.database import Database
from service_kit.errors import DomainError
from service_kit.reasons import Reason


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `tries` within `window`."""

    tries: int
    window: timedelta


@dataclass(frozen=True, slots=True)
class Count:
    """What an attempt is counted under.

    Attributes:
        subject: who or what, as text; only a keyed hash of it is stored.
        limits: all of them apply.
    """

    subject: str
    limits: tuple[Limit, ...]


class Attempts:
    """Counts attempts.

    Args:
        database: guesses are counted in transactions of their own, which outlive a refusal.
        key: hashes the subjects, so that the table gives nobody's address away.
    """

    def __init__(self, database: Database, key: bytes) -> None:
        self._database = database
        self._key = key

    async def reserve(self, counts: Sequence[Count]) -> list[UUID]:
        """Count one attempt under each subject.

        Call it while holding no connection.

        Returns:
            What `give_back` takes when the attempt succeeds.

        Raises:
            DomainError: RESOURCE_EXHAUSTED TOO_MANY_ATTEMPTS with the seconds to wait.
        """
        async with self._database.session() as session:
            if wait := await self.seconds_to_wait(session, counts):
                raise DomainError(Reason.TOO_MANY_ATTEMPTS, retry_after=wait)
            return self.add(session, counts)

    async def seconds_to_wait(self, session: AsyncSession, counts: Sequence[Count]) -> float:
        """How long until one more fits every limit; until the transaction ends, nobody else counts.

        Returns:
            0 when it fits now.
        """
        by_hash = {self._hash(count.subject): count.limits for count in counts}
        for hashed in sorted(by_hash):  # in one order, so that two callers can't deadlock
            await _only_one_at_a_time(session, hashed)
        waits = [await _seconds_to_wait(session, h, limits) for h, limits in by_hash.items()]
        return max(waits, default=0.0)

    def add(self, session: AsyncSession, counts: Sequence[Count]) -> list[UUID]:
        """Count one attempt under each subject, in the caller's transaction; see `reserve`."""
        made = [Attempt(subject=self._hash(count.subject)) for count in counts]
        session.add_all(made)
        return [attempt.id for attempt in made]

    def _hash(self, subject: str) -> bytes:
        return hmac.digest(self._key, subject.encode(), "sha256")


async def give_back(session: AsyncSession, reserved: Sequence[UUID]) -> None:
    """Uncount attempts that turned out to be right."""
    await session.exec(delete(Attempt).where(col(Attempt.id).in_(reserved)))


async def _only_one_at_a_time(session: AsyncSession, subject: bytes) -> None:
    number = int.from_bytes(subject[:8], signed=True)
    await session.exec(select(func.pg_advisory_xact_lock(number)))


async def _seconds_to_wait(session: AsyncSession, subject: bytes, limits: Sequence[Limit]) -> float:
    moment = clock.now()
    newest_first = (
        select(Attempt.at)
        .where(Attempt.subject == subject)
        .order_by(col(Attempt.at).desc())
        .limit(max(limit.tries for limit in limits))
    )
    times = (await session.exec(newest_first)).all()
    return max(_wait(times, limit, moment) for limit in limits)


def _wait(newest_first: Sequence[datetime], limit: Limit, moment: datetime) -> float:
    if len(newest_first) < limit.tries:
        return 0.0
    allowed_from = newest_first[limit.tries - 1] + limit.window
    return max(0.0, (allowed_from - moment).total_seconds())
