"""Loops end when their service does, also where a library loses the request to end."""

import asyncio
import random
from typing import cast

import pytest
import structlog

from service_kit.background import end, in_background
from service_kit.redis_client import open_redis


async def test_a_loop_ends_with_the_block() -> None:
    turning: asyncio.Future[asyncio.Task[None]] = asyncio.get_running_loop().create_future()

    async def loop() -> None:
        turning.set_result(cast(asyncio.Task[None], asyncio.current_task()))
        while True:
            await asyncio.sleep(0)

    async with in_background(loop()):
        task = await turning
        assert not task.done()
    assert task.cancelled()


async def test_a_loop_that_breaks_is_told_at_once_and_not_only_at_the_end() -> None:
    async def loop() -> None:
        raise RuntimeError("out of breath")

    async def look_on() -> None:
        async with in_background(loop()), asyncio.timeout(60):
            while not lines:
                await asyncio.sleep(0.01)

    with structlog.testing.capture_logs() as lines, pytest.raises(RuntimeError):
        await look_on()
    assert [(line["event"], line["log_level"]) for line in lines] == [
        ("a background loop failed", "error")
    ]


async def test_a_loop_that_loses_the_first_cancellation_ends_all_the_same() -> None:
    asked = asyncio.Event()

    async def loop() -> None:
        try:
            await asyncio.sleep(3600)
        except asyncio.CancelledError:
            asked.set()
        await asyncio.sleep(3600)

    task = asyncio.create_task(loop())
    await asyncio.sleep(0)
    await end(task)
    assert asked.is_set()
    assert task.cancelled()


async def test_loops_that_ask_redis_end_wherever_they_are(redis_url: str) -> None:
    redis = open_redis(redis_url)

    async def loop() -> None:
        while True:
            await redis.exists("anything")
            await asyncio.sleep(0.001)

    for _ in range(20):
        async with in_background(loop(), loop()):
            await asyncio.sleep(random.random() * 0.01)
    await redis.aclose()


async def test_what_a_loop_failed_with_is_told() -> None:
    async def loop() -> None:
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        async with in_background(loop()):
            await asyncio.sleep(0)
