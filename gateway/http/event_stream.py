"""Server-sent events (WHATWG HTML, 9.2) for a while; clients connect again by themselves.

`sse-starlette` does the work: it encodes, keeps idle connections open with pings, stops when the
client has gone, and says when the gateway is to stop, so that a drain waits for nobody who is only
watching.
"""

import time
from collections.abc import AsyncIterator, Callable
from typing import TypeAlias

import anyio
from sse_starlette import EventSourceResponse

# Whoever connects again shows a token again: one that was revoked sees no more than this.
STREAM_SECONDS = 10.0
# For events still being sent when the gateway stops.
GRACE_SECONDS = 5.0

# `event`, `data`, `id` or `comment`.
Event: TypeAlias = dict[str, str]
# Ticks now and every so many seconds, for as long as the stream lasts.
Ticks: TypeAlias = Callable[[float], AsyncIterator[None]]


class EventStream(EventSourceResponse):
    """An answer that `stream` makes."""

    DEFAULT_SEPARATOR = "\n"
    DEFAULT_PING_INTERVAL = 5


def stream(events: Callable[[Ticks], AsyncIterator[Event]]) -> EventStream:
    """Answer events.

    Args:
        events: yields them, looking for new ones at every tick.
    """
    stopping = anyio.Event()

    async def ticks(seconds: float) -> AsyncIterator[None]:
        ends = time.monotonic() + STREAM_SECONDS
        while time.monotonic() < ends and not stopping.is_set():
            yield
            with anyio.move_on_after(seconds):
                await stopping.wait()

    return EventStream(events(ticks), shutdown_event=stopping, shutdown_grace_period=GRACE_SECONDS)
