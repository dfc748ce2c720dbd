"""A photo comes in: what is stored, what is asked, what is answered."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from dermis.patient.v1 import patient_pb2 as pb
from gateway.tests.conftest import Gateway
from gateway.tests.pictures import photo
from gateway.tests.waiting import until
from service_kit.errors import DomainError
from service_kit.reasons import Reason
from service_kit.redis_client import open_redis
from serving.contract.replicas import replica_key

AWAY = DomainError(Reason.DATABASE_UNAVAILABLE, "Away.", retry_after=3)


async def test_a_photo_becomes_a_stored_image_and_a_complete_detection(gateway: Gateway) -> None:
    data = photo()
    answer = await gateway.upload(data)
    assert answer.status_code == 201, answer.text
    body = answer.json()
    assert body["status"] == "complete"
    assert body["label"] == "malignant"
    assert body["probability_malignant"] == 0.75
    assert body["differential"] == []
    assert body["model"] == {"name": "lesion", "version": "1.0.0"}
    assert len(body["heatmap"]["grid"]) == 7
    assert answer.headers["location"] == f"/api/detections/{body['id']}"
    assert gateway.torchserve.asked[0].body == data


async def test_a_models_differential_is_passed_on(gateway: Gateway) -> None:
    told = [
        {"diagnosis": "melanoma", "probability": 0.75},
        {"diagnosis": "nevus", "probability": 0.25},
    ]
    gateway.torchserve.differential = told
    body = (await gateway.upload(photo())).json()
    assert body["differential"] == told
    gateway.torchserve.differential = [{"diagnosis": "Mr X", "probability": 0.5}]
    body = (await gateway.upload(photo(width=300))).json()
    assert body["status"] == "pending"


async def test_what_was_looked_at_and_the_zone_are_passed_on(gateway: Gateway) -> None:
    seen = {"left": 0.0, "top": 0.25, "width": 0.5, "height": 0.75}
    gateway.torchserve.more = {"seen": seen, "zone": "borderline"}
    body = (await gateway.upload(photo())).json()
    assert (body["seen"], body["zone"]) == (seen, "borderline")
    explained = await gateway.post(f"/predict/gradcam/{body['id']}")
    assert explained.json()["seen"] == seen


async def test_workers_of_before_say_neither(gateway: Gateway) -> None:
    body = (await gateway.upload(photo())).json()
    assert (body["seen"], body["zone"]) == (None, None)


async def test_the_request_id_reaches_both_patient_service_and_torchserve(
    gateway: Gateway,
) -> None:
    gateway.headers["X-Request-Id"] = "a-request-of-mine"
    answer = await gateway.upload(photo())
    assert answer.headers["x-request-id"] == "a-request-of-mine"
    assert gateway.torchserve.asked[0].headers["x-request-id"] == "a-request-of-mine"
    metadata = next(m for name, _, m in gateway.patients.calls if name == "AddImage")
    assert metadata["x-request-id"] == "a-request-of-mine"
    assert metadata["x-client-address"] == "198.51.100.7"
    assert metadata["authorization"] == gateway.headers["Authorization"]


@pytest.mark.parametrize("mood", ["slow", "full", "raising", "garbled"])
async def test_while_the_model_gives_no_answer_the_detection_is_pending_and_then_finished(
    gateway: Gateway, mood: str
) -> None:
    gateway.torchserve.mood = mood
    answer = await gateway.upload(photo())
    assert answer.status_code == 202
    assert answer.json()["status"] == "pending"
    # Completion need not wait until the upload's own time is over.
    assert gateway.patients.last("RecordDetection").WhichOneof("outcome") is None
    gateway.torchserve.mood = "well"
    location = answer.headers["location"].removeprefix("/api")

    async def complete() -> Any:
        shown = (await gateway.get(location)).json()
        return shown if shown["status"] == "complete" else None

    found = await until(complete)
    assert found["probability_malignant"] == 0.75


async def test_a_token_that_was_renewed_a_moment_ago_is_read_again(gateway: Gateway) -> None:
    gateway.torchserve.token = "renewed"
    async with open_redis(gateway.redis_url) as redis:
        renewed = gateway.torchserve.replica("one")
        await redis.set(replica_key("one"), renewed.model_dump_json(), ex=60)
    assert (await gateway.upload(photo())).status_code == 201
    assert len(gateway.torchserve.asked) <= 2


async def test_a_replica_whose_token_stays_refused_is_left_out(gateway: Gateway) -> None:
    gateway.torchserve.token = "nobody was told"
    assert (await gateway.upload(photo())).status_code == 202
    (replica,) = gateway.state.replicas.known
    assert gateway.state.replicas.is_resting(replica)


async def test_without_any_replica_the_photo_is_stored_and_the_detection_is_pending(
    gateway: Gateway,
) -> None:
    await gateway.publish()
    answer = await gateway.upload(photo())
    assert answer.status_code == 202
    assert len(gateway.patients.images) == 1


async def test_when_patient_service_is_away_nothing_is_kept_and_the_client_may_retry(
    gateway: Gateway,
) -> None:
    gateway.patients.answers["AddImage"] = AWAY
    answer = await gateway.upload(photo())
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "3"
    assert answer.json()["reason"] == "DATABASE_UNAVAILABLE"
    assert not gateway.patients.detections


async def test_a_photo_is_sent_again_when_patient_service_was_out_of_reach_for_a_moment(
    gateway: Gateway,
) -> None:
    store = gateway.patients.own["AddImage"]
    tries = []

    async def out_of_reach_once(parts: AsyncIterator[pb.AddImageRequest]) -> pb.AddImageResponse:
        tries.append(parts)
        if len(tries) == 1:
            raise AWAY
        return await store(parts)

    gateway.patients.own["AddImage"] = out_of_reach_once
    assert (await gateway.upload(photo())).status_code == 201
    assert len(gateway.patients.images) == 1


async def test_when_the_outcome_can_not_be_recorded_the_detection_stays_pending(
    gateway: Gateway,
) -> None:
    gateway.patients.answers["RecordDetection"] = AWAY
    answer = await gateway.upload(photo())
    assert answer.status_code == 202
    assert len(gateway.patients.pending()) == 1


async def test_a_second_upload_with_the_same_key_gets_the_first_ones_detection(
    gateway: Gateway,
) -> None:
    first = await gateway.upload(photo(), key="once")
    second = await gateway.upload(photo(), key="once")
    assert second.json()["id"] == first.json()["id"]
    assert len(gateway.patients.images) == 1
    assert gateway.patients.count("RecordDetection") == 1


async def test_a_photo_that_only_the_model_refuses_is_a_failed_detection(gateway: Gateway) -> None:
    gateway.torchserve.mood = "refusing"
    answer = await gateway.upload(photo())
    assert answer.json()["status"] == "failed"
    assert answer.json()["failure_reason"] == "IMAGE_TRUNCATED"


async def test_lesion_time_and_size_are_handed_on(gateway: Gateway) -> None:
    data = photo()
    await gateway.upload(
        data, patient="p-1", lesion_id="l-1", captured_at="2026-03-14T09:26:53+01:00"
    )
    (image,) = gateway.patients.images.values()
    assert (image.patient_id, image.lesion_id) == ("p-1", "l-1")
    assert image.captured_at.ToJsonString() == "2026-03-14T08:26:53Z"


async def test_a_stored_image_can_be_assessed_again_beside_the_old_detection(
    gateway: Gateway,
) -> None:
    first = (await gateway.upload(photo())).json()
    gateway.torchserve.probability = 0.25
    again = await gateway.post(f"/predict/again/{first['image_id']}")
    assert again.status_code == 201
    assert again.json()["id"] != first["id"]
    assert again.json()["rediagnosis"] is True
    assert again.json()["probability_malignant"] == 0.25


async def test_assessing_again_while_the_model_is_away_records_nothing(gateway: Gateway) -> None:
    first = (await gateway.upload(photo())).json()
    gateway.torchserve.mood = "full"
    again = await gateway.post(f"/predict/again/{first['image_id']}")
    assert again.status_code == 503
    assert again.json()["reason"] == "MODEL_UNAVAILABLE"
    assert len(gateway.patients.detections) == 1


async def test_a_lost_claim_does_not_keep_the_others_from_being_finished(gateway: Gateway) -> None:
    await gateway.publish()
    for _ in range(3):
        assert (await gateway.upload(photo())).status_code == 202
    (image_id, *_) = gateway.patients.photos
    del gateway.patients.photos[image_id]
    await gateway.publish(gateway.torchserve.replica("one"))

    async def one_left() -> bool:
        return len(gateway.patients.pending()) == 1

    await until(one_left)
    assert [d.image_id for d in gateway.patients.pending()] == [image_id]


async def test_a_photo_the_model_always_fails_on_is_given_up_with_a_reason(
    gateway: Gateway,
) -> None:
    gateway.torchserve.mood = "raising"
    await gateway.upload(photo())
    (pending,) = gateway.patients.pending()
    claim = pb.Claim(detection_id=pending.id, lease=pending.id, attempt=3)
    gateway.patients.answers["ClaimPendingDetections"] = pb.ClaimPendingDetectionsResponse(
        claims=[claim]
    )

    async def finished() -> list[pb.FinishDetectionRequest]:
        return gateway.patients.finished

    assert (await until(finished))[0].failure_reason == "MODEL_FAILED"
