"""Which TorchServe is asked."""

import asyncio
from collections import Counter

from gateway.inference.replicas import Replicas
from gateway.tests.conftest import Gateway
from gateway.tests.fake_torchserve import FakeTorchServe
from gateway.tests.pictures import photo
from gateway.tests.processes import break_redis
from service_kit.redis_client import open_redis
from serving.contract.replicas import REPLICA_INDEX, replica_key

FAKE = FakeTorchServe(url="http://127.0.0.1:1")


async def published(redis_url: str, *names: str, **fields: str) -> Replicas:
    redis = open_redis(redis_url)
    await redis.delete(REPLICA_INDEX)
    for name in names:
        await redis.sadd(REPLICA_INDEX, name)
        text = FAKE.replica(name, **fields).model_dump_json()
        await redis.set(replica_key(name), text, ex=60)
    replicas = Replicas(redis, "lesion")
    await replicas.refresh()
    return replicas


async def test_the_less_loaded_of_two_is_picked(redis_url: str) -> None:
    replicas = await published(redis_url, "busy", "idle")
    busy = next(replica for replica in replicas.known if replica.id == "busy")
    with replicas.asking(busy):
        assert {replicas.pick().id for _ in range(50)} == {"idle"}  # type: ignore[union-attr]  # None would fail the test as well


async def test_equally_loaded_replicas_share_the_work(redis_url: str) -> None:
    replicas = await published(redis_url, "a", "b", "c")
    picked = Counter(replicas.pick().id for _ in range(600))  # type: ignore[union-attr]  # None would fail the test as well
    assert min(picked.values()) > 100


async def test_a_failing_replica_is_left_out_for_a_while(redis_url: str) -> None:
    replicas = await published(redis_url, "well", "ill")
    ill = next(replica for replica in replicas.known if replica.id == "ill")
    replicas.rest(ill)
    assert {replicas.pick().id for _ in range(50)} == {"well"}  # type: ignore[union-attr]  # None would fail the test as well


async def test_a_replica_that_serves_nothing_yet_is_not_picked(redis_url: str) -> None:
    assert (await published(redis_url, "starting", live_version="")).pick() is None


async def test_a_replica_of_another_model_is_not_picked(redis_url: str) -> None:
    assert (await published(redis_url, "other", model="nails")).pick() is None


async def test_an_entry_that_can_not_be_read_is_left_out(redis_url: str) -> None:
    replicas = await published(redis_url, "well", "garbled")
    async with open_redis(redis_url) as redis:
        await redis.set(replica_key("garbled"), "{}")
    await replicas.refresh()
    assert [replica.id for replica in replicas.known] == ["well"]


async def test_while_redis_is_away_the_last_list_stays(redis_url: str) -> None:
    replicas = await published(redis_url, "one")
    await break_redis(replicas._redis)
    await replicas.refresh()
    assert [replica.id for replica in replicas.known] == ["one"]


async def test_when_one_replica_is_dead_the_other_answers_the_same_upload(
    gateway: Gateway,
) -> None:
    dead = gateway.torchserve.replica("dead", address="http://127.0.0.1:1")
    await gateway.publish(dead, gateway.torchserve.replica("alive"))
    for _ in range(10):
        assert (await gateway.upload(photo())).status_code == 201


async def test_a_token_that_torchserve_has_renewed_is_found_in_the_next_list(
    gateway: Gateway,
) -> None:
    gateway.torchserve.token = "renewed"
    assert (await gateway.upload(photo())).status_code == 202
    await gateway.publish(gateway.torchserve.replica("one"))
    gateway.state.replicas._resting_until.clear()
    assert (await gateway.upload(photo())).status_code == 201


async def test_a_switch_of_versions_loses_no_request(gateway: Gateway) -> None:
    gateway.torchserve.version = "2.0.0"

    async def switch() -> None:
        # What the follower publishes a moment after it has switched.
        await gateway.publish(gateway.torchserve.replica("one"))

    answer, _ = await asyncio.gather(gateway.upload(photo()), switch())
    assert answer.status_code in (201, 202)
    answer = await gateway.upload(photo())
    assert answer.json()["model"]["version"] == "2.0.0"
