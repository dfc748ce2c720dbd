"""Hand-offs at the gateway: made on a computer, claimed and used by a phone."""

import secrets
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import structlog

from dermis.auth.v1 import auth_pb2
from dermis.patient.v1 import patient_pb2 as pb
from gateway.tests.conftest import Gateway, bearer, running
from gateway.tests.pictures import photo
from service_kit.clock import now, to_timestamp
from service_kit.errors import DomainError
from service_kit.reasons import Reason

SECRET, KEY = secrets.token_urlsafe(32), secrets.token_urlsafe(32)


def phone(**claims: Any) -> dict[str, str]:
    """The headers of a phone that has claimed a link."""
    named = {"typ": "handoff", "patient": str(uuid4()), "lesion": str(uuid4())}
    return bearer(**(named | claims))


async def hand_in(gateway: Gateway, headers: dict[str, str], data: bytes = b"", **form: str) -> Any:
    return await gateway.http.post(
        "/api/hand-in/photos",
        files={"file": ("photo.jpg", data or photo(), "image/jpeg")},
        data=form,
        headers=headers,
    )


class Received:
    """What patient_service was sent."""

    def __init__(self, gateway: Gateway) -> None:
        self.headers: list[pb.HandInHeader] = []
        self.photos: list[bytes] = []
        gateway.patients.own["HandInPhoto"] = self.take

    async def take(self, parts: AsyncIterator[pb.HandInPhotoRequest]) -> pb.HandInPhotoResponse:
        received = [part async for part in parts]
        self.headers.append(received[0].header)
        self.photos.append(b"".join(part.chunk for part in received[1:]))
        return pb.HandInPhotoResponse()


async def test_a_link_is_made_for_a_lesion_of_the_clinic(gateway: Gateway) -> None:
    lesion, patient = str(uuid4()), str(uuid4())
    gateway.patients.answers["GetLesion"] = pb.GetLesionResponse(
        lesion=pb.Lesion(id=lesion, patient_id=patient)
    )
    made = auth_pb2.Handoff(
        id=str(uuid4()), lesion_id=lesion, expires_at=to_timestamp(now() + timedelta(minutes=10))
    )
    gateway.auth.answers["CreateHandoff"] = auth_pb2.CreateHandoffResponse(
        handoff=made, link=f"https://dermis.test/hand-in#{SECRET}", qr_svg="<svg/>"
    )
    answer = await gateway.post(f"/lesions/{lesion}/handoffs")
    assert answer.status_code == 201
    assert answer.json()["link"].endswith(SECRET)
    assert answer.headers["cache-control"] == "no-store"
    asked = gateway.auth.last("CreateHandoff")
    assert (asked.patient_id, asked.lesion_id) == (patient, lesion)


async def test_no_link_is_made_for_a_lesion_that_the_clinic_does_not_have(
    gateway: Gateway,
) -> None:
    gateway.patients.answers["GetLesion"] = DomainError(Reason.LESION_NOT_FOUND)
    answer = await gateway.post(f"/lesions/{uuid4()}/handoffs")
    assert answer.status_code == 404
    assert gateway.auth.count("CreateHandoff") == 0


async def test_a_photo_goes_to_patient_service_with_the_phones_own_token(gateway: Gateway) -> None:
    received, headers, data = Received(gateway), phone(), photo()
    answer = await hand_in(
        gateway,
        headers | {"Idempotency-Key": "one"},
        data,
        captured_at="2026-03-14T09:26:53Z",
    )
    assert (answer.status_code, answer.content) == (204, b"")
    [header] = received.headers
    assert received.photos == [data]
    assert (header.idempotency_key, header.size) == ("one", len(data))
    assert header.captured_at.ToDatetime().isoformat() == "2026-03-14T09:26:53"
    [metadata] = [sent for name, _, sent in gateway.patients.calls if name == "HandInPhoto"]
    assert metadata["authorization"] == headers["Authorization"]


async def test_no_form_of_a_phone_names_a_lesion(gateway: Gateway) -> None:
    received = Received(gateway)
    answer = await hand_in(gateway, phone(), lesion_id=str(uuid4()))
    assert answer.status_code == 422
    assert not received.headers


@pytest.mark.parametrize("limit", ["upload", "hand-in"])
async def test_photos_that_are_handed_in_count_for_the_account_that_made_the_link(
    redis_url: str, limit: str
) -> None:
    async with running(redis_url, rate_limits={limit: "2/minute"}) as gateway:
        maker = str(uuid4())
        # Two phones of one account share its limit.
        statuses = [(await hand_in(gateway, phone(sub=maker))).status_code for _ in range(3)]
        other = await hand_in(gateway, phone())
    assert statuses == [204, 204, 429]
    assert other.status_code == 204


async def test_whoever_tries_secrets_is_stopped(redis_url: str) -> None:
    async with running(redis_url, rate_limits={"hand-in-code": "3/minute"}) as gateway:
        gateway.auth.answers["ClaimHandoff"] = DomainError(Reason.HANDOFF_INVALID)
        tried = [
            await gateway.post("/auth/claim-handoff", {"secret": f"guess {n}", "key": KEY})
            for n in range(4)
        ]
        assert [answer.status_code for answer in tried] == [401, 401, 401, 429]
        assert gateway.auth.count("ClaimHandoff") == 3


async def test_a_hand_off_that_has_ended_takes_no_photo(gateway: Gateway) -> None:
    ended = uuid4()
    headers = phone(sid=str(ended))
    await gateway.state.redis.set(f"dermis:revoked:{ended}", 1)
    answer = await hand_in(gateway, headers)
    assert (answer.status_code, answer.json()["reason"]) == (401, "SESSION_ENDED")


async def test_no_log_line_holds_the_secret_the_key_or_the_token(gateway: Gateway) -> None:
    gateway.auth.answers["ClaimHandoff"] = auth_pb2.ClaimHandoffResponse(
        token="the-phones-token", expires_at=to_timestamp(now())
    )
    with structlog.testing.capture_logs() as lines:
        answer = await gateway.post("/auth/claim-handoff", {"secret": SECRET, "key": KEY})
    assert answer.json()["token"] == "the-phones-token"
    assert lines
    for hidden in (SECRET, KEY, "the-phones-token"):
        assert hidden not in str(lines)


async def test_the_computer_is_told_how_many_photos_have_come(gateway: Gateway) -> None:
    one, other = str(uuid4()), str(uuid4())
    until = to_timestamp(now() + timedelta(minutes=10))
    gateway.auth.answers["ListHandoffs"] = auth_pb2.ListHandoffsResponse(
        handoffs=[auth_pb2.Handoff(id=each, expires_at=until) for each in (one, other)]
    )
    for _ in range(2):
        await hand_in(gateway, phone(sid=one))
    listed = (await gateway.get("/handoffs")).json()["items"]
    assert [(found["id"], found["photos"]) for found in listed] == [(one, 2), (other, 0)]


async def test_a_phone_is_told_which_of_its_files_the_lesion_has(gateway: Gateway) -> None:
    known, new = "a" * 64, "b" * 64
    gateway.patients.answers["FindHandedIn"] = pb.FindHandedInResponse(digests=[known])
    headers = phone()
    answer = await gateway.http.post(
        "/api/hand-in/copies", json={"digests": [known, new]}, headers=headers
    )
    assert (answer.status_code, answer.json()) == (200, {"digests": [known]})
    assert gateway.patients.last("FindHandedIn").digests == [known, new]
    [metadata] = [sent for name, _, sent in gateway.patients.calls if name == "FindHandedIn"]
    assert metadata["authorization"] == headers["Authorization"]


async def test_a_phone_learns_nothing_of_the_clinics_other_photos(gateway: Gateway) -> None:
    answer = await gateway.http.post(
        "/api/images/copies", json={"digests": ["a" * 64]}, headers=phone()
    )
    assert (answer.status_code, answer.json()["reason"]) == (403, "NOT_PERMITTED")
    assert gateway.patients.count("FindCopies") == 0


async def test_a_phones_look_ups_count_for_the_account_that_made_the_link(redis_url: str) -> None:
    async with running(redis_url, rate_limits={"hand-in": "2/minute"}) as gateway:
        maker, body = str(uuid4()), {"digests": ["a" * 64]}
        statuses = [
            (
                await gateway.http.post("/api/hand-in/copies", json=body, headers=phone(sub=maker))
            ).status_code
            for _ in range(3)
        ]
    assert statuses == [200, 200, 429]
