"""JSON log lines with the request id, without secrets or patient data."""

import logging
import sys
from collections.abc import MutableMapping
from functools import partialmethod
from typing import Any

import orjson
import structlog
from google.protobuf.message import Message

from dermis.options.v1 import access_pb2
from service_kit.log_stream import LogStream
from service_kit.request_context import current_request

MASK = "[masked]"

# Keys whose values never appear in a log, whoever writes the line.
MASKED_KEYS = frozenset(
    {
        "access_token", "authorization", "birth_date", "challenge_token", "code", "contact",
        "cookie", "email", "full_name", "name", "note", "password", "recovery_code",
        "refresh_token", "secret", "token",
    }
)  # fmt: skip


def configure(service: str, level: str = "INFO", *, redis_url: str = "") -> None:
    """Send structlog and the standard library's loggers to stdout as one JSON object a line.

    Args:
        service: named in every line.
        level: the least severe level that is written.
        redis_url: also write to the stream that administrators read; "" for stdout only.
    """
    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _named(service),
        _masked,
    ]
    rendered: list[structlog.types.Processor] = [
        structlog.processors.format_exc_info,
        structlog.processors.JSONRenderer(
            serializer=lambda line, **_: orjson.dumps(line, default=str).decode()
        ),
    ]
    lines = _Lines(LogStream(redis_url) if redis_url else None)
    # Our own lines are written as they are rendered; through the standard library each would take
    # a record and a walk up the stack besides.
    structlog.configure(
        processors=[*shared, *rendered],
        logger_factory=lambda *_: lines,
        wrapper_class=structlog.make_filtering_bound_logger(level.lower()),
        cache_logger_on_first_use=True,
    )
    handler = _LibraryLines(lines)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *rendered],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    # These log full URLs; our own access log says the same without them.
    for chatty in ("httpx", "httpcore", "uvicorn.access"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


class _Lines:
    """Writes rendered lines to stdout and to the stream; a logger as structlog calls one."""

    def __init__(self, stream: LogStream | None) -> None:
        self._log_stream = stream

    def write(self, line: str, level: str) -> None:
        """Write one line."""
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()
        if self._log_stream:
            self._log_stream.offer(line, level)

    debug = partialmethod(write, level="debug")
    info = partialmethod(write, level="info")
    warning = partialmethod(write, level="warning")
    error = partialmethod(write, level="error")
    critical = partialmethod(write, level="critical")


class _LibraryLines(logging.Handler):
    """Writes what libraries log by the standard library's loggers."""

    def __init__(self, lines: _Lines) -> None:
        super().__init__()
        self._lines = lines

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record."""
        try:
            self._lines.write(self.format(record), record.levelname.lower())
        except Exception:  # noqa: BLE001  as every handler: a log line must not end a request
            self.handleError(record)


def loggable(message: Message) -> dict[str, Any]:
    """A protobuf message as a flat dict for a log line; fields marked `sensitive` are masked."""
    shown: dict[str, Any] = {}
    for field, value in message.ListFields():
        if field.GetOptions().Extensions[access_pb2.sensitive]:
            shown[field.name] = MASK
        elif isinstance(value, Message):
            shown[field.name] = loggable(value)
        elif isinstance(value, bytes):
            shown[field.name] = f"{len(value)} bytes"
        elif isinstance(value, str | int | float | bool):
            shown[field.name] = value
        else:
            shown[field.name] = f"{len(value)} items"
    return shown


def _named(service: str) -> structlog.types.Processor:
    def add(_: Any, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        line["service"] = service
        line["request_id"] = current_request().id
        return line

    return add


def _masked(_: Any, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for key in line.keys() & MASKED_KEYS:
        line[key] = MASK
    return line
