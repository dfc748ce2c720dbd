"""How long and how much a connection may take: below ASGI, where no middleware can see it.

uvicorn waits for ever for a request's head and for the rest of a body that nobody reads, keeps
heads of any length, and lets a client that reads nothing hold its answer. A subclass of its
protocol ends all of these (docs/decisions/0038-how-the-gateway-spends-bytes-slots-and-time.md).
Slow bodies are `body`'s.
"""

import resource
from asyncio import TimerHandle, Transport
from collections.abc import Callable
from typing import Any

from httptools import HttpParserError, HttpParserUpgrade
from prometheus_client import Counter
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from gateway.http.body import LEAST_BYTES_PER_SECOND
from gateway.http.errors import MEDIA_TYPE, document
from service_kit.errors import DomainError
from service_kit.reasons import Reason
from service_kit.request_context import Request, set_current_request

# From a connection's first moment, or a request's first byte, to the end of the request's head.
HEAD_SECONDS = 8.0
# Request line and headers together; as much as nginx takes in front (nginx/nginx.conf).
LONGEST_HEAD = 32 * 1024
# What still comes after an answer is thrown away for so long, as long as it comes at the least rate
# of a body: closed at once, a client that is still sending would lose the answer (RFC 9112, 9.6).
LONGEST_LINGER_SECONDS = 30.0
# As long as a network may stall between two pieces.
LINGER_SECONDS = 5.0
# For a client that reads nothing of what was sent to it.
WRITE_SECONDS = 30.0
# Requests that wait behind an unfinished one of their connection.
MOST_PIPELINED = 8
# Then connections without a request make room, the oldest first. Each takes some kilobytes, up to
# LONGEST_HEAD.
MOST_CONNECTIONS = 2048
# Besides connections a gateway needs descriptors for services, Redis and files.
_OTHER_DESCRIPTORS = 1024


def allow_descriptors() -> None:
    """Raise the process's limit, where it may, to what `MOST_CONNECTIONS` needs."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_CONNECTIONS + _OTHER_DESCRIPTORS
    allowed = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < allowed:
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))


REFUSED = Counter("dermis_connections_refused", "Ended before a request was served.", ["reason"])


class _HeadRefused(Exception):
    """Makes the parser stop."""


class BoundedProtocol(HttpToolsProtocol):
    """uvicorn's protocol with an end to every wait."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._timers: dict[str, TimerHandle] = {}
        self._head_bytes = 0
        self._refused = False
        self._lingers_until = 0.0
        self._came = 0
        self.idle_since = 0.0

    # --- The connection --------------------------------------------------------------------------

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]  # of TCP it is always one
        """A client has connected."""
        super().connection_made(transport)
        self._await_head()
        if len(self.connections) > MOST_CONNECTIONS:
            self._make_room()

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection has ended."""
        for name in list(self._timers):
            self._stop(name)
        super().connection_lost(exc)

    @property
    def is_idle(self) -> bool:
        """Whether no request is being answered."""
        return self.cycle is None or self.cycle.response_complete

    def _make_room(self) -> None:
        idle = [one for one in self.connections if isinstance(one, BoundedProtocol) and one.is_idle]
        min(idle, key=lambda one: one.idle_since, default=self).abort()

    def abort(self) -> None:
        """End the connection, whatever is under way."""
        if self.transport is not None:
            self.transport.abort()

    def _close(self) -> None:
        """End the connection once its client has taken what was written, or after a while."""
        if not self.transport.is_closing():
            self.transport.close()
        self._start("close", LINGER_SECONDS, self.abort)

    # --- The head --------------------------------------------------------------------------------

    def data_received(self, data: bytes) -> None:
        """Bytes have come."""
        self._came += len(data)
        if self._refused:
            return
        if self.is_idle and "linger" not in self._timers:
            self._await_head()
        began_before = "head" in self._timers
        self._unset_keepalive_if_required()
        try:
            self.parser.feed_data(data)
        except HttpParserUpgrade:
            pass  # to nothing: the request is answered as any other
        except HttpParserError:
            # uvicorn logs a warning for each, with which any client could fill the log.
            self._refuse(Reason.BAD_REQUEST)
        if began_before and "head" in self._timers:
            self._head_bytes += len(data)
            if self._head_bytes > LONGEST_HEAD:
                self._refuse(Reason.HEAD_TOO_LARGE)

    def on_message_begin(self) -> None:
        """A request's first byte."""
        super().on_message_begin()
        self._head_bytes = 0
        self._await_head()

    def on_url(self, url: bytes) -> None:
        """A part of the request's address."""
        self._count(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header, or a trailer."""
        self._count(len(name) + len(value))
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """The head is complete."""
        self._stop("head")
        if len(self.pipeline) >= MOST_PIPELINED:
            raise _HeadRefused
        super().on_headers_complete()

    def _count(self, size: int) -> None:
        self._head_bytes += size
        if self._head_bytes > LONGEST_HEAD:
            self._refuse(Reason.HEAD_TOO_LARGE)
            raise _HeadRefused

    def _await_head(self) -> None:
        if "head" not in self._timers:
            self.idle_since = self.loop.time()
            self._start("head", HEAD_SECONDS, self._head_is_late)

    def _head_is_late(self) -> None:
        self._refuse(Reason.HEAD_TOO_SLOW)

    # --- The rest of a body, and the answer ------------------------------------------------------

    def on_response_complete(self) -> None:
        """A request is answered."""
        super().on_response_complete()
        self.idle_since = self.loop.time()
        if self.transport.is_closing():
            self._close()
        elif self.is_idle and self.cycle.more_body:
            self._linger()

    def _linger(self) -> None:
        self._lingers_until = self.loop.time() + LONGEST_LINGER_SECONDS
        self._came = 0
        self._start("linger", LINGER_SECONDS, self._linger_on)

    def _linger_on(self) -> None:
        is_steady = self._came > LINGER_SECONDS * LEAST_BYTES_PER_SECOND
        if not is_steady or self.loop.time() > self._lingers_until:
            self._close()
            return
        self._came = 0
        self._start("linger", LINGER_SECONDS, self._linger_on)

    def on_message_complete(self) -> None:
        """A request's last byte."""
        super().on_message_complete()
        if self._stop("linger"):
            self._unset_keepalive_if_required()
            self.timeout_keep_alive_task = self.loop.call_later(
                self.timeout_keep_alive, self.timeout_keep_alive_handler
            )

    def pause_writing(self) -> None:
        """The client takes its answer more slowly than it is made."""
        super().pause_writing()
        self._start("write", WRITE_SECONDS, self.abort)

    def resume_writing(self) -> None:
        """The client has taken what was written."""
        super().resume_writing()
        self._stop("write")

    def timeout_keep_alive_handler(self) -> None:
        """The connection was not used again."""
        self._close()

    # --- What is refused -------------------------------------------------------------------------

    def _refuse(self, reason: Reason) -> None:
        """Answer a problem document, unless another answer is under way, and close."""
        if self._refused or self.transport.is_closing():
            return
        self._refused = True
        REFUSED.labels(reason.name).inc()
        self._stop("head")
        if self.is_idle:
            set_current_request(Request())
            problem = document(DomainError(reason))
            body = problem.model_dump_json(exclude_none=True).encode()
            head = (
                f"content-type: {MEDIA_TYPE}\r\ncontent-length: {len(body)}\r\n"
                f"x-request-id: {problem.request_id}\r\nconnection: close\r\n\r\n"
            )
            self.transport.write(STATUS_LINE[problem.status] + head.encode() + body)
            self.transport.write_eof()
        self._linger()

    def _start(self, name: str, seconds: float, then: Callable[[], None]) -> None:
        self._stop(name)
        self._timers[name] = self.loop.call_later(seconds, then)

    def _stop(self, name: str) -> bool:
        timer = self._timers.pop(name, None)
        if timer:
            timer.cancel()
        return timer is not None
