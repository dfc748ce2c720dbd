"""Streams of events end when they should, and stay open until then."""

import pytest
import structlog
from sse_starlette.sse import AppStatus

from gateway.http import event_stream
from gateway.tests.conftest import Gateway, bearer
from gateway.tests.event_streams import followed
from gateway.tests.waiting import until

PATH = "/admin/logs/stream"


@pytest.fixture(autouse=True)
def _endless(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_stream, "STREAM_SECONDS", 3600)


async def test_a_stream_is_not_kept_by_any_cache_or_proxy(gateway: Gateway) -> None:
    async with followed(gateway, PATH, bearer("admin")) as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        assert stream.headers["cache-control"] == "no-store"
        assert stream.headers["x-accel-buffering"] == "no"


async def test_a_quiet_stream_is_kept_open_by_pings(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_stream.EventStream, "DEFAULT_PING_INTERVAL", 0.1)
    async with followed(gateway, PATH, bearer("admin")) as stream:
        assert await stream.next_with("event") == "following"
        for _ in range(2):
            assert str(await stream.next_with("")).startswith("ping")


async def test_a_stream_ends_when_the_gateway_is_told_to_stop(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with followed(gateway, PATH, bearer("admin")) as stream:
        assert await stream.next_with("event") == "following"
        monkeypatch.setattr(AppStatus, "should_exit", True)
        assert await stream.next_with("data") is None


async def test_a_stream_ends_when_its_reader_has_gone(gateway: Gateway) -> None:
    with structlog.testing.capture_logs() as lines:
        async with followed(gateway, PATH, bearer("admin")) as stream:
            assert await stream.next_with("event") == "following"
            assert not lines

        async def over() -> bool:
            return [line["route"] for line in lines] == [PATH]

        await until(over)
