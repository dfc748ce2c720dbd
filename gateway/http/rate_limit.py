"""How often one address and one account may call, by class of route; never unlimited.

Counted in Redis for all gateways together; while Redis is unavailable each gateway counts for
itself. Of a large limit a gateway takes a hundredth at a time and spends it without asking again.
Guesses at passwords and codes are counted a second time, exactly and by account, where they are
checked: in auth_service, which takes a try back when it was right.
"""

import hashlib
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

import structlog
from limits import RateLimitItem, parse
from limits.aio.storage import MemoryStorage, RedisStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter
from redis.asyncio import Redis
from redis.exceptions import RedisError

log = structlog.get_logger()

# draft-ietf-httpapi-ratelimit-headers-10: a class of calls with its quota `q` in `w` seconds, and
# what is left of it.
POLICY = "RateLimit-Policy"
LEFT = "RateLimit"

# How long a Redis that did not answer is left alone.
REST_SECONDS = 1.0

Limiter: TypeAlias = SlidingWindowCounterRateLimiter


# At most so often a line says that a limit was reached: callers could fill the log with them.
TOLD_SECONDS = 60.0


# Of a limit, what a gateway takes from Redis at once: so much at most is counted and never used.
TAKEN_SHARE = 100
# Callers with something taken; more, and what has lapsed is thrown away.
MOST_TAKEN = 10_000


@dataclass(slots=True)
class _Taken:
    """Calls that Redis has counted already.

    Attributes:
        calls: how many are still to be spent here.
        others: what is left of the limit besides.
        lapses_at: the time at which the window has passed for which they were counted.
        resets_at: when the limit has one call more.
    """

    calls: int
    others: int
    lapses_at: float
    resets_at: float

    def spend(self) -> "Tally":
        """Use one up."""
        self.calls -= 1
        return Tally(True, self.others + self.calls, _seconds_until(self.resets_at))


def _seconds_until(moment: float) -> int:
    return max(1, round(moment - time.time()))


@dataclass(frozen=True, slots=True)
class Tally:
    """What one caller has left in a class.

    Attributes:
        counted: whether this call was within the limit.
        left: how many more are.
        seconds: until there is one more, at least 1.
    """

    counted: bool
    left: int
    seconds: int


class RateLimits:
    """Counts calls.

    Args:
        redis: where all gateways count together.
        table: a limit for each class (`settings.RATE_LIMITS`).
    """

    def __init__(self, redis: Redis, table: Mapping[str, str]) -> None:
        self._items: dict[str, RateLimitItem] = {name: parse(text) for name, text in table.items()}
        # The pool knows where Redis is; limits' own would refuse instead of letting callers wait.
        shared = RedisStorage(
            "async+redis://",
            implementation="redispy",
            connection_pool=redis.connection_pool,  # type: ignore[arg-type]  # limits' stub names redis-py's pool otherwise
        )
        self._shared = Limiter(shared)
        self._own = Limiter(MemoryStorage())
        self._taken: dict[tuple[str, str], _Taken] = {}
        self._rests_until = 0.0
        self._told: dict[str, float] = {}
        self._untold: Counter[str] = Counter()

    def policy(self, name: str) -> str:
        """The class as the RateLimit-Policy header says it."""
        item = self._items[name]
        return f'"{name}";q={item.amount};w={item.get_expiry()}'

    async def count(self, name: str, key: str) -> Tally:
        """Count one call of class `name` for `key`, unless none is left."""
        # Keys may name people, who have no business in Redis.
        hashed = hashlib.sha256(key.encode()).hexdigest()[:32]
        taken = self._taken.get((name, hashed))
        if taken and taken.calls and time.time() < taken.lapses_at:
            return taken.spend()
        if time.monotonic() >= self._rests_until:
            try:
                return await self._take(name, hashed)
            except (RedisError, OSError, TimeoutError):
                log.warning("redis does not answer; counting in this gateway alone")
                self._rests_until = time.monotonic() + REST_SECONDS
        return await self._count(self._own, name, hashed)

    def tell(self, name: str, account: str) -> None:
        """Log that somebody has reached the limit of a class, and how often that went untold."""
        now = time.monotonic()
        if now < self._told.get(name, 0.0):
            self._untold[name] += 1
            return
        self._told[name] = now + TOLD_SECONDS
        log.warning(
            "rate limit reached", limit=name, user_id=account, untold=self._untold.pop(name, 0)
        )

    async def _take(self, name: str, hashed: str) -> Tally:
        """Count a share of the limit, or a single call where the limit or its rest is small."""
        item = self._items[name]
        share = item.amount // TAKEN_SHARE
        if share < 2 or not await self._shared.hit(item, name, hashed, cost=share):
            return await self._count(self._shared, name, hashed)
        window = await self._shared.get_window_stats(item, name, hashed)
        now = time.time()
        if len(self._taken) >= MOST_TAKEN:
            self._taken = {key: one for key, one in self._taken.items() if now < one.lapses_at}
        taken = _Taken(share, window.remaining, now + item.get_expiry(), window.reset_time)
        self._taken[name, hashed] = taken
        return taken.spend()

    async def _count(self, limiter: Limiter, name: str, hashed: str) -> Tally:
        item = self._items[name]
        counted = await limiter.hit(item, name, hashed)
        window = await limiter.get_window_stats(item, name, hashed)
        left = window.remaining if counted else 0
        return Tally(counted, left, _seconds_until(window.reset_time))
