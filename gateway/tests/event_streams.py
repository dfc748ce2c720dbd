"""Server-sent events as a browser reads them: over a real connection, while they come."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from gateway.tests.conftest import Gateway
from gateway.tests.processes import serve_http
from gateway.tests.waiting import PATIENCE_SECONDS

# Of an event: its lines by name; a comment's name is empty.
Event = dict[str, str]


class EventReader:
    """Reads one event after the other."""

    def __init__(self, answer: httpx.Response) -> None:
        self.headers = answer.headers
        self._lines = answer.aiter_lines()

    async def next(self) -> Event | None:
        """The next event once it is whole; None at the stream's end."""
        event: Event = {}
        async with asyncio.timeout(PATIENCE_SECONDS):
            async for line in self._lines:
                if not line:
                    return event
                name, _, value = line.partition(":")
                event[name] = value.removeprefix(" ")
        return None

    async def next_with(self, name: str) -> str | None:
        """The value of the next event that has a line of this name."""
        while (event := await self.next()) is not None:
            if name in event:
                return event[name]
        return None


@asynccontextmanager
async def followed(
    gateway: Gateway, path: str, headers: dict[str, str]
) -> AsyncIterator[EventReader]:
    """A stream that is open until the test has seen enough of it."""
    async with (
        serve_http(gateway.app) as url,
        httpx.AsyncClient(timeout=PATIENCE_SECONDS) as http,
        http.stream("GET", f"{url}/api{path}", headers=headers) as answer,
    ):
        yield EventReader(answer)
