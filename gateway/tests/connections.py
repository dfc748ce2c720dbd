"""Clients that don't behave: bytes on a socket, as slowly or as many as a test wants."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Self

Headers = dict[str, str]


class Raw:
    """One connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    async def open(cls, port: int) -> Self:
        return cls(*await asyncio.open_connection("127.0.0.1", port))

    async def send(self, data: bytes) -> bool:
        """Whether the other end still takes it."""
        try:
            self._writer.write(data)
            await self._writer.drain()
        except OSError:
            return False
        return not self._writer.is_closing()

    async def rest(self) -> bytes:
        """What comes until the other end closes."""
        try:
            return await self._reader.read()
        except OSError:
            return b""

    async def drip(self, data: bytes, seconds: float) -> bytes:
        """Send a byte every so often until the other end closes; what came from there."""
        answer = asyncio.create_task(self.rest())
        for byte in data:
            if answer.done() or not await self.send(bytes([byte])):
                break
            await asyncio.wait([answer], timeout=seconds)
        return await answer

    def close(self) -> None:
        self._writer.transport.abort()


@asynccontextmanager
async def many(port: int, count: int) -> AsyncIterator[list[Raw]]:
    """Connections, all open at once."""
    opened = [await Raw.open(port) for _ in range(count)]
    try:
        yield opened
    finally:
        for one in opened:
            one.close()


def head(method: str, path: str, headers: Headers) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "host: dermis.test"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def upload_head(headers: Headers, size: int) -> bytes:
    """The head of an upload, and the form up to the photo."""
    form = b'--b\r\ncontent-disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n'
    kind = {
        "content-type": "multipart/form-data; boundary=b",
        "content-length": str(len(form) + size + len(b"\r\n--b--\r\n")),
    }
    return (
        head("POST", "/api/predict/upload/01a20817-f471-731e-896b-230f70989781", headers | kind)
        + form
    )
