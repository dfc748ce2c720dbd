"""/admin/logs: what all services have logged, searched and followed."""

import asyncio
import re
import time
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query, Request
from redis.asyncio import Redis
from starlette.responses import StreamingResponse

from dermis.options.v1 import access_pb2
from gateway import log_reader
from gateway.http.errors import answers
from gateway.http.rate_limit import limited
from gateway.http.security import permit
from gateway.routers.dependencies import Limit
from gateway.schemas.fields import Page, SentMoment
from gateway.schemas.logs import Level, LogLine
from service_kit.errors import Code, DomainError

# As the stream of replicas: clients connect again by themselves.
STREAM_SECONDS = 10.0
POLL_SECONDS = 0.5
# Milliseconds and a number; both far below what Redis can hold (64 bits).
_ENTRY_ID = re.compile(r"[0-9]{1,18}-[0-9]{1,18}")

router = APIRouter(
    prefix="/admin/logs",
    tags=["admin"],
    dependencies=[permit(access_pb2.PERMISSION_READ_LOGS), limited("api")],
    responses=answers(401, 403, 422),
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


@router.get("")
async def list_logs(
    request: Request,
    wanted: WantedDep,
    limit: Limit = 100,
    cursor: Annotated[str, Query(max_length=64, description="`next_cursor` of before.")] = "",
) -> Page[LogLine]:
    """Log lines of all services, newest first; the newest 20,000 or so are kept."""
    if cursor and not _ENTRY_ID.fullmatch(cursor):
        raise DomainError(Code.INVALID_ARGUMENT, "CURSOR_INVALID", "This cursor is not of ours.")
    lines, following = await log_reader.newest(
        request.app.state.redis, wanted, limit=limit, before=cursor
    )
    return Page(items=lines, next_cursor=following)


@router.get(
    "/stream",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/event-stream": {}}, "description": "Events `log`."}},
)
async def stream_logs(
    request: Request,
    wanted: WantedDep,
    last_event_id: Annotated[str, Header(max_length=64, description="Go on after it.")] = "",
) -> StreamingResponse:
    """New lines as server-sent events, from now or from after `Last-Event-ID`."""
    redis: Redis = request.app.state.redis
    begin = last_event_id if _ENTRY_ID.fullmatch(last_event_id) else await log_reader.end(redis)
    return StreamingResponse(_tail(redis, wanted, begin), media_type="text/event-stream")


async def _tail(redis: Redis, wanted: log_reader.Filter, last: str) -> AsyncIterator[str]:
    ends = time.monotonic() + STREAM_SECONDS
    # Sent at once, so that whoever looks on knows that the stream is open, and from where to go on
    # should no line come before it ends. An event, as parsers drop the id of a block without data.
    yield f"event: following\nid: {last}\ndata:\n\n"
    while time.monotonic() < ends:
        try:
            lines, last = await log_reader.after(redis, wanted, last)
        except DomainError:
            return
        for line in lines:
            yield f"id: {line.id}\nevent: log\ndata: {line.model_dump_json()}\n\n"
        await asyncio.sleep(POLL_SECONDS)
