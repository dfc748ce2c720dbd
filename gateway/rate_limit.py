"""How often one address and one account may call, by class of route; never unlimited.

Counted in Redis for all gateways together; while Redis is away each gateway counts for itself.
"""

import hashlib
import time
from collections.abc import Mapping

import structlog
from fastapi import Request
from fastapi.params import Depends
from limits import RateLimitItem, parse
from limits.aio.storage import MemoryStorage, RedisStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter
from redis.exceptions import RedisError

from gateway.security import caller_key
from service_kit.errors import Code, DomainError
from service_kit.request import current_request

log = structlog.get_logger()

# The one table. Sign-in classes count by address here and by account in auth_service's own rules.
LIMITS = {
    "register": "20/hour",
    "login": "10/5 minutes",
    "login-account": "10/5 minutes",
    "two-factor": "10/5 minutes",
    "forgot": "20/day",
    "forgot-account": "5/day",
    "refresh": "60/minute",
    "upload": "600/minute",
    "api": "3000/minute",
}


class RateLimits:
    """Counts calls.

    Args:
        redis_url: where all gateways count together.
        overrides: limits that differ from the table.
    """

    def __init__(self, redis_url: str, overrides: Mapping[str, str]) -> None:
        self._items: dict[str, RateLimitItem] = {
            name: parse(text) for name, text in {**LIMITS, **overrides}.items()
        }
        shared = RedisStorage(f"async+{redis_url}", implementation="redispy", socket_timeout=0.5)
        self._shared = SlidingWindowCounterRateLimiter(shared)
        self._own = SlidingWindowCounterRateLimiter(MemoryStorage())

    async def count(self, name: str, *keys: str) -> None:
        """Count one call of class `name`, once for each key.

        Raises:
            DomainError: RESOURCE_EXHAUSTED RATE_LIMITED with the seconds to wait.
        """
        item = self._items[name]
        for key in keys:
            # Keys may be e-mail addresses, which have no business in Redis.
            hashed = hashlib.sha256(key.encode()).hexdigest()[:32]
            try:
                limiter = self._shared
                allowed = await limiter.hit(item, name, hashed)
            except (RedisError, OSError, TimeoutError):
                log.warning("redis does not answer; this gateway counts for itself")
                limiter = self._own
                allowed = await limiter.hit(item, name, hashed)
            if not allowed:
                window = await limiter.get_window_stats(item, name, hashed)
                raise DomainError(
                    Code.RESOURCE_EXHAUSTED,
                    "RATE_LIMITED",
                    "Too many tries; wait a little.",
                    retry_after=max(1.0, window.reset_time - time.time()),
                )


def limited(name: str) -> Depends:
    """Count every call of a route by address and, when somebody is signed in, by account."""

    async def count(request: Request) -> None:
        limits: RateLimits = request.app.state.rate_limits
        keys = [f"address {current_request().client_address}"]
        if account := caller_key():
            # A clinic's staff share one address: whoever is known counts as themselves.
            keys = [f"account {account}"]
        await limits.count(name, *keys)

    return Depends(count)
