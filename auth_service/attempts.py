"""Limits how often something that can be guessed may be tried.

Attempts are counted exactly (a sliding window, not a counter that resets) in PostgreSQL, so the
count holds across replicas and restarts, and while Redis is away. An attempt is counted before it
is made and given back when it succeeds, so fifty at once count as fifty.
"""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import delete, func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from auth_service.models import Attempt
from service_kit import clock
from service_kit.database import Database
from service_kit.errors import DomainError
from service_kit.reasons import Reason


class Action(StrEnum):
    """What is counted."""

    LOGIN = "login"
    PASSWORD = "password"  # noqa: S105  asked again of somebody who is signed in
    TWO_FACTOR = "two_factor"
    REGISTER = "register"
    RESEND_VERIFICATION = "resend_verification"
    FORGOT_PASSWORD = "forgot_password"  # noqa: S105


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `tries` within `window`."""

    tries: int
    window: timedelta


# Each limit applies to every subject (account, address) on its own.
LIMITS: dict[Action, tuple[Limit, ...]] = {
    Action.LOGIN: (Limit(10, timedelta(minutes=5)),),
    Action.PASSWORD: (Limit(10, timedelta(minutes=5)),),
    Action.TWO_FACTOR: (Limit(5, timedelta(minutes=5)), Limit(20, timedelta(hours=1))),
    Action.REGISTER: (Limit(5, timedelta(days=1)),),
    Action.RESEND_VERIFICATION: (Limit(5, timedelta(days=1)),),
    Action.FORGOT_PASSWORD: (Limit(5, timedelta(days=1)),),
}


class Attempts:
    """Counts attempts.

    Args:
        database: attempts are counted in transactions of their own, which outlive a refusal.
        key: hashes the subjects, so that the table gives nobody's address away.
    """

    def __init__(self, database: Database, key: bytes) -> None:
        self._database = database
        self._key = key

    async def reserve(self, action: Action, *subjects: str) -> list[UUID]:
        """Count one attempt for each subject.

        Call it while holding no connection.

        Returns:
            What `give_back` takes when the attempt succeeds.

        Raises:
            DomainError: RESOURCE_EXHAUSTED TOO_MANY_ATTEMPTS with the seconds to wait.
        """
        hashes = sorted(self._hash(action, subject) for subject in subjects)
        async with self._database.session() as session:
            for hashed in hashes:  # in one order, so that two callers can't deadlock
                await _only_one_at_a_time(session, hashed)
            waits = [await _seconds_to_wait(session, h, LIMITS[action]) for h in hashes]
            if any(waits):
                raise DomainError(Reason.TOO_MANY_ATTEMPTS, retry_after=max(waits))
            made = [Attempt(subject=hashed) for hashed in hashes]
            session.add_all(made)
            return [attempt.id for attempt in made]

    def _hash(self, action: Action, subject: str) -> bytes:
        return hmac.digest(self._key, f"{action}\0{subject}".encode(), "sha256")


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
