"""Versions whose answers can't be used: gateways say so in Redis, followers repeat it. No torch.

Only a gateway sees that the clinical record refuses an answer; whoever looks at a replica should
read it there.
"""

from redis.asyncio import Redis

# An answer that is used ends it at once; this ends it where no more photos come.
KEPT_SECONDS = 300
LONGEST_REASON = 300


class UnusableAnswers:
    """The versions of one model whose latest answer could not be used, and why."""

    def __init__(self, redis: Redis, model: str) -> None:
        self._redis = redis
        self._model = model

    async def report(self, version: str, why: str) -> None:
        """Say that an answer could not be used.

        Raises:
            RedisError, OSError: Redis is away.
        """
        await self._redis.set(self._key(version), why[:LONGEST_REASON], ex=KEPT_SECONDS)

    async def clear(self, version: str) -> None:
        """Say that an answer was used again.

        Raises:
            RedisError, OSError: Redis is away.
        """
        await self._redis.delete(self._key(version))

    async def why(self, version: str) -> str:
        """Why the latest answer of a version could not be used; "" where it could.

        Raises:
            RedisError, OSError: Redis is away.
        """
        return str(await self._redis.get(self._key(version)) or "")

    def _key(self, version: str) -> str:
        return f"dermis:unusable:{self._model}:{version}"
