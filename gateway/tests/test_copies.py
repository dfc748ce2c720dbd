"""Photos that the clinic has already, asked before they are sent."""

from uuid import uuid4

import pytest

from dermis.patient.v1 import patient_pb2 as pb
from gateway.tests.conftest import Gateway, running
from service_kit.clock import now, to_timestamp

DIGEST = "a" * 64


async def test_a_copy_is_answered_with_its_patient_and_lesion(gateway: Gateway) -> None:
    image, patient, lesion = (str(uuid4()) for _ in range(3))
    whole = pb.Copy(
        digest=DIGEST, image_id=image, patient_id=patient, full_name="Ingrid Solheim",
        record_number="H-2041", lesion_id=lesion, lesion_label="left forearm",
        body_site=pb.BODY_SITE_UPPER_EXTREMITY, created_at=to_timestamp(now()),
    )  # fmt: skip
    unsorted = pb.Copy(
        digest=DIGEST, image_id=image, patient_id=patient, created_at=to_timestamp(now())
    )
    gateway.patients.answers["FindCopies"] = pb.FindCopiesResponse(copies=[whole, unsorted])
    answer = await gateway.post("/images/copies", {"digests": [DIGEST]})
    assert answer.status_code == 200
    found, tray = answer.json()["items"]
    assert (found["patient_id"], found["full_name"], found["record_number"]) == (
        patient, "Ingrid Solheim", "H-2041",
    )  # fmt: skip
    assert (found["lesion_id"], found["lesion_label"], found["body_site"]) == (
        lesion, "left forearm", "upper_extremity",
    )  # fmt: skip
    assert (tray["lesion_id"], tray["body_site"]) == (None, None)
    assert gateway.patients.last("FindCopies").digests == [DIGEST]


@pytest.mark.parametrize(
    "digests", [[], ["A" * 64], ["short"], [f"{number:064x}" for number in range(51)]]
)
async def test_what_is_no_short_list_of_digests_is_refused(
    gateway: Gateway, digests: list[str]
) -> None:
    answer = await gateway.post("/images/copies", {"digests": digests})
    assert answer.status_code == 422
    assert gateway.patients.count("FindCopies") == 0


async def test_look_ups_are_limited_as_other_reads_are(redis_url: str) -> None:
    async with running(redis_url, rate_limits={"api": "2/minute"}) as gateway:
        body = {"digests": [DIGEST]}
        statuses = [(await gateway.post("/images/copies", body)).status_code for _ in range(3)]
    assert statuses == [200, 200, 429]
