"""How often one address and one account may call, by class of route; never unlimited.

Counted in Redis for all gateways together; while Redis is away each gateway counts for itself.
Guesses at passwords and codes are counted a second time, exactly and by account, where they are
checked: in auth_service, which takes a try back when it was right.
"""

import hashlib
import time
from collections.abc import Mapping
from typing import TypeAlias

import structlog
from fastapi import Request, Response
from fastapi.params import Depends
from limits import RateLimitItem, parse
from limits.aio.storage import MemoryStorage, RedisStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter
from redis.asyncio import Redis
from redis.exceptions import RedisError

from gateway.errors import POLICY
from gateway.security import caller_key
from service_kit.errors import Code, DomainError
from service_kit.request import current_request

log = structlog.get_logger()

# The one table. By address before anybody is signed in, by account afterwards: a clinic's staff
# share one address, so whoever is known counts as themselves.
LIMITS = {
    "register": "20/hour",
    "login": "30/5 minutes",
    "two-factor": "30/5 minutes",
    "mailed-link": "30/5 minutes",
    "forgot": "20/day",
    "refresh": "120/minute",
    "upload": "600/minute",
    "api": "3000/minute",
}
# Redis that did not answer is left alone for so long.
REST_SECONDS = 1.0

Limiter: TypeAlias = SlidingWindowCounterRateLimiter


class RateLimits:
    """Counts calls.

    Args:
        redis: where all gateways count together.
        overrides: limits that differ from the table.
    """

    def __init__(self, redis: Redis, overrides: Mapping[str, str]) -> None:
        self._items: dict[str, RateLimitItem] = {
            name: parse(text) for name, text in {**LIMITS, **overrides}.items()
        }
        # The pool knows where Redis is; limits' own would refuse instead of letting callers wait.
        shared = RedisStorage(
            "async+redis://",
            implementation="redispy",
            connection_pool=redis.connection_pool,  # type: ignore[arg-type]
        )
        self._shared = Limiter(shared)
        self._own = Limiter(MemoryStorage())
        self._rests_until = 0.0

    def policy(self, name: str) -> str:
        """The class as the RateLimit-Policy header says it."""
        item = self._items[name]
        return f'"{name}";q={item.amount};w={item.get_expiry()}'

    async def count(self, name: str, key: str) -> None:
        """Count one call of class `name` for `key`.

        Raises:
            DomainError: RESOURCE_EXHAUSTED RATE_LIMITED with the seconds to wait.
        """
        # Keys may name people, who have no business in Redis.
        hashed = hashlib.sha256(key.encode()).hexdigest()[:32]
        if time.monotonic() >= self._rests_until:
            try:
                await self._count(self._shared, name, hashed)
            except (RedisError, OSError, TimeoutError):
                log.warning("redis does not answer; this gateway counts for itself")
                self._rests_until = time.monotonic() + REST_SECONDS
            else:
                return
        await self._count(self._own, name, hashed)

    async def _count(self, limiter: Limiter, name: str, hashed: str) -> None:
        item = self._items[name]
        if await limiter.hit(item, name, hashed):
            return
        window = await limiter.get_window_stats(item, name, hashed)
        raise DomainError(
            Code.RESOURCE_EXHAUSTED,
            "RATE_LIMITED",
            "Too many tries; wait a little.",
            retry_after=max(1.0, window.reset_time - time.time()),
            metadata={POLICY: self.policy(name)},
        )


def limited(name: str) -> Depends:
    """Count every call of a route by account or, where nobody is signed in, by address."""

    async def count(request: Request, response: Response) -> None:
        limits: RateLimits = request.app.state.rate_limits
        account = caller_key()
        key = f"account {account}" if account else f"address {current_request().client_address}"
        response.headers[POLICY] = limits.policy(name)
        await limits.count(name, key)

    return Depends(count)
