"""/admin/logs: what all services log, searched and followed."""

import re
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, Header, Query
from redis.asyncio import Redis

from dermis.options.v1 import access_pb2
from gateway import log_reader
from gateway.http.answers import answers
from gateway.http.event_stream import Event, EventStream, Ticks, stream
from gateway.routers.dependencies import Limit, RedisDep
from gateway.routers.guards import Router, limited, permit
from gateway.schemas.fields import Page, SentMoment
from gateway.schemas.logs import Level, LogLine
from service_kit.errors import DomainError
from service_kit.reasons import Reason

POLL_SECONDS = 0.5
# Milliseconds and a number; both far below what Redis can hold (64 bits).
_ENTRY_ID = re.compile(r"[0-9]{1,18}-[0-9]{1,18}")

router = Router(
    prefix="/admin/logs",
    tags=["admin"],
    dependencies=[permit(access_pb2.PERMISSION_READ_LOGS), limited("api")],
    responses=answers(401, 403, 422, 429, 503, Reason.LOGS_UNAVAILABLE),
)


def _wanted(
    service: Annotated[str, Query(max_length=64, description="Only this service's.")] = "",
    level: Annotated[Level | None, Query(description="At least as severe.")] = None,
    text: Annotated[str, Query(max_length=200, description="Anywhere in the line.")] = "",
    request_id: Annotated[str, Query(max_length=64, description="Only this request's.")] = "",
    since: Annotated[SentMoment | None, Query(description="Only from this moment on.")] = None,
) -> log_reader.Filter:
    return log_reader.Filter(service, level or "", text, request_id, since)


WantedDep = Annotated[log_reader.Filter, Depends(_wanted)]


@router.get("", responses=answers(422, Reason.CURSOR_INVALID))
async def list_logs(
    redis: RedisDep,
    wanted: WantedDep,
    limit: Limit = 100,
    cursor: Annotated[str, Query(max_length=64, description="`next_cursor` of before.")] = "",
) -> Page[LogLine]:
    """Log lines of all services, newest first; about 20,000 are kept."""
    if cursor and not _ENTRY_ID.fullmatch(cursor):
        raise DomainError(Reason.CURSOR_INVALID)
    lines, following = await log_reader.newest(redis, wanted, limit=limit, before=cursor)
    return Page(items=lines, next_cursor=following)


@router.get(
    "/stream",
    response_class=EventStream,
    responses={200: {"content": {"text/event-stream": {}}, "description": "Events `log`."}},
)
async def stream_logs(
    redis: RedisDep,
    wanted: WantedDep,
    last_event_id: Annotated[
        str, Header(max_length=64, description="Continue after this line.")
    ] = "",
) -> EventStream:
    """New lines as server-sent events, from now on or after `Last-Event-ID`."""
    begin = last_event_id if _ENTRY_ID.fullmatch(last_event_id) else await log_reader.end(redis)
    return stream(lambda ticks: _tail(redis, wanted, begin, ticks))


async def _tail(
    redis: Redis, wanted: log_reader.Filter, last: str, ticks: Ticks
) -> AsyncIterator[Event]:
    # Sent at once, so that a watcher knows that the stream is open, and where to continue if
    # it ends before any line comes. An event, as parsers drop the id of a block without data.
    yield {"event": "following", "id": last, "data": ""}
    async for _ in ticks(POLL_SECONDS):
        try:
            lines, last = await log_reader.after(redis, wanted, last)
        except DomainError:
            return
        for line in lines:
            yield {"id": line.id, "event": "log", "data": line.model_dump_json()}
