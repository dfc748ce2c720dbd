"""What is remembered of sessions, and when it is forgotten."""

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import pytest
from redis.asyncio import Redis

from local_stack.components.redis import Redis as RedisServer
from service_kit.background import in_background
from service_kit.redis_client import open_redis
from service_kit.remembered_revocations import ENDED_CHANNEL, RememberedRevocations


class Source:
    """Knows who has ended, and counts how often it was asked."""

    def __init__(self) -> None:
        self.ended: set[UUID] = set()
        self.asked = 0

    async def is_revoked(self, session_id: UUID) -> bool:
        self.asked += 1
        return session_id in self.ended


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    client = open_redis(redis_url)
    yield client
    await client.aclose()


async def until_remembered(remembered: RememberedRevocations, source: Source, one: UUID) -> None:
    """Until a second question in a row is not passed on."""
    async with asyncio.timeout(30):
        while True:
            await remembered.is_revoked(one)
            asked = source.asked
            await remembered.is_revoked(one)
            if source.asked == asked:
                return
            await asyncio.sleep(0.01)


async def test_a_session_that_ends_is_forgotten_when_that_is_told(redis: Redis) -> None:
    source, one, other = Source(), uuid4(), uuid4()
    remembered = RememberedRevocations(source, redis)
    async with in_background(remembered.listen()):
        await until_remembered(remembered, source, one)
        source.ended.add(one)
        await redis.publish(ENDED_CHANNEL, str(other))
        await redis.publish(ENDED_CHANNEL, str(one))
        async with asyncio.timeout(30):
            while not await remembered.is_revoked(one):
                await asyncio.sleep(0.001)
        assert await remembered.is_revoked(one)


async def test_a_session_whose_end_nobody_tells_is_asked_for_again(redis: Redis) -> None:
    source, one = Source(), uuid4()
    remembered = RememberedRevocations(source, redis)
    async with in_background(remembered.listen()):
        await until_remembered(remembered, source, one)
        source.ended.add(one)
        async with asyncio.timeout(30):
            while not await remembered.is_revoked(one):
                await asyncio.sleep(0.01)


async def test_an_answer_is_not_remembered_when_something_was_told_meanwhile(redis: Redis) -> None:
    one = uuid4()

    class Slow(Source):
        """Answers what was true before the session ended."""

        async def is_revoked(self, session_id: UUID) -> bool:
            before = await super().is_revoked(session_id)
            if self.asked == until_here + 1:
                self.ended.add(one)
                await redis.publish(ENDED_CHANNEL, str(one))
                await asyncio.sleep(0.2)
            return before

    until_here = -1
    source = Slow()
    remembered = RememberedRevocations(source, redis)
    async with in_background(remembered.listen()):
        await until_remembered(remembered, source, uuid4())
        until_here = source.asked
        assert not await remembered.is_revoked(one)
        assert await remembered.is_revoked(one)


async def test_without_redis_nothing_is_remembered() -> None:
    source, one = Source(), uuid4()
    remembered = RememberedRevocations(source, open_redis("redis://127.0.0.1:1/0"))
    async with in_background(remembered.listen()):
        for _ in range(3):
            assert not await remembered.is_revoked(one)
        source.ended.add(one)
        assert await remembered.is_revoked(one)
    assert source.asked == 4


async def test_once_redis_is_gone_nothing_is_remembered(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    server = RedisServer(tmp_path_factory.mktemp("redis"))
    await server.start()
    client, source, one = open_redis(server.url), Source(), uuid4()
    remembered = RememberedRevocations(source, client)
    async with in_background(remembered.listen()):
        await until_remembered(remembered, source, one)
        await server.stop()
        async with asyncio.timeout(30):
            while remembered._listens:
                await asyncio.sleep(0.01)
        source.ended.add(one)
        assert await remembered.is_revoked(one)
    await client.aclose()
