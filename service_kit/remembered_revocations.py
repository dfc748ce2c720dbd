"""Sessions that have not ended, remembered for a moment so that a call need not ask.

auth_service tells over Redis which session has just ended (`ENDED_CHANNEL`), and what was
remembered of it is forgotten at once. Should that word be lost, half a second is the longest that
anything is remembered; and while nobody can be heard, nothing is
(docs/decisions/0023-ended-sessions-are-known-at-once.md).
"""

import asyncio
import time
from uuid import UUID

import structlog
from redis.asyncio import Redis

from service_kit.principal import Revocations

log = structlog.get_logger()

# Carries the id of each session as it ends.
ENDED_CHANNEL = "dermis:ended"
REMEMBERED_SECONDS = 0.5
# Before Redis is tried again.
REST_SECONDS = 0.5
# More sessions than are active within half a second.
MOST_REMEMBERED = 10_000


class RememberedRevocations:
    """Asks another source, and remembers who had not ended (`Revocations`).

    Args:
        source: who knows it.
        redis: where ended sessions are told; `listen` must run, or nothing is remembered.
    """

    def __init__(self, source: Revocations, redis: Redis) -> None:
        self._source = source
        self._redis = redis
        self._known_until: dict[UUID, float] = {}
        self._listens = False
        self._heard = 0

    async def is_revoked(self, session_id: UUID) -> bool:
        """Whether the session has ended; never a guess."""
        if self._known_until.get(session_id, 0.0) > time.monotonic():
            return False
        heard = self._heard
        revoked = await self._source.is_revoked(session_id)
        # An answer may be older than what was heard while it was on its way.
        if not revoked and self._listens and heard == self._heard:
            if len(self._known_until) >= MOST_REMEMBERED:
                self._known_until.clear()
            self._known_until[session_id] = time.monotonic() + REMEMBERED_SECONDS
        return revoked

    async def listen(self) -> None:
        """Hear of ended sessions until cancelled."""
        while True:
            try:
                await self._hear()
            except Exception as error:  # noqa: BLE001  the loop must outlive every outage
                log.warning("can't hear of ended sessions", error=type(error).__name__)
            await asyncio.sleep(REST_SECONDS)

    async def _hear(self) -> None:
        async with self._redis.pubsub() as channel:
            try:
                await channel.subscribe(ENDED_CHANNEL)
                while True:
                    message = await channel.get_message(timeout=REMEMBERED_SECONDS)
                    if message is None:
                        continue
                    self._listens = True  # the first message says that the subscription stands
                    self._heard += 1
                    if message["type"] == "message":
                        self._known_until.pop(UUID(message["data"]), None)
            finally:
                self._listens = False
                self._heard += 1
                self._known_until.clear()
