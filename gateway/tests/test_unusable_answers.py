"""Answers that can't be stored count against their version, and show wherever one looks."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from gateway.tests.candidates import (
    FEW,
    begin,
    beside,
    ended,
    patients,
    two_versions,
    uploaded,
)
from gateway.tests.conftest import Gateway, bearer
from gateway.tests.pictures import photo
from gateway.tests.waiting import until


@pytest.fixture
async def gateway(redis_url: str, tmp_path: Path) -> AsyncIterator[Gateway]:
    async with two_versions(redis_url, tmp_path) as found:
        yield found


async def answers(gateway: Gateway) -> str:
    answer = await gateway.get("/readyz", headers={})
    assert answer.status_code == 200
    return str(answer.json()["dependencies"]["answers"])


async def reported(gateway: Gateway) -> Any:
    return await gateway.state.redis.get("dermis:unusable:lesion:1.0.0")


async def test_a_live_version_whose_answers_are_refused_is_named_until_one_is_stored(
    gateway: Gateway,
) -> None:
    gateway.patients.refused_versions = {"1.0.0"}
    gateway.headers = bearer()
    left = await gateway.upload(photo())
    assert left.status_code == 202
    said = await answers(gateway)
    assert said.startswith("degraded: answers of version 1.0.0 can't be used")
    assert "isn't a valid finding" in said
    assert await reported(gateway)
    text = (await gateway.get("/metrics", headers={})).text
    assert 'dermis_unusable_answers_total{version="1.0.0"}' in text

    gateway.patients.refused_versions = set()
    assert (await gateway.upload(photo(width=330))).status_code == 201
    assert await answers(gateway) == "ok"
    assert await reported(gateway) is None


async def test_what_was_left_is_tried_again_and_not_lost(gateway: Gateway) -> None:
    gateway.patients.refused_versions = {"1.0.0"}
    gateway.headers = bearer()
    detection = (await gateway.upload(photo())).json()["id"]

    async def put_off() -> Any:
        return [one for one in gateway.patients.finished if one.retry_after_seconds]

    assert await until(put_off)
    gateway.patients.refused_versions = set()

    async def complete() -> bool:
        answer = await gateway.get(f"/detections/{detection}")
        return bool(answer.json()["status"] == "complete")

    assert await until(complete)


@pytest.mark.parametrize("mood", ["garbled", "raising"])
async def test_a_live_version_that_answers_no_findings_is_named(
    gateway: Gateway, mood: str
) -> None:
    gateway.torchserve.mood = mood
    gateway.headers = bearer()
    assert (await gateway.upload(photo())).status_code == 202
    assert "answers of version 1.0.0" in await answers(gateway)


async def test_a_canary_whose_answers_are_refused_is_withdrawn_and_its_patients_are_answered(
    gateway: Gateway,
) -> None:
    await begin(gateway, "canary", percent=30)
    await beside(gateway, "canary", percent=30)
    gateway.patients.refused_versions = {"1.1.0"}
    for patient in patients(30, chosen=True, count=FEW):
        found = await uploaded(gateway, patient)
        assert (found["status"], found["model"]["version"]) == ("complete", "1.0.0")
    assert (await ended(gateway))["why"].startswith(f"{FEW} of {FEW} requests failed")


async def test_a_version_that_no_longer_answers_is_forgotten(gateway: Gateway) -> None:
    gateway.torchserve.mood = "garbled"
    gateway.headers = bearer()
    await gateway.upload(photo())
    assert await answers(gateway) != "ok"
    gateway.torchserve.version = "0.9.0"
    await gateway.publish(gateway.torchserve.replica("one"))

    async def is_forgotten() -> bool:
        return await answers(gateway) == "ok"

    # The gateway reads the replicas' list every second.
    await until(is_forgotten)
