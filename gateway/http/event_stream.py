"""Server-sent events (WHATWG HTML, 9.2) for a while; clients connect again by themselves.

`sse-starlette` does the work: it encodes, keeps idle connections open with pings, stops when the
client has gone, and ends every stream at SIGTERM, so that a draining gateway waits for nobody who
is only watching.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import TypeAlias

from sse_starlette import EventSourceResponse

# Whoever connects again shows a token again: one that was revoked sees no more than this.
STREAM_SECONDS = 10.0

# `event`, `data`, `id` or `comment`.
Event: TypeAlias = dict[str, str]


class EventStream(EventSourceResponse):
    """Answers `Event`s."""

    DEFAULT_SEPARATOR = "\n"
    DEFAULT_PING_INTERVAL = 5


async def ticks(seconds: float) -> AsyncIterator[None]:
    """Tick now and every so many seconds, for as long as a stream lasts."""
    ends = time.monotonic() + STREAM_SECONDS
    while time.monotonic() < ends:
        yield
        await asyncio.sleep(seconds)
