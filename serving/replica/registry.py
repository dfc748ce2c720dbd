"""The registry of replicas in Redis: followers publish their state, gateways read it."""

from collections.abc import Iterable

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from serving.contract.replicas import REPLICA_INDEX, Replica, replica_key
from serving.contract.unusable_answers import UnusableAnswers

log = structlog.get_logger()

# A replica that hasn't been seen for this long is gone.
EXPIRY_SECONDS = 10

_AWAY = (RedisError, OSError, TimeoutError)


class ReplicaRegistry:
    """The list of replicas: a set of names, and one expiring entry for each."""

    def __init__(self, redis: Redis, model: str) -> None:
        self._redis = redis
        self._answers = UnusableAnswers(redis, model)
        self._is_away = False

    async def publish(self, replica: Replica) -> None:
        """Write one replica's entry; while Redis is away the gateways keep what they read last."""
        try:
            async with self._redis.pipeline(transaction=False) as pipeline:
                pipeline.sadd(REPLICA_INDEX, replica.id)
                pipeline.set(replica_key(replica.id), replica.model_dump_json(), ex=EXPIRY_SECONDS)
                await pipeline.execute()
        except _AWAY as error:
            if not self._is_away:
                log.warning("redis does not answer", error=type(error).__name__)
            self._is_away = True
        else:
            self._is_away = False

    async def unusable(self, versions: Iterable[str]) -> str:
        """Which of these versions' answers gateways can't use, and why; "" where they can."""
        try:
            found = [(version, await self._answers.why(version)) for version in versions]
        except _AWAY:
            return ""
        return "; ".join(
            f"answers of {version} can't be used: {why}" for version, why in found if why
        )

    async def forget_gone(self) -> None:
        """Remove names whose entries have expired; one removed by mistake comes back."""
        try:
            for name in map(str, await self._redis.smembers(REPLICA_INDEX)):
                if not await self._redis.exists(replica_key(name)):
                    await self._redis.srem(REPLICA_INDEX, name)
        except _AWAY as error:
            log.warning("redis does not answer", error=type(error).__name__)
