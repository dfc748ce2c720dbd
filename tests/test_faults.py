"""Parts that die or are away: the clinic goes on as far as it can, and nothing is lost."""

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator, Iterator

import httpx
import psutil
import pytest

from local_stack.api_client import Clinician
from local_stack.stack import Stack
from tests.conftest import until_model_is_live
from tests.photos import unique
from tests.problems import assert_problem

RECOVERY_SECONDS = 120


@pytest.fixture(autouse=True)
async def whole(stack: Stack) -> AsyncIterator[None]:
    """Every test starts and ends with a system that answers."""
    await until_model_is_live(stack)
    yield
    await until_model_is_live(stack)


async def test_torchserve_killed_during_a_request_leaves_it_pending_and_it_is_finished_later(
    stack: Stack, clinician: Clinician, patient: str
) -> None:
    frontend = psutil.Process(stack.torchserve.process.pid)
    with _frozen(frontend):
        upload = asyncio.create_task(clinician.upload(patient, unique()))
        await _until_stored(clinician, patient)
        stack.torchserve.process.kill()
        answer = await upload
    assert answer.status_code == 202, answer.text
    detection = answer.json()
    assert detection["status"] == "pending"
    assert answer.headers["location"] == f"/api/detections/{detection['id']}"
    settled = await clinician.settled(detection)
    assert settled["status"] == "complete"
    assert settled["heatmap"]["grid"]
    assert len((await clinician.call("GET", f"/patients/{patient}/detections"))["items"]) == 1


async def test_a_worker_killed_during_requests_loses_none(
    stack: Stack, clinician: Clinician, patient: str
) -> None:
    workers = psutil.Process(stack.torchserve.process.pid).children(recursive=True)
    uploads = [asyncio.create_task(clinician.upload(patient, unique())) for _ in range(12)]
    await asyncio.sleep(0.1)
    for worker in workers:
        worker.kill()
    answers = await asyncio.gather(*uploads)
    assert {answer.status_code for answer in answers} <= {201, 202}
    for answer in answers:
        assert (await clinician.settled(answer.json()))["status"] == "complete"
    history = await clinician.call("GET", f"/patients/{patient}/detections")
    assert len(history["items"]) == 12


async def test_without_patient_service_uploads_are_told_when_to_try_again(
    stack: Stack, clinician: Clinician, patient: str
) -> None:
    photo = unique()
    async with stack.supervisor.held_down("patient_service"):
        answer = await clinician.upload(patient, photo, key=f"{patient}-again")
        assert answer.status_code == 503
        assert int(answer.headers["retry-after"]) >= 1
        assert_problem(answer, 503, answer.json()["reason"])
        ready = await clinician.http.get("/readyz")
        assert ready.status_code == 503
        assert ready.json()["dependencies"]["auth_service"] == "ok"
    answer = await _accepted(clinician, patient, photo, key=f"{patient}-again")
    assert answer.status_code == 201
    assert len((await clinician.call("GET", f"/patients/{patient}/images"))["items"]) == 1


async def test_without_auth_service_those_signed_in_go_on_working(
    stack: Stack, clinician: Clinician, patient: str
) -> None:
    assert (await clinician.upload(patient, unique())).status_code == 201
    async with stack.supervisor.held_down("auth_service"):
        answer = await clinician.upload(patient, unique())
        assert answer.status_code == 201, answer.text
        login = {"email": "noor@harbour.example", "password": "a long enough one"}
        refused = await clinician.http.post("/auth/login", json=login)
        assert refused.status_code == 503
        assert_problem(refused, 503, refused.json()["reason"])


async def test_without_redis_photos_are_diagnosed(
    stack: Stack, clinician: Clinician, patient: str
) -> None:
    async with stack.supervisor.held_down("Redis"):
        answer = await clinician.upload(patient, unique())
        assert answer.status_code in (201, 202), answer.text
        assert (await clinician.settled(answer.json()))["status"] == "complete"


async def test_postgres_killed_between_uploads_loses_none(
    stack: Stack, clinician: Clinician, patient: str
) -> None:
    before = [(await clinician.upload(patient, unique())).json()["id"] for _ in range(3)]
    stack.postgres.process.kill()
    answer = await _accepted(clinician, patient, unique())
    assert answer.status_code in (201, 202)
    kept = (await clinician.call("GET", f"/patients/{patient}/detections"))["items"]
    assert {found["id"] for found in kept} == {*before, answer.json()["id"]}


async def test_a_gateway_killed_between_storing_and_diagnosing_leaves_it_to_the_next(
    stack: Stack, clinician: Clinician, patient: str
) -> None:
    gateway = stack.supervisor.supervised["gateway"].part.process
    with _frozen(psutil.Process(stack.torchserve.process.pid)):
        upload = asyncio.create_task(clinician.upload(patient, unique()))
        await _until_stored(clinician, patient)
        gateway.kill()
        with pytest.raises(httpx.HTTPError):
            await upload
    detection = await _first_detection(clinician, patient)
    assert (await clinician.settled(detection))["status"] == "complete"


async def test_a_gateway_told_to_stop_finishes_the_uploads_under_way(
    stack: Stack, clinician: Clinician, patient: str
) -> None:
    uploads = [asyncio.create_task(clinician.upload(patient, unique())) for _ in range(6)]
    await _until_stored(clinician, patient)
    async with stack.supervisor.held_down("gateway"):
        answers = await asyncio.gather(*uploads, return_exceptions=True)
    stored = await _when_back(clinician, f"/patients/{patient}/images")
    finished = [found for found in answers if isinstance(found, httpx.Response)]
    # A connection that had sent nothing yet may be closed; one that was answered counts.
    assert {answer.status_code for answer in finished} <= {201, 202}
    assert len(stored["items"]) >= len(finished) > 0


@contextlib.contextmanager
def _frozen(leader: psutil.Process) -> Iterator[None]:
    """Stop a process in its tracks, so that whoever asks it waits."""
    leader.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        with contextlib.suppress(psutil.NoSuchProcess):
            leader.send_signal(signal.SIGCONT)


async def _until_stored(clinician: Clinician, patient: str) -> None:
    """Wait until an upload has come so far that its photo is kept."""
    async with asyncio.timeout(RECOVERY_SECONDS):
        while not (await clinician.call("GET", f"/patients/{patient}/images"))["items"]:
            await asyncio.sleep(0.05)


async def _accepted(
    clinician: Clinician, patient: str, photo: bytes, *, key: str = ""
) -> httpx.Response:
    """An upload as a client does it: again after Retry-After, under one key."""
    async with asyncio.timeout(RECOVERY_SECONDS):
        while True:
            answer = await clinician.upload(patient, photo, key=key or f"{patient}-retried")
            if answer.status_code != 503:
                return answer
            await asyncio.sleep(int(answer.headers["retry-after"]))


async def _first_detection(clinician: Clinician, patient: str) -> dict[str, object]:
    found = await _when_back(clinician, f"/patients/{patient}/detections")
    assert len(found["items"]) == 1
    detection: dict[str, object] = found["items"][0]
    return detection


async def _when_back(clinician: Clinician, path: str) -> dict[str, list[dict[str, object]]]:
    async with asyncio.timeout(RECOVERY_SECONDS):
        while True:
            with contextlib.suppress(httpx.TransportError):
                answer = await clinician.http.get(path)
                if answer.status_code == 200:
                    body: dict[str, list[dict[str, object]]] = answer.json()
                    return body
            await asyncio.sleep(0.3)
