"""Canary and shadow: a version beside the live one meets the clinic's own photos."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dermis.auth.v1 import auth_pb2 as pb
from dermis.patient.v1 import patient_pb2
from gateway.inference.canary import GATEWAY, Outcome, is_chosen
from gateway.inference.shadow_comparison import Comparison, agreement
from gateway.tests.conftest import Gateway, bearer, running
from gateway.tests.model_archives import ENGINEER, archive, bring, release
from gateway.tests.pictures import photo
from gateway.tests.waiting import until
from service_kit.codes import Code
from service_kit.errors import DomainError
from serving.contract.replicas import Candidate

FEW = 6


@pytest.fixture
async def gateway(redis_url: str, tmp_path: Path) -> AsyncIterator[Gateway]:
    """1.0.0 is live and 1.1.0 on the shelf; a canary is judged by few requests."""
    store = (tmp_path / "store").as_uri()
    async with running(redis_url, model_store=store, canary_min_requests=FEW) as found:
        found.headers = ENGINEER
        for version in ("1.0.0", "1.1.0"):
            await bring(found, archive(tmp_path, version))
        assert (await release(found, "1.0.0")).status_code == 202
        yield found


async def beside(gateway: Gateway, kind: str, percent: int = 0, release: int = 2) -> None:
    """What a follower publishes once 1.1.0 is ready."""
    gateway.torchserve.beside = "1.1.0"
    candidate = Candidate(release=release, version="1.1.0", kind=kind, percent=percent)
    await gateway.publish(gateway.torchserve.replica("one", candidate=candidate))


async def uploaded(gateway: Gateway, patient: str) -> Any:
    headers, gateway.headers = gateway.headers, bearer()
    answer = await gateway.upload(photo(), patient=patient)
    gateway.headers = headers
    assert answer.status_code == 201
    return answer.json()


async def begin(
    gateway: Gateway, kind: str, version: str = "1.1.0", **query: int
) -> httpx.Response:
    return await gateway.post(f"/admin/models/{version}/{kind}", {"why": "to see"}, params=query)


def patients(percent: int, *, chosen: bool, count: int) -> list[str]:
    candidate = Candidate(release=2, version="1.1.0", kind="canary", percent=percent)
    found = (str(uuid4()) for _ in range(100_000))
    return [next(p for p in found if is_chosen(candidate, p) is chosen) for _ in range(count)]


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


async def test_a_shadow_is_compared_and_seen_by_nobody(gateway: Gateway) -> None:
    await beside(gateway, "shadow")
    gateway.torchserve.probability_beside = 0.1
    shown = await uploaded(gateway, str(uuid4()))
    assert (shown["model"]["version"], shown["probability_malignant"]) == ("1.0.0", 0.75)
    report = await compared(gateway, photos=1)
    assert (report["same_label"], report["newly_benign"], report["newly_malignant"]) == (0, 1, 0)
    assert report["mean_difference"] == pytest.approx(0.65)
    gateway.torchserve.mood_beside = "raising"
    await uploaded(gateway, str(uuid4()))
    assert (await compared(gateway, photos=2))["failed"] == 1


async def test_a_shadow_that_can_not_keep_up_leaves_photos_out(gateway: Gateway) -> None:
    await beside(gateway, "shadow")
    gateway.torchserve.mood_beside = "slow"
    for _ in range(5):
        await uploaded(gateway, str(uuid4()))
    asked = [asked.version for asked in gateway.torchserve.asked]
    assert asked.count("1.0.0") == 5
    assert asked.count("1.1.0") <= 2


def test_an_agreement_of_nothing_claims_nothing() -> None:
    nothing = agreement([])
    assert (nothing.photos, nothing.share, nothing.mean_difference) == (0, None, None)


def test_the_share_of_the_same_labels_lies_in_its_interval_whatever_is_rounded() -> None:
    for count in range(1, 200):
        for label in ("benign", "malignant"):
            same = Comparison(
                live_version="1.0.0", live_label="benign", live_probability=0.5,
                label=label, probability=0.5,
            )  # fmt: skip
            found = agreement([same] * count)
            assert found.low is not None
            assert found.share is not None
            assert found.high is not None
            assert 0 <= found.low <= found.share <= found.high <= 1


@given(st.lists(st.tuples(st.sampled_from(["benign", "malignant"]), st.sampled_from(
    ["benign", "malignant", None]))))  # fmt: skip
def test_every_photo_is_counted_once(pairs: list[tuple[Any, Any]]) -> None:
    found = agreement([
        Comparison(
            live_version="1.0.0", live_label=live, live_probability=0.5, label=other,
            probability=None if other is None else 0.25,
        )
        for live, other in pairs
    ])  # fmt: skip
    counted = found.failed + found.same_label + found.newly_benign + found.newly_malignant
    assert counted == found.photos == len(pairs)
    if found.share is not None and found.low is not None and found.high is not None:
        assert 0 <= found.low <= found.share <= found.high <= 1


async def test_a_canary_is_begun_raised_withdrawn_and_never_mistaken_for_a_release(
    gateway: Gateway,
) -> None:
    begun = await begin(gateway, "canary", percent=5)
    assert (begun.status_code, begun.json()["kind"], begun.json()["percent"]) == (202, "canary", 5)
    await begin(gateway, "canary", percent=50)
    models = (await gateway.get("/admin/models")).json()
    assert (models["candidate"]["version"], models["candidate"]["percent"]) == ("1.1.0", 50)
    assert [v["version"] for v in models["versions"] if v["desired"]] == ["1.0.0"]
    back = await gateway.post("/admin/models/rollback", {})
    assert back.json()["reason"] == "NOTHING_BEFORE"
    gone = await gateway.post("/admin/models/withdraw", {"why": "enough"})
    assert (gone.json()["kind"], gone.json()["version"]) == ("withdrawal", "1.1.0")
    assert (await gateway.get("/admin/models")).json()["candidate"] is None
    again = await gateway.post("/admin/models/withdraw", {})
    assert (again.status_code, again.json()["reason"]) == (409, "NO_CANDIDATE")


async def test_a_release_or_a_rollback_ends_a_candidate(gateway: Gateway) -> None:
    await begin(gateway, "shadow")
    await release(gateway, "1.1.0")
    assert (await gateway.get("/admin/models")).json()["candidate"] is None
    await begin(gateway, "canary", version="1.0.0", percent=5)
    assert (await gateway.post("/admin/models/rollback", {})).json()["version"] == "1.0.0"
    assert (await gateway.get("/admin/models")).json()["candidate"] is None


async def test_what_can_stand_beside_nothing_is_refused_with_its_reason(gateway: Gateway) -> None:
    for version, query, status, reason in (
        ("1.0.0", {"percent": 5}, 409, "ALREADY_LIVE"),
        ("9.9.9", {"percent": 5}, 404, "VERSION_NOT_FOUND"),
        ("1.1.0", {"percent": 0}, 422, "INVALID_REQUEST"),
        ("1.1.0", {"percent": 100}, 422, "INVALID_REQUEST"),
    ):
        answer = await begin(gateway, "canary", version=version, **query)
        assert (answer.status_code, answer.json()["reason"]) == (status, reason)
    assert (await gateway.get("/admin/models/9.9.9/agreement")).status_code == 404


async def test_while_a_candidate_is_under_way_there_is_no_room_for_a_third_version(
    gateway: Gateway,
) -> None:
    assert (await gateway.post("/admin/models/cache/regenerate")).status_code == 202
    await begin(gateway, "shadow")
    for path in ("/admin/models/1.0.0/trial", "/admin/models/cache/regenerate"):
        answer = await gateway.post(path)
        assert (answer.status_code, answer.json()["reason"]) == (409, "CANDIDATE_UNDER_WAY")
    assert (await gateway.post("/admin/models/1.1.0/trial")).status_code == 202


async def test_what_the_audit_can_not_take_is_not_done(gateway: Gateway) -> None:
    def away(_: pb.RecordModelChangeRequest) -> pb.RecordModelChangeResponse:
        raise DomainError.relayed(Code.UNAVAILABLE, "DATABASE_AWAY", "Try again.")

    before = await newest(gateway)
    gateway.auth.own["RecordModelChange"] = away
    for path in ("1.1.0/release", "1.1.0/canary", "1.1.0/shadow", "cache/regenerate"):
        answer = await gateway.post(f"/admin/models/{path}", {})
        assert (answer.status_code, answer.json()["reason"]) == (503, "DATABASE_AWAY")
    assert await newest(gateway) == before


async def test_every_change_of_the_model_is_written_down_first(gateway: Gateway) -> None:
    await begin(gateway, "canary", percent=5)
    asked = gateway.auth.last("RecordModelChange")
    assert (asked.change, asked.version, asked.percent) == (pb.MODEL_CHANGE_CANARY, "1.1.0", 5)
    for path, change in (
        ("withdraw", pb.MODEL_CHANGE_WITHDRAWAL),
        ("1.1.0/shadow", pb.MODEL_CHANGE_SHADOW),
        ("1.1.0/release", pb.MODEL_CHANGE_RELEASE),
        ("rollback", pb.MODEL_CHANGE_ROLLBACK),
        ("cache/regenerate", pb.MODEL_CHANGE_REGENERATION),
    ):
        assert (await gateway.post(f"/admin/models/{path}", {})).status_code == 202
        assert gateway.auth.last("RecordModelChange").change == change


async def newest(gateway: Gateway) -> Any:
    return (await gateway.get("/admin/models")).json()["releases"][0]


async def ended(gateway: Gateway) -> Any:
    """The withdrawal, which the gateway's own loop makes."""

    async def withdrawn() -> Any:
        entry = await newest(gateway)
        return entry if entry["kind"] == "withdrawal" else None

    return await until(withdrawn)


async def compared(gateway: Gateway, *, photos: int) -> Any:
    """The report, once it holds so many photos: nobody waits for a shadow."""

    async def whole() -> Any:
        report = (await gateway.get("/admin/models/1.1.0/agreement")).json()
        return report if report["photos"] == photos else None

    return await until(whole)
