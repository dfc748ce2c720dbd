"""Tells every service that a session has ended, at once and without fail.

PostgreSQL is the truth. After each commit the ended sessions are written to Redis, where every
service looks, and told to those who remember otherwise; a loop writes what couldn't be written then
(Redis away, this process killed), and writes everything again when Redis comes back empty.
"""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError
from sqlalchemy import update
from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from auth_service.models import SignInSession
from auth_service.session.sessions import ENDED, has_ended
from service_kit import clock
from service_kit.auth_client import revocation_key
from service_kit.database import Database
from service_kit.principal import CLOCK_SKEW_SECONDS
from service_kit.remembered_revocations import ENDED_CHANNEL

log = structlog.get_logger()

LOOK_SECONDS = 0.5
# Stands in Redis while Redis remembers; gone when it was emptied.
MEMORY_KEY = "dermis:revocations:remembered"


class OwnRevocations:
    """Ended sessions as this service's own database knows them (`Revocations`)."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def is_revoked(self, session_id: UUID) -> bool:
        """Whether the session has ended."""
        async with self._database.session() as session:
            return await has_ended(session, session_id)


class Announcer:
    """Writes ended sessions to Redis: after every commit, and again by `run`.

    Args:
        redis: where every service looks.
        database: where sessions end.
        token_life: how long an access token is valid; nothing needs to be remembered longer.
    """

    def __init__(self, redis: Redis, database: Database, *, token_life: timedelta) -> None:
        self._redis = redis
        self._database = database
        self._memory = token_life + timedelta(seconds=2 * CLOCK_SKEW_SECONDS)
        database.after_commit(self._announce_ended)

    async def _announce_ended(self, session: AsyncSession) -> None:
        await self.announce(session.info.pop(ENDED, []))

    async def announce(self, session_ids: Sequence[UUID]) -> None:
        """Write sessions that have ended; the loop makes up for what fails."""
        if not session_ids:
            return
        try:
            async with self._redis.pipeline(transaction=False) as pipeline:
                for session_id in session_ids:
                    pipeline.set(revocation_key(session_id), 1, ex=self._memory)
                    pipeline.publish(ENDED_CHANNEL, str(session_id))
                await pipeline.execute()
        except (RedisError, OSError, TimeoutError) as error:
            log.warning("ended sessions are waiting for redis", error=type(error).__name__)
            return
        async with self._database.session() as session:
            await session.exec(
                update(SignInSession)
                .where(col(SignInSession.id).in_(session_ids))
                .values(announced_at=clock.now())
            )

    async def run(self) -> None:
        """Keep Redis complete until cancelled."""
        while True:
            try:
                await self.catch_up()
            except Exception as error:  # noqa: BLE001  the loop must outlive every outage
                log.warning("could not look up ended sessions", error=type(error).__name__)
            await asyncio.sleep(LOOK_SECONDS)

    async def catch_up(self) -> None:
        """Write what Redis doesn't know yet, or everything when Redis has forgotten."""
        remembers = bool(await self._redis.exists(MEMORY_KEY))
        unknown = col(SignInSession.announced_at).is_(None)
        async with self._database.session() as session:
            query = select(SignInSession.id).where(
                col(SignInSession.ended_at) > clock.now() - self._memory,
                or_(unknown, not remembers),
            )
            missing = (await session.exec(query)).all()
        await self.announce(missing)
        if not remembers:
            await self._redis.set(MEMORY_KEY, 1)
