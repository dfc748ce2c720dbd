"""A line between a browser and the system, which breaks in the middle of what is sent."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlsplit

CHUNK_BYTES = 4096


class Line:
    """Carries bytes both ways.

    Attributes:
        url: where the system answers at the line's other end.
    """

    def __init__(self, server_url: str) -> None:
        self.url = ""
        self._server_port = urlsplit(server_url).port
        self._ends: set[asyncio.StreamWriter] = set()
        self._left: int | None = None

    def break_after(self, count: int) -> None:
        """Cut all connections, also new ones, once `count` more bytes have gone to the server."""
        self._left = count

    def mend(self) -> None:
        """Carry again."""
        self._left = None

    async def carry(self, browser: asyncio.StreamReader, answers: asyncio.StreamWriter) -> None:
        """One connection, until either end closes it."""
        if self._left is not None and self._left <= 0:
            answers.close()
            return
        server, requests = await asyncio.open_connection("127.0.0.1", self._server_port)
        both = {answers, requests}
        self._ends |= both
        await asyncio.gather(self._out(browser, requests), self._back(server, answers))
        self._ends -= both

    async def _out(self, browser: asyncio.StreamReader, requests: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while part := await browser.read(CHUNK_BYTES):
                requests.write(part)
                await requests.drain()
                if self._left is not None:
                    self._left -= len(part)
                    if self._left <= 0:
                        self.cut()
        requests.close()

    async def _back(self, server: asyncio.StreamReader, answers: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while part := await server.read(CHUNK_BYTES):
                answers.write(part)
                await answers.drain()
        answers.close()

    def cut(self) -> None:
        """Cut every connection that is open now."""
        for end in self._ends:
            end.transport.abort()


@asynccontextmanager
async def line_to(server_url: str) -> AsyncIterator[Line]:
    """An open line, which is cut at the end."""
    line = Line(server_url)
    listening = await asyncio.start_server(line.carry, "127.0.0.1", 0)
    line.url = f"http://localhost:{listening.sockets[0].getsockname()[1]}"
    yield line
    listening.close()
    line.break_after(0)
    line.cut()
