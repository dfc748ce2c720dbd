"""Reads the streams that all services log into (service_kit.log_stream)."""

import heapq
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from redis.asyncio import Redis
from redis.exceptions import RedisError

from gateway.schemas.logs import LEVELS, LogLine
from service_kit.errors import DomainError
from service_kit.log_stream import FIELD, KEPT, STREAM
from service_kit.reasons import Reason

# Entries are looked through in steps, and in one call no further than this.
STEP = 1_000
FARTHEST = 20_000

Entries = list[tuple[str, dict[str, str]]]


@dataclass(frozen=True, slots=True)
class Filter:
    """Which lines are wanted; empty means any."""

    service: str = ""
    level: str = ""
    text: str = ""
    request_id: str = ""
    since: datetime | None = None

    def takes(self, line: LogLine) -> bool:
        """Whether a line is one of them."""
        return (
            (not self.service or line.service == self.service)
            and (not self.level or LEVELS.index(line.level) >= LEVELS.index(self.level))
            and (not self.request_id or line.request_id == self.request_id)
            and (not self.text or self.text.casefold() in line.model_dump_json().casefold())
        )


async def newest(
    redis: Redis, wanted: Filter, *, limit: int, before: str = ""
) -> tuple[list[LogLine], str | None]:
    """Lines, the newest first, and where the next page begins; None at the end.

    Args:
        redis: holds the stream.
        wanted: which lines.
        limit: how many at most.
        before: what an earlier call answered as the next page's beginning.

    Raises:
        DomainError: UNAVAILABLE LOGS_UNAVAILABLE while Redis does not answer.
    """
    found: list[LogLine] = []
    # The stream's time begins in 1970.
    oldest = f"{max(0, int(wanted.since.timestamp() * 1000))}-0" if wanted.since else "-"
    upto = f"({before}" if before else "+"
    for _ in range(FARTHEST // STEP):
        entries = await _newest_entries(redis, upto, oldest)
        for line in _lines(entries):
            if wanted.takes(line):
                found.append(line)
            if len(found) == limit:
                return found, line.id
        if len(entries) < STEP:
            return found, None
        upto = f"({entries[-1][0]}"
    return found, upto.removeprefix("(")


async def after(redis: Redis, wanted: Filter, last: str) -> tuple[list[LogLine], str]:
    """Lines that came after entry `last`, oldest first, and the newest entry that was seen."""
    entries = await _entries(redis, "xrange", f"({last}", "+")
    seen = entries[-1][0] if entries else last
    return [line for line in _lines(entries) if wanted.takes(line)], seen


async def end(redis: Redis) -> str:
    """The newest entry's id."""
    entries = await _entries(redis, "xrevrange", "+", "-", count=1)
    return entries[0][0] if entries else "0-0"


async def _newest_entries(redis: Redis, upto: str, oldest: str) -> Entries:
    """The next entries back; where the stream of all lines ends, those that are kept longer."""
    found = await _entries(redis, "xrevrange", upto, oldest)
    if len(found) == STEP:
        return found
    before = f"({found[-1][0]}" if found else upto
    severe = [
        await _entries(redis, "xrevrange", before, oldest, stream=stream)
        for stream in sorted(set(KEPT.values()))
    ]
    older = heapq.merge(*severe, key=_place, reverse=True)
    return [*found, *islice(older, STEP - len(found))]


def _place(entry: tuple[str, dict[str, str]]) -> tuple[int, ...]:
    return tuple(int(part) for part in entry[0].split("-"))


async def _entries(
    redis: Redis, order: str, first: str, second: str, *, count: int = STEP, stream: str = STREAM
) -> Entries:
    try:
        read: Callable[..., Awaitable[Entries]] = getattr(redis, order)
        return await read(stream, first, second, count=count)
    except (RedisError, OSError, TimeoutError):
        raise DomainError(Reason.LOGS_UNAVAILABLE) from None


def _lines(entries: Entries) -> Iterable[LogLine]:
    for entry_id, fields in entries:
        if line := LogLine.read(entry_id, fields.get(FIELD.decode(), "")):
            yield line
