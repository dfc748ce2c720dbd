"""What a hand-off's phone may do: photos in, of one lesion, and nothing out."""

import hashlib
from typing import Any
from uuid import uuid4

import grpc
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dermis.patient.v1 import patient_pb2 as pb
from dermis.patient.v1 import patient_pb2_grpc as rpc
from patient_service.tests.conftest import Caller, Service, make_photo, token
from service_kit.errors import DomainError


def phone_of(service: Service, maker: Caller, lesion: pb.Lesion, **claims: Any) -> Caller:
    """The phone that claimed a link which `maker` had made."""
    named = {"typ": "handoff", "patient": lesion.patient_id, "lesion": lesion.id}
    return Caller(service.address, token(clinic=maker.clinic, **(named | claims)), maker.clinic)


async def hand_in(phone: Caller, data: bytes, **header: Any) -> None:
    messages = [
        pb.HandInPhotoRequest(header=pb.HandInHeader(**header)),
        pb.HandInPhotoRequest(chunk=data),
    ]
    try:
        stub = rpc.HandInServiceStub(phone.channel)
        await stub.HandInPhoto(iter(messages), metadata=phone.metadata)
    except grpc.aio.AioRpcError as error:
        raise DomainError.from_rpc(error) from None


async def images_of(clinician: Caller, lesion: pb.Lesion) -> list[pb.Image]:
    request = pb.ListImagesRequest(patient_id=lesion.patient_id, lesion_id=lesion.id)
    return list((await clinician.call(request)).images)


@pytest.fixture
async def lesion(clinician: Caller) -> pb.Lesion:
    patient = await clinician.add_patient()
    return await clinician.add_lesion(patient.id, body_site=pb.BODY_SITE_UPPER_EXTREMITY)


async def test_a_photo_lands_in_the_lesion_that_the_token_names(
    service: Service, clinician: Caller, lesion: pb.Lesion, photo: bytes
) -> None:
    maker, handoff = str(uuid4()), str(uuid4())
    phone = phone_of(service, clinician, lesion, sub=maker, sid=handoff)
    await hand_in(phone, photo, idempotency_key="one")
    [image] = await images_of(clinician, lesion)
    with service.raw(as_owner=True) as connection:
        row = connection.execute(
            "SELECT actor_id::text, uploaded_by::text, detail->>'handoff'"
            " FROM audit JOIN images ON images.id = subject_id"
            " WHERE event = 'image.added' AND subject_id = %s",
            [image.id],
        ).fetchone()
    assert row == (maker, maker, handoff)


async def test_the_model_is_asked_at_once_since_the_phone_waits_for_no_answer(
    service: Service, clinician: Caller, completer: Caller, lesion: pb.Lesion, photo: bytes
) -> None:
    await hand_in(phone_of(service, clinician, lesion), photo)
    [image] = await images_of(clinician, lesion)
    claims = (
        await completer.call(pb.ClaimPendingDetectionsRequest(limit=50, lease_seconds=60))
    ).claims
    detections = (
        await clinician.call(
            pb.ListDetectionsRequest(patient_id=lesion.patient_id, image_id=image.id)
        )
    ).detections
    assert detections[0].id in {claim.detection_id for claim in claims}


async def test_a_photo_that_is_handed_in_twice_is_stored_once(
    service: Service, clinician: Caller, lesion: pb.Lesion, photo: bytes, refusal: type
) -> None:
    phone = phone_of(service, clinician, lesion)
    for _ in range(2):
        await hand_in(phone, photo, idempotency_key="one")
    assert len(await images_of(clinician, lesion)) == 1
    with refusal("IDEMPOTENCY_KEY_REUSED"):
        await hand_in(phone, make_photo(seed=9), idempotency_key="one")


async def test_a_phones_keys_dont_meet_those_of_its_accounts_own_uploads(
    service: Service, clinician: Caller, lesion: pb.Lesion, photo: bytes
) -> None:
    maker = str(uuid4())
    account = service.clinician(clinician.clinic, sub=maker)
    await account.upload(photo, patient_id=lesion.patient_id, idempotency_key="one")
    await hand_in(phone_of(service, clinician, lesion, sub=maker), photo, idempotency_key="one")
    assert len(await images_of(clinician, lesion)) == 1


async def test_the_phone_learns_where_the_lesion_is_and_the_audit_that_it_did(
    service: Service, clinician: Caller, lesion: pb.Lesion
) -> None:
    handoff = str(uuid4())
    phone = phone_of(service, clinician, lesion, sid=handoff)
    answer = await phone.call(pb.GetHandInLesionRequest())
    assert answer == pb.GetHandInLesionResponse(body_site=pb.BODY_SITE_UPPER_EXTREMITY)
    with service.raw(as_owner=True) as connection:
        row = connection.execute(
            "SELECT detail->>'handoff' FROM audit"
            " WHERE event = 'lesion.viewed' AND subject_id = %s",
            [lesion.id],
        ).fetchone()
    assert row == (handoff,)


async def test_the_phone_learns_which_of_its_files_its_lesion_has_and_of_no_other_photo(
    service: Service, clinician: Caller, lesion: pb.Lesion, photo: bytes, refusal: type
) -> None:
    handoff = str(uuid4())
    phone = phone_of(service, clinician, lesion, sid=handoff)
    other = await clinician.add_patient()
    elsewhere, unknown = make_photo(seed=11), make_photo(seed=12)
    await clinician.upload(elsewhere, patient_id=other.id)
    await clinician.upload(elsewhere, patient_id=lesion.patient_id)
    await hand_in(phone, photo)
    asked = [hashlib.sha256(data).hexdigest() for data in (elsewhere, photo, unknown)]
    answer = await phone.call(pb.FindHandedInRequest(digests=asked))
    assert list(answer.digests) == asked[1:2]
    with service.raw(as_owner=True) as connection:
        row = connection.execute(
            "SELECT detail->>'handoff' FROM audit WHERE event = 'images.listed'"
            " AND subject_id = %s AND detail->>'searched' = 'copies'",
            [lesion.id],
        ).fetchone()
    assert row == (handoff,)
    with refusal("DIGESTS_INVALID"):
        await phone.call(pb.FindHandedInRequest(digests=["no digest"]))
    with refusal("NOT_PERMITTED"):
        await clinician.call(pb.FindHandedInRequest(digests=asked))
    with refusal("LESION_NOT_FOUND"):
        await phone_of(service, service.clinician(), lesion).call(
            pb.FindHandedInRequest(digests=asked)
        )


READS = [
    pb.GetPatientRequest, pb.ListPatientsRequest, pb.ListLesionsRequest, pb.GetLesionRequest,
    pb.ListImagesRequest, pb.GetImageInfoRequest, pb.ListDetectionsRequest, pb.ListTimelineRequest,
    pb.RecordDetectionRequest, pb.ClaimPendingDetectionsRequest, pb.FindCopiesRequest,
]  # fmt: skip


@pytest.mark.parametrize("request_type", READS)
async def test_a_phone_reads_nothing_and_writes_nothing_else(
    service: Service, clinician: Caller, lesion: pb.Lesion, request_type: Any, refusal: type
) -> None:
    with refusal("NOT_PERMITTED"):
        await phone_of(service, clinician, lesion).call(request_type())


async def test_a_phone_uploads_no_other_way(
    service: Service, clinician: Caller, lesion: pb.Lesion, photo: bytes, refusal: type
) -> None:
    with refusal("NOT_PERMITTED"):
        await phone_of(service, clinician, lesion).upload(photo, patient_id=lesion.patient_id)


async def test_who_is_signed_in_has_nothing_to_hand_in(
    clinician: Caller, photo: bytes, refusal: type
) -> None:
    with refusal("NOT_PERMITTED"):
        await hand_in(clinician, photo)


async def test_a_lesion_of_another_clinic_or_patient_takes_no_photo(
    service: Service, clinician: Caller, stranger: Caller, lesion: pb.Lesion, photo: bytes,
    refusal: type,
) -> None:  # fmt: skip
    with refusal("PATIENT_NOT_FOUND"):
        await hand_in(phone_of(service, stranger, lesion), photo)
    with refusal("LESION_NOT_FOUND"):
        await phone_of(service, stranger, lesion).call(pb.GetHandInLesionRequest())
    other = await clinician.add_patient()
    with refusal("LESION_NOT_FOUND"):
        await hand_in(phone_of(service, clinician, lesion, patient=other.id), photo)
    assert not await images_of(clinician, lesion)


async def test_a_photo_of_somebody_who_was_archived_meanwhile_is_refused(
    service: Service, clinician: Caller, lesion: pb.Lesion, photo: bytes, refusal: type
) -> None:
    await clinician.call(pb.ArchivePatientRequest(patient_id=lesion.patient_id))
    with refusal("PATIENT_ARCHIVED"):
        await hand_in(phone_of(service, clinician, lesion), photo)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.binary(max_size=64))
async def test_what_is_no_photo_is_refused(
    service: Service, clinician: Caller, lesion: pb.Lesion, data: bytes
) -> None:
    with pytest.raises(DomainError) as error:
        await hand_in(phone_of(service, clinician, lesion), data)
    assert error.value.reason in {"NOT_AN_IMAGE", "IMAGE_EMPTY", "IMAGE_TRUNCATED"}
