"""Administrators read and follow what all services log."""

import json
from typing import Any

import orjson
import pytest

from gateway.tests.conftest import Gateway, bearer, running
from gateway.tests.event_streams import followed
from gateway.tests.processes import break_redis
from gateway.tests.waiting import until
from service_kit.log_stream import FIELD, KEPT, STREAM, WAITING_LINES, LogStream


def line(event: str, *, service: str = "gateway", level: str = "info", **fields: Any) -> str:
    return json.dumps(
        {
            "timestamp": "2026-03-14T09:26:53.589793Z",
            "service": service,
            "level": level,
            "event": event,
            "request_id": "",
            **fields,
        }
    )


@pytest.fixture
async def logged(gateway: Gateway) -> Gateway:
    redis = gateway.state.redis
    await redis.delete(STREAM, *KEPT.values())
    for text in (
        line("request", route="/patients/", status=200),
        line("rpc", service="patient_service", level="warning", request_id="r-1"),
        "no line of ours",
        line("mail not sent", service="auth_service", level="error", error="SMTPException"),
    ):
        await redis.xadd(STREAM, {FIELD: text})
    return gateway


async def events(gateway: Gateway, query: str) -> list[str]:
    answer = await gateway.get(f"/admin/logs{query}", headers=bearer("admin"))
    assert answer.status_code == 200
    return [item["event"] for item in answer.json()["items"]]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["mail not sent", "rpc", "request"]),
        ("?service=patient_service", ["rpc"]),
        ("?level=warning", ["mail not sent", "rpc"]),
        ("?text=SMTPexception", ["mail not sent"]),
        ("?request_id=r-1", ["rpc"]),
        ("?since=2099-01-01T00:00:00Z", []),
    ],
)
async def test_lines_are_found_by_what_is_asked_for(
    logged: Gateway, query: str, expected: list[str]
) -> None:
    assert await events(logged, query) == expected


async def test_pages_of_lines_meet_without_gap_or_overlap(logged: Gateway) -> None:
    first = (await logged.get("/admin/logs?limit=2", headers=bearer("admin"))).json()
    cursor = first["next_cursor"]
    assert [item["event"] for item in first["items"]] == ["mail not sent", "rpc"]
    assert await events(logged, f"?limit=2&cursor={cursor}") == ["request"]


async def test_noise_pushes_out_no_warning_and_no_error(
    gateway: Gateway, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    redis = gateway.state.redis
    await redis.delete(STREAM, *KEPT.values())
    monkeypatch.setattr("service_kit.log_stream.KEPT_LINES", 200)
    stream = LogStream(redis_url)
    severe = [("error", "disk full"), ("warning", "slow"), ("error", "disk full again")]
    for level, event in severe:
        stream.offer(line(event, level=level), level)
    for number in range(3000):
        stream.offer(line(f"noise {number}"))
    assert await until(lambda: events(gateway, "?text=noise 2999"))
    assert await redis.xlen(STREAM) < 1000
    kept = ["disk full again", "slow", "disk full"]
    assert await events(gateway, "?level=warning") == kept
    assert await events(gateway, "?level=error") == [kept[0], kept[2]]

    # Page by page, without gap or overlap, from the noise into what is kept longer.
    seen, query = [], "?limit=200"
    while query:
        page = (await gateway.get(f"/admin/logs{query}", headers=bearer("admin"))).json()
        seen += [item["event"] for item in page["items"]]
        query = f"?limit=200&cursor={page['next_cursor']}" if page["next_cursor"] else ""
    assert seen[-3:] == kept
    assert len(seen) == len(set(seen)) == 3 + await redis.xlen(STREAM)


async def test_a_severe_line_is_shown_once_while_both_streams_have_it(
    gateway: Gateway, redis_url: str
) -> None:
    await gateway.state.redis.delete(STREAM, *KEPT.values())
    LogStream(redis_url).offer(line("disk full", level="error"), "error")
    assert await until(lambda: events(gateway, "?level=error")) == ["disk full"]
    assert await events(gateway, "") == ["disk full"]


async def test_only_administrators_read_logs(logged: Gateway) -> None:
    for role in ("clinician", "ml_engineer"):
        answer = await logged.get("/admin/logs", headers=bearer(role))
        assert answer.status_code == 403


async def test_a_cursor_that_is_not_ours_is_refused(logged: Gateway) -> None:
    answer = await logged.get("/admin/logs?cursor=%2B", headers=bearer("admin"))
    assert answer.status_code == 422


async def test_new_lines_are_followed(logged: Gateway) -> None:
    path, headers = "/admin/logs/stream?level=info", bearer("admin")
    async with followed(logged, path, headers) as stream:
        opened = await stream.next()
        assert opened is not None
        assert opened == {"event": "following", "id": opened["id"], "data": ""}
        for text in (line("not asked for", level="debug"), line("first"), line("second")):
            await logged.state.redis.xadd(STREAM, {FIELD: text})
        for expected in ("first", "second"):
            assert json.loads(await stream.next_with("data") or "")["event"] == expected
    # Who connects again goes on after what was seen.
    async with followed(logged, path, headers | {"Last-Event-ID": opened["id"]}) as stream:
        assert await stream.next_with("data") == ""
        assert json.loads(await stream.next_with("data") or "")["event"] == "first"


async def test_while_redis_is_away_the_reader_is_told(redis_url: str) -> None:
    async with running(redis_url) as gateway:
        await break_redis(gateway.state.redis)
        answer = await gateway.get("/admin/logs", headers=bearer("admin"))
    assert answer.status_code == 503
    assert answer.json()["reason"] == "LOGS_UNAVAILABLE"


async def test_a_services_lines_reach_the_stream(gateway: Gateway, redis_url: str) -> None:
    stream = LogStream(redis_url)
    stream.offer(line("from a service", request_id="r-9"))
    found = await until(lambda: events(gateway, "?request_id=r-9"))
    assert found == ["from a service"]


async def test_a_service_never_waits_for_its_logs() -> None:
    stream = LogStream("redis://127.0.0.1:1/0")
    # Many more than may wait: one offer that waited for Redis would never return.
    for number in range(4 * WAITING_LINES):
        stream.offer(orjson.dumps({"event": number}).decode())
