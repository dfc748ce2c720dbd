"""Canary: a version answers for a share of the patients, and is withdrawn where it does badly."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dermis.auth.v1 import auth_pb2 as pb
from dermis.patient.v1 import patient_pb2
from gateway.inference.canary import GATEWAY, Outcome, is_chosen
from gateway.tests.candidates import (
    FEW,
    begin,
    beside,
    ended,
    newest,
    patients,
    two_versions,
    uploaded,
)
from gateway.tests.conftest import Gateway, bearer
from gateway.tests.pictures import photo
from gateway.tests.waiting import until
from serving.contract.replicas import Candidate


@pytest.fixture
async def gateway(redis_url: str, tmp_path: Path) -> AsyncIterator[Gateway]:
    async with two_versions(redis_url, tmp_path) as found:
        yield found


@given(patient=st.uuids().map(str), percents=st.tuples(*[st.integers(1, 99)] * 2).map(sorted))
def test_whoever_is_chosen_stays_chosen_when_the_percent_is_raised(
    patient: str, percents: list[int]
) -> None:
    few, many = (Candidate(release=n, version="1.1.0", kind="canary", percent=n) for n in percents)
    assert is_chosen(many, patient) or not is_chosen(few, patient)


def test_about_as_many_patients_are_chosen_as_the_percent_says() -> None:
    candidate = Candidate(release=2, version="1.1.0", kind="canary", percent=20)
    chosen = sum(is_chosen(candidate, f"patient {number}") for number in range(5000))
    assert 900 < chosen < 1100


async def test_a_canary_answers_for_its_patients_and_for_nobody_else(gateway: Gateway) -> None:
    await beside(gateway, "canary", percent=30)
    for is_for_canary, version in ((True, "1.1.0"), (False, "1.0.0")):
        for patient in patients(30, chosen=is_for_canary, count=3):
            for _ in range(2):
                assert (await uploaded(gateway, patient))["model"]["version"] == version


@pytest.mark.parametrize("mood", ["raising", "slow", "full", "garbled"])
async def test_where_the_canary_gives_no_answer_the_live_version_does(
    gateway: Gateway, mood: str
) -> None:
    await beside(gateway, "canary", percent=30)
    gateway.torchserve.mood_beside = mood
    (patient,) = patients(30, chosen=True, count=1)
    assert (await uploaded(gateway, patient))["model"]["version"] == "1.0.0"


async def test_a_patient_of_the_canary_is_finished_later_by_the_canary(gateway: Gateway) -> None:
    (patient,) = patients(30, chosen=True, count=1)
    await gateway.publish()
    headers, gateway.headers = gateway.headers, bearer()
    left = await gateway.upload(photo(), patient=patient)
    gateway.headers = headers
    assert left.status_code == 202
    await beside(gateway, "canary", percent=30)

    async def finished() -> list[patient_pb2.FinishDetectionRequest]:
        return gateway.patients.finished

    assert (await until(finished))[0].finding.model_version == "1.1.0"


async def test_a_canary_that_fails_too_often_is_withdrawn_and_the_log_says_why(
    gateway: Gateway,
) -> None:
    await begin(gateway, "canary", percent=30)
    await beside(gateway, "canary", percent=30)
    gateway.torchserve.mood_beside = "raising"
    for patient in patients(30, chosen=True, count=FEW - 1):
        await uploaded(gateway, patient)
    assert (await newest(gateway))["kind"] == "canary"
    for patient in patients(30, chosen=True, count=1):
        await uploaded(gateway, patient)
    entry = await ended(gateway)
    assert (entry["version"], entry["by"]) == ("1.1.0", GATEWAY)
    assert gateway.auth.last("RecordModelChange").change == pb.MODEL_CHANGE_WITHDRAWAL
    assert entry["why"].startswith(f"{FEW} of {FEW} requests failed")
    # Its replica tells of it for a moment longer: it is withdrawn once.
    written = gateway.auth.count("RecordModelChange")
    await gateway.state.canary_watch.judge()
    assert gateway.auth.count("RecordModelChange") == written


async def test_a_canary_that_is_slow_is_withdrawn(gateway: Gateway) -> None:
    await begin(gateway, "canary", percent=30)
    await beside(gateway, "canary", percent=30)
    watch = gateway.state.canary_watch
    for live, seconds in ((True, 0.03), (False, 0.06)):
        for _ in range(FEW):
            watch._note(live, Outcome(True, seconds))
    assert (await ended(gateway))["why"] == "it took 60 ms, the live version 30 ms"


async def test_a_version_that_is_tried_again_is_judged_by_its_new_requests(
    gateway: Gateway,
) -> None:
    await begin(gateway, "canary", percent=30)
    await beside(gateway, "canary", percent=30)
    gateway.torchserve.mood_beside = "raising"
    for patient in patients(30, chosen=True, count=FEW):
        await uploaded(gateway, patient)
    await ended(gateway)
    await gateway.publish()

    gateway.torchserve.mood_beside = "well"
    await begin(gateway, "canary", percent=30)
    await beside(gateway, "canary", percent=30, release=4)
    await gateway.state.canary_watch.judge()
    assert (await newest(gateway))["kind"] == "canary"
    shown = (await gateway.get("/admin/serving")).json()["canary"]
    assert (shown["canary"]["requests"], shown["live"]["requests"]) == (0, 0)


async def test_how_a_canary_does_is_shown_beside_the_live_version(gateway: Gateway) -> None:
    await beside(gateway, "canary", percent=30)
    for chosen in (True, False):
        for patient in patients(30, chosen=chosen, count=2):
            await uploaded(gateway, patient)
    shown = (await gateway.get("/admin/serving")).json()
    assert (shown["canary"]["version"], shown["canary"]["percent"]) == ("1.1.0", 30)
    assert shown["canary_rule"] == {
        "min_requests": FEW, "error_margin": 0.05, "latency_ratio": 1.5,
    }  # fmt: skip
    for figures in (shown["canary"]["canary"], shown["canary"]["live"]):
        assert (figures["requests"], figures["failed"]) == (2, 0)
        assert figures["median_ms"] > 0
    assert shown["replicas"][0]["candidate"] == {
        "version": "1.1.0", "kind": "canary", "percent": 30,
    }  # fmt: skip


async def test_bad_photos_do_not_count_against_a_canary(gateway: Gateway) -> None:
    await begin(gateway, "canary", percent=30)
    await beside(gateway, "canary", percent=30)
    gateway.torchserve.mood = gateway.torchserve.mood_beside = "refusing"
    for patient in patients(30, chosen=True, count=FEW):
        assert (await uploaded(gateway, patient))["status"] == "failed"
    await gateway.state.canary_watch.judge()
    assert (await newest(gateway))["kind"] == "canary"
