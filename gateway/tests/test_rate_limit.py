"""Limits slow down who tries too often, and hold while Redis is away."""

import asyncio
from typing import Any

import pytest

from gateway.rate_limit import LIMITS, RateLimits
from gateway.tests.conftest import Gateway, bearer, running
from service_kit.errors import DomainError
from service_kit.redis_client import open_redis

LOGIN = {"email": "ada@clinic.example", "password": "x"}


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


async def test_a_limited_answer_names_its_policy(gateway: Gateway) -> None:
    answer = await gateway.get("/patients/")
    assert answer.headers["ratelimit-policy"] == '"api";q=3000;w=60'


async def test_gateways_count_together(redis_url: str) -> None:
    one, two = (RateLimits(open_redis(redis_url), {"login": "2/minute"}) for _ in range(2))
    await one.count("login", "address 192.0.2.1")
    await two.count("login", "address 192.0.2.1")
    with pytest.raises(DomainError, match="RATE_LIMITED"):
        await one.count("login", "address 192.0.2.1")
    await one.count("login", "address 192.0.2.2")


async def test_while_redis_is_away_a_gateway_counts_for_itself() -> None:
    limits = RateLimits(open_redis("redis://127.0.0.1:1/0"), {"login": "2/minute"})
    await limits.count("login", "address 192.0.2.1")
    await limits.count("login", "address 192.0.2.1")
    with pytest.raises(DomainError, match="RATE_LIMITED"):
        await limits.count("login", "address 192.0.2.1")


async def test_two_hundred_calls_at_once_are_all_counted_in_redis(redis_url: str) -> None:
    redis = open_redis(redis_url)
    limits = RateLimits(redis, {"login": "150/minute"})
    calls = [limits.count("login", "address 192.0.2.7") for _ in range(200)]
    refused = [e for e in await asyncio.gather(*calls, return_exceptions=True) if e]
    assert len(refused) == 50


async def test_no_address_stands_in_redis(gateway: Gateway) -> None:
    await gateway.post("/auth/login", LOGIN)
    keys: list[Any] = await gateway.state.redis.keys("*")
    assert keys
    assert not [key for key in keys if "198.51" in key or "ada" in key]


def test_every_class_has_a_limit_that_can_be_read() -> None:
    assert RateLimits(open_redis("redis://x"), {}).policy("forgot") == '"forgot";q=20;w=86400'
    assert all(LIMITS.values())
