"""Limits slow down who tries too often, and hold while Redis is away."""

import asyncio
from typing import Any

import pytest
import structlog

from dermis.auth.v1 import auth_pb2
from gateway.http.rate_limit import RateLimits
from gateway.settings import RATE_LIMITS, Settings
from gateway.tests.conftest import Gateway, bearer, running
from gateway.tests.fake_auth import tokens
from gateway.tests.processes import break_redis
from service_kit import redis_client
from service_kit.errors import DomainError
from service_kit.reasons import Reason
from service_kit.redis_client import open_redis

LOGIN = {"email": "ruth@clinic.example", "password": "x"}


async def test_too_many_logins_from_one_address_are_refused_with_the_seconds_to_wait(
    redis_url: str,
) -> None:
    async with running(redis_url, rate_limits={"login": "3/minute"}) as gateway:
        statuses = [(await gateway.post("/auth/login", LOGIN)).status_code for _ in range(4)]
        refused = await gateway.post("/auth/login", LOGIN)
    assert 429 not in statuses[:3]
    assert statuses[3] == refused.status_code == 429
    assert refused.json()["reason"] == "RATE_LIMITED"
    seconds = refused.headers["retry-after"]
    assert 1 <= int(seconds) <= 60
    assert refused.headers["ratelimit-policy"] == '"login";q=3;w=60'
    assert refused.headers["ratelimit"] == f'"login";r=0;t={seconds}'


async def test_who_is_signed_in_counts_as_themselves_and_not_as_their_clinics_address(
    redis_url: str,
) -> None:
    async with running(redis_url, rate_limits={"api": "2/minute"}) as gateway:
        mine = bearer()
        for _ in range(3):
            last = await gateway.get("/patients/", headers=mine)
        assert last.status_code == 429
        assert (await gateway.get("/patients/", headers=bearer())).status_code == 200


async def test_a_limited_answer_says_how_many_calls_are_left(gateway: Gateway) -> None:
    mine = bearer()
    for left in (2999, 2998):
        answer = await gateway.get("/patients/", headers=mine)
        assert answer.headers["ratelimit-policy"] == '"api";q=3000;w=60'
        assert answer.headers["ratelimit"].startswith(f'"api";r={left};t=')


async def test_a_refused_sign_in_says_how_many_tries_are_left(gateway: Gateway) -> None:
    gateway.auth.answers["Login"] = DomainError(
        Reason.CREDENTIALS_INVALID, "E-mail address or password is wrong."
    )
    answer = await gateway.post("/auth/login", LOGIN)
    assert answer.status_code == 401
    assert answer.headers["ratelimit-policy"] == '"login";q=300;w=300'
    assert answer.headers["ratelimit"].startswith('"login";r=299;t=')


async def test_while_redis_is_away_the_answer_says_what_the_gateway_counted(
    redis_url: str,
) -> None:
    async with running(redis_url) as gateway:
        await break_redis(gateway.state.redis)
        answer = await gateway.post("/auth/login", LOGIN)
    assert answer.headers["ratelimit"].startswith('"login";r=299;t=')


async def test_a_device_at_which_somebody_has_signed_in_does_not_wait_for_strangers_at_its_address(
    redis_url: str,
) -> None:
    async with running(redis_url, rate_limits={"login": "3/minute"}) as gateway:
        gateway.auth.answers["Login"] = auth_pb2.LoginResponse(authenticated=tokens("opaque"))
        signed_in = await gateway.post("/auth/login", LOGIN, headers={})
        name = "__Secure-dermis_device"
        known = {"cookie": f"{name}={signed_in.cookies[name]}"}
        gateway.http.cookies.clear()
        for _ in range(4):
            stranger = await gateway.post("/auth/login", LOGIN, headers={})
            gateway.http.cookies.clear()
        assert stranger.status_code == 429
        assert (await gateway.post("/auth/login", LOGIN, headers=known)).status_code == 200
        for made_up in (f"{name}=x", f"{name}=x.y", f"{known['cookie']}z"):
            gateway.http.cookies.clear()
            answer = await gateway.post("/auth/login", LOGIN, headers={"cookie": made_up})
            assert answer.status_code == 429
        gateway.http.cookies.clear()
        statuses = [
            (await gateway.post("/auth/login", LOGIN, headers=known)).status_code for _ in range(3)
        ]
        assert statuses[-1] == 429


async def test_a_limit_that_is_hammered_leaves_one_line_in_the_log(redis_url: str) -> None:
    async with running(redis_url, rate_limits={"login": "1/minute"}) as gateway:
        with structlog.testing.capture_logs() as lines:
            for _ in range(20):
                await gateway.post("/auth/login", LOGIN)
    assert [line["limit"] for line in lines if line["event"] == "rate limit reached"] == ["login"]


async def test_gateways_count_together(redis_url: str) -> None:
    one, two = (RateLimits(open_redis(redis_url), {"login": "2/minute"}) for _ in range(2))
    await one.count("login", "address 192.0.2.1")
    await two.count("login", "address 192.0.2.1")
    assert not (await one.count("login", "address 192.0.2.1")).counted
    assert (await one.count("login", "address 192.0.2.2")).counted


async def test_a_large_limit_holds_to_the_call_for_one_gateway(redis_url: str) -> None:
    limits = RateLimits(open_redis(redis_url), {"api": "250/minute"})
    tallies = [await limits.count("api", "address 192.0.2.9") for _ in range(255)]
    assert [tally.counted for tally in tallies] == [True] * 250 + [False] * 5
    assert [tally.left for tally in tallies[:250]] == list(range(249, -1, -1))


async def test_gateways_share_a_large_limit_but_for_a_hundredth_each(redis_url: str) -> None:
    one, two = (RateLimits(open_redis(redis_url), {"api": "300/minute"}) for _ in range(2))
    allowed = 0
    for _ in range(200):
        for limits in (one, two):
            allowed += (await limits.count("api", "address 192.0.2.8")).counted
    assert 300 - 2 * 3 <= allowed <= 300


async def test_while_redis_is_away_a_gateway_counts_for_itself() -> None:
    limits = RateLimits(open_redis("redis://127.0.0.1:1/0"), {"login": "2/minute"})
    await limits.count("login", "address 192.0.2.1")
    await limits.count("login", "address 192.0.2.1")
    assert not (await limits.count("login", "address 192.0.2.1")).counted


async def test_two_hundred_calls_at_once_are_all_counted_in_redis(
    redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A busy machine may need more than half a second for all of them, which counts as Redis away.
    monkeypatch.setattr(redis_client, "TIMEOUT_SECONDS", 60)
    redis = open_redis(redis_url)
    limits = RateLimits(redis, {"login": "150/minute"})
    calls = [limits.count("login", "address 192.0.2.7") for _ in range(200)]
    assert sum(not tally.counted for tally in await asyncio.gather(*calls)) == 50


async def test_no_address_stands_in_redis(gateway: Gateway) -> None:
    await gateway.post("/auth/login", LOGIN)
    keys: list[Any] = await gateway.state.redis.keys("*")
    assert keys
    assert not [key for key in keys if "198.51" in key or "ruth" in key]


def test_a_limit_is_changed_by_its_setting_and_the_others_stay() -> None:
    table = configured(login="20/minute").rate_limits
    assert table == RATE_LIMITS | {"login": "20/minute"}
    limits = RateLimits(open_redis("redis://x"), table)
    assert limits.policy("forgot") == '"forgot";q=200;w=3600'
    assert limits.policy("login") == '"login";q=20;w=60'


@pytest.mark.parametrize("wrong", [{"logins": "20/minute"}, {"login": "0/minute"}, {"login": "-"}])
def test_a_limit_that_is_none_is_refused_at_start(wrong: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="limit"):
        configured(**wrong)


def configured(**limits: str) -> Settings:
    return Settings(redis_url="redis://x", service_secret="s", rate_limits=limits)
