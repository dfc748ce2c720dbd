"""Who is not signed in calls only so often, whatever the path, and noise stays out of the log."""

from collections import Counter

import pytest
import structlog

from gateway.http.anonymous_calls import AnonymousCalls
from gateway.tests.conftest import Gateway, bearer, running

PATHS = (
    "/", "/web/page.css", "/docs/nowhere", "/nowhere", "/api/docs", "/api/nowhere", "/api/healthz",
    "/api/readyz", "/api/openapi.json", "/api/patients/", "/api/auth/jwks.json",
)  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
async def test_every_path_is_limited_by_address(redis_url: str, path: str) -> None:
    async with running(redis_url, rate_limits={"anonymous": "3/minute"}) as gateway:
        before = [await gateway.http.get(path) for _ in range(3)]
        refused = await gateway.http.get(path)
        other = await gateway.http.get("/api/healthz", headers=bearer())
    assert 429 not in [answer.status_code for answer in before]
    assert (refused.status_code, refused.json()["reason"]) == (429, "RATE_LIMITED")
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert refused.headers["x-content-type-options"] == "nosniff"
    assert other.status_code == 200


async def test_a_token_that_is_none_opens_no_further_calls(redis_url: str) -> None:
    forged = {"authorization": "Bearer x.y.z"}
    async with running(redis_url, rate_limits={"anonymous": "3/minute"}) as gateway:
        statuses = [(await gateway.get("/patients/", headers=forged)).status_code for _ in range(5)]
        assert statuses == [401, 401, 401, 429, 429]
        # Whoever shows a true one works on behind the same address.
        for _ in range(5):
            assert (await gateway.get("/patients/")).status_code == 200


async def test_a_flood_leaves_a_line_for_each_window_and_not_for_each_call(
    redis_url: str,
) -> None:
    async with running(redis_url, rate_limits={"anonymous": "10/minute"}) as gateway:
        with structlog.testing.capture_logs() as lines:
            for _ in range(200):
                await gateway.http.get("/api/nowhere")
    told = Counter(line["event"] for line in lines)
    assert told == {"request": 10, "rate limit reached": 1}


async def test_probes_that_succeed_leave_no_line(gateway: Gateway) -> None:
    with structlog.testing.capture_logs() as lines:
        await gateway.http.get("/api/healthz")
        await gateway.http.get("/api/metrics")
    # A debug line is written only where somebody has asked for those.
    assert {line["log_level"] for line in lines} <= {"debug"}


def test_a_new_window_forgets_and_says_how_many_were_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = 1000.0
    monkeypatch.setattr("gateway.http.anonymous_calls.time.monotonic", lambda: now)
    calls = AnonymousCalls("2/minute")
    for _ in range(2):
        calls.count("192.0.2.1")
    assert calls.has_none_left("192.0.2.1")
    assert not calls.has_none_left("192.0.2.2")
    assert calls.refuse("192.0.2.1") == 60
    now += 60
    with structlog.testing.capture_logs() as lines:
        assert not calls.has_none_left("192.0.2.1")
    assert [line["times"] for line in lines] == [1]
