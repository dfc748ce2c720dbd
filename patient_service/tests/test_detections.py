import asyncio
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from dermis.patient.v1 import patient_pb2 as pb
from patient_service.detections import queue_metrics
from patient_service.tests.conftest import Caller, Service, finding
from service_kit.clock import to_timestamp
from service_kit.codes import Code
from service_kit.database import Database


async def test_a_detection_keeps_the_heatmap_it_was_made_with(
    clinician: Caller, photo: bytes
) -> None:
    image = await _image(clinician, photo)
    detection = await _record(clinician, image.id, finding=finding(0.81))
    assert detection.status == pb.DETECTION_STATUS_COMPLETE
    assert detection.finding.probability_malignant == 0.81
    assert list(detection.finding.heatmap.values) == list(finding().heatmap.values)
    assert detection.HasField("finished_at")
    request = pb.GetDetectionRequest(detection_id=detection.id)
    assert (await clinician.call(request)).detection == detection


async def test_lists_leave_the_heatmap_out(clinician: Caller, photo: bytes) -> None:
    image = await _image(clinician, photo)
    detection = await _record(clinician, image.id, finding=finding())
    request = pb.ListDetectionsRequest(patient_id=image.patient_id)
    listed = (await clinician.call(request)).detections
    assert [d.id for d in listed] == [detection.id]
    assert not listed[0].finding.HasField("heatmap")
    assert listed[0].finding.probability_malignant == 0.8


async def test_an_upload_has_one_detection_of_its_own(clinician: Caller, photo: bytes) -> None:
    image = await _image(clinician, photo)
    first = await _record(clinician, image.id, finding=finding(0.8))
    again = await _record(clinician, image.id, finding=finding(0.9))
    assert again == first


async def test_a_rediagnosis_is_a_new_detection(clinician: Caller, photo: bytes) -> None:
    image = await _image(clinician, photo)
    first = await _record(clinician, image.id, finding=finding(0.8))
    newer = finding(0.4, model_version="2.0.0")
    second = await _record(clinician, image.id, finding=newer, rediagnosis=True)
    request = pb.ListDetectionsRequest(patient_id=image.patient_id, image_id=image.id)
    listed = (await clinician.call(request)).detections
    assert [(d.id, d.rediagnosis) for d in listed] == [(second.id, True), (first.id, False)]


async def test_a_pending_detection_takes_its_outcome(clinician: Caller, photo: bytes) -> None:
    patient = await clinician.add_patient()
    added = await clinician.upload(photo, patient_id=patient.id, diagnose=True)
    assert added.detection.status == pb.DETECTION_STATUS_PENDING
    detection = await _record(clinician, added.image.id, finding=finding())
    assert detection.id == added.detection.id
    assert detection.status == pb.DETECTION_STATUS_COMPLETE


async def test_a_differential_is_kept_the_most_probable_first(
    clinician: Caller, photo: bytes
) -> None:
    def listed(detection: pb.Detection) -> list[tuple[str, float]]:
        return [(entry.diagnosis, entry.probability) for entry in detection.finding.differential]

    probable = {"nevus": 0.1, "melanoma": 0.7, "wart": 0.2}
    told = finding(
        differential=[
            pb.DifferentialDiagnosis(diagnosis=name, probability=p) for name, p in probable.items()
        ]
    )
    expected = [("melanoma", 0.7), ("wart", 0.2), ("nevus", 0.1)]
    patient = await clinician.add_patient()
    pending = await clinician.upload(photo, patient_id=patient.id, diagnose=True)
    # A finished pending one, and one that is new, are written in two ways.
    for again in (False, True):
        recorded = await _record(clinician, pending.image.id, finding=told, rediagnosis=again)
        assert listed(recorded) == expected
    without = await _record(clinician, pending.image.id, finding=finding(), rediagnosis=True)
    request = pb.ListDetectionsRequest(patient_id=patient.id)
    shown = (await clinician.call(request)).detections
    assert [listed(detection) for detection in shown] == [[], expected, expected]
    assert shown[0].id == without.id


async def test_what_was_looked_at_and_the_zone_are_kept(clinician: Caller, photo: bytes) -> None:
    seen = pb.SeenPart(left=0.125, top=0, width=0.75, height=1)
    told = finding(0.8, seen=seen, zone="above")
    patient = await clinician.add_patient()
    pending = await clinician.upload(photo, patient_id=patient.id, diagnose=True)
    # A finished pending one, and one that is new, are written in two ways.
    for again in (False, True):
        recorded = await _record(clinician, pending.image.id, finding=told, rediagnosis=again)
        assert (recorded.finding.seen, recorded.finding.zone) == (seen, "above")
    without = await _record(clinician, pending.image.id, finding=finding(), rediagnosis=True)
    assert not without.finding.HasField("seen")
    assert without.finding.zone == ""


async def test_a_failure_keeps_its_reason(clinician: Caller, photo: bytes) -> None:
    image = await _image(clinician, photo)
    detection = await _record(clinician, image.id, failure_reason="MODEL_REFUSED")
    assert detection.status == pb.DETECTION_STATUS_FAILED
    assert detection.failure_reason == "MODEL_REFUSED"
    assert not detection.HasField("finding")


async def test_findings_that_no_model_makes_are_refused(
    clinician: Caller, photo: bytes, refusal: type
) -> None:
    image = await _image(clinician, photo)
    short = pb.Heatmap(rows=7, columns=7, values=[0.5], target="malignant", maximum=1)
    negative = pb.Heatmap(rows=1, columns=1, values=[-1], target="malignant", maximum=1)
    for change in (
        {"label": "purple"},
        {"probability_malignant": 1.5},
        {"confidence": float("nan")},
        {"model_version": ""},
        {"quality": ["not a code"]},
        {"heatmap": short},
        {"heatmap": negative},
        {"zone": "green"},
        {"seen": pb.SeenPart(left=0.5, width=0.6, height=1)},
        {"seen": pb.SeenPart(left=-0.1, width=0.6, height=1)},
        {"seen": pb.SeenPart(width=0, height=1)},
        {"seen": pb.SeenPart(width=float("nan"), height=1)},
        {"differential": [pb.DifferentialDiagnosis(diagnosis="Mr X", probability=0.5)]},
        {"differential": [pb.DifferentialDiagnosis(diagnosis="nevus", probability=1.5)]},
        {"differential": [pb.DifferentialDiagnosis(diagnosis=f"d{n}") for n in range(65)]},
    ):
        with refusal("FINDING_INVALID"):
            await _record(clinician, image.id, finding=finding(**change))
    with refusal("FAILURE_REASON_INVALID"):
        await _record(clinician, image.id, failure_reason="because of Mr X")
    with refusal("IMAGE_NOT_FOUND"):
        await _record(clinician, str(uuid4()), finding=finding())


async def test_a_finished_detection_can_not_be_changed_even_past_the_service(
    clinician: Caller, photo: bytes, service: Service
) -> None:
    image = await _image(clinician, photo)
    detection = await _record(clinician, image.id, finding=finding())
    with (
        service.raw(as_owner=True) as connection,
        pytest.raises(psycopg.errors.CheckViolation, match="never changes"),
    ):
        connection.execute("UPDATE detections SET label = 'benign' WHERE id = %s", [detection.id])


async def test_claims_of_many_workers_never_overlap(
    clinician: Caller, completer: Caller, photo: bytes
) -> None:
    pending = {await _pending(clinician, photo) for _ in range(6)}
    request = pb.ClaimPendingDetectionsRequest(limit=2, lease_seconds=60)
    answers = await asyncio.gather(*(completer.call(request) for _ in range(6)))
    claimed = [claim.detection_id for answer in answers for claim in answer.claims]
    assert len(claimed) == len(set(claimed))
    assert pending <= set(claimed)


async def test_a_lease_reads_the_image_and_finishes_the_detection(
    clinician: Caller, completer: Caller, photo: bytes, refusal: type
) -> None:
    detection_id = await _pending(clinician, photo)
    claim = await _claim(completer, detection_id)
    assert claim.attempt == 1
    parts = await completer.parts(pb.GetClaimedImageRequest(lease=claim.lease))
    assert sum(len(part.chunk) for part in parts) == claim.image_size
    pending = await clinician.call(pb.GetDetectionRequest(detection_id=detection_id))
    assert parts[0].patient_id == pending.detection.patient_id
    await completer.call(pb.FinishDetectionRequest(lease=claim.lease, finding=finding()))
    request = pb.GetDetectionRequest(detection_id=detection_id)
    detection = (await clinician.call(request)).detection
    assert detection.status == pb.DETECTION_STATUS_COMPLETE
    with refusal("LEASE_ENDED") as refused:
        await completer.call(pb.FinishDetectionRequest(lease=claim.lease, finding=finding()))
    assert refused.error.code == Code.FAILED_PRECONDITION
    with refusal("LEASE_ENDED"):
        await completer.parts(pb.GetClaimedImageRequest(lease=claim.lease))


async def test_a_detection_given_back_waits_for_its_time(
    clinician: Caller, completer: Caller, photo: bytes, service: Service
) -> None:
    detection_id = await _pending(clinician, photo)
    claim = await _claim(completer, detection_id)
    await completer.call(pb.FinishDetectionRequest(lease=claim.lease, retry_after_seconds=3600))
    request = pb.ClaimPendingDetectionsRequest(limit=50, lease_seconds=60)
    claimed = (await completer.call(request)).claims
    assert detection_id not in [claim.detection_id for claim in claimed]
    _make_due(service, detection_id)
    assert (await _claim(completer, detection_id)).attempt == 2


async def test_a_lease_that_ended_opens_nothing_and_the_next_one_does(
    clinician: Caller, completer: Caller, photo: bytes, service: Service, refusal: type
) -> None:
    detection_id = await _pending(clinician, photo)
    old = await _claim(completer, detection_id)
    _make_due(service, detection_id)
    with refusal("LEASE_ENDED"):
        await completer.call(pb.FinishDetectionRequest(lease=old.lease, finding=finding()))
    new = await _claim(completer, detection_id)
    with refusal("LEASE_ENDED"):
        await completer.call(pb.FinishDetectionRequest(lease=old.lease, finding=finding()))
    await completer.call(pb.FinishDetectionRequest(lease=new.lease, failure_reason="GAVE_UP"))


async def test_an_upload_whose_outcome_never_came_is_completed_later(
    clinician: Caller, completer: Caller, photo: bytes, service: Service
) -> None:
    patient = await clinician.add_patient()
    added = await clinician.upload(photo, patient_id=patient.id, diagnose=True)
    request = pb.ClaimPendingDetectionsRequest(limit=50, lease_seconds=60)
    claimed = (await completer.call(request)).claims
    assert added.detection.id not in [claim.detection_id for claim in claimed]
    _make_due(service, added.detection.id)
    assert await _claim(completer, added.detection.id)


async def test_an_upload_whose_outcome_is_not_coming_is_completed_at_once(
    clinician: Caller, completer: Caller, photo: bytes
) -> None:
    patient = await clinician.add_patient()
    added = await clinician.upload(photo, patient_id=patient.id, diagnose=True)
    told = await _record(clinician, added.image.id)
    assert (told.id, told.status) == (added.detection.id, pb.DETECTION_STATUS_PENDING)
    claim = await _claim(completer, added.detection.id)
    # Told once more while somebody is at it, nobody else is sent.
    await _record(clinician, added.image.id)
    request = pb.ClaimPendingDetectionsRequest(limit=50, lease_seconds=60)
    assert added.detection.id not in [
        other.detection_id for other in (await completer.call(request)).claims
    ]
    await completer.call(pb.FinishDetectionRequest(lease=claim.lease, finding=finding()))
    assert (await _record(clinician, added.image.id)).status == pb.DETECTION_STATUS_COMPLETE


async def test_clinicians_claim_nothing_and_services_see_no_patient(
    clinician: Caller, completer: Caller, refusal: type
) -> None:
    patient = await clinician.add_patient()
    with refusal("NOT_PERMITTED"):
        await clinician.call(pb.ClaimPendingDetectionsRequest(limit=1, lease_seconds=60))
    with refusal("NOT_PERMITTED"):
        await completer.call(pb.GetPatientRequest(patient_id=patient.id))


async def test_claims_out_of_range_are_refused(completer: Caller, refusal: type) -> None:
    with refusal("LIMIT_INVALID"):
        await completer.call(pb.ClaimPendingDetectionsRequest(limit=51, lease_seconds=60))
    with refusal("LEASE_INVALID"):
        await completer.call(pb.ClaimPendingDetectionsRequest(limit=1, lease_seconds=4))


async def test_reviews_append_and_come_with_the_detection(
    clinician: Caller, photo: bytes, refusal: type
) -> None:
    image = await _image(clinician, photo)
    detection = await _record(clinician, image.id, finding=finding())
    for verdict, note in ((pb.VERDICT_BENIGN, "regular"), (pb.VERDICT_BIOPSY_BENIGN, "nevus")):
        await clinician.call(
            pb.AddReviewRequest(detection_id=detection.id, verdict=verdict, note=note)
        )
    got = await clinician.call(pb.GetDetectionRequest(detection_id=detection.id))
    assert [review.note for review in got.reviews] == ["regular", "nevus"]
    with refusal("VERDICT_REQUIRED"):
        await clinician.call(pb.AddReviewRequest(detection_id=detection.id))
    pending = await _pending(clinician, photo)
    with refusal("DETECTION_NOT_COMPLETE"):
        await clinician.call(pb.AddReviewRequest(detection_id=pending, verdict=pb.VERDICT_AGREES))


async def test_a_photo_that_can_not_be_assessed_takes_every_verdict_but_agreement(
    clinician: Caller, photo: bytes, refusal: type
) -> None:
    image = await _image(clinician, photo)
    unusable = finding(assessable=False, quality=["NOT_A_LESION"])
    detection = await _record(clinician, image.id, finding=unusable)
    with refusal("NOTHING_TO_AGREE_WITH"):
        await clinician.call(
            pb.AddReviewRequest(detection_id=detection.id, verdict=pb.VERDICT_AGREES)
        )
    await clinician.call(
        pb.AddReviewRequest(detection_id=detection.id, verdict=pb.VERDICT_MALIGNANT)
    )
    got = await clinician.call(pb.GetDetectionRequest(detection_id=detection.id))
    assert [review.verdict for review in got.reviews] == [pb.VERDICT_MALIGNANT]


async def test_a_detection_comes_with_what_the_record_says_of_its_subject(
    clinician: Caller, photo: bytes
) -> None:
    patient = await clinician.add_patient(birth_date="1961-04-30", fitzpatrick_type=5)
    lesion = await clinician.add_lesion(patient.id, body_site=pb.BODY_SITE_PALMS_SOLES)
    taken = to_timestamp(datetime(2024, 5, 6, 5, 8, 9, tzinfo=UTC))
    unsorted = (await clinician.upload(photo, patient_id=patient.id)).image
    sorted_ = (
        await clinician.upload(photo, patient_id=patient.id, lesion_id=lesion.id, captured_at=taken)
    ).image
    for image, site, moment in (
        (unsorted, pb.BODY_SITE_UNSPECIFIED, unsorted.created_at),
        (sorted_, pb.BODY_SITE_PALMS_SOLES, taken),
    ):
        detection = await _record(clinician, image.id, finding=finding())
        got = await clinician.call(pb.GetDetectionRequest(detection_id=detection.id))
        assert got.subject == pb.Subject(
            birth_date="1961-04-30", fitzpatrick_type=5, body_site=site, taken_at=moment
        )


async def _image(caller: Caller, photo: bytes) -> pb.Image:
    patient = await caller.add_patient()
    return (await caller.upload(photo, patient_id=patient.id)).image


async def _record(caller: Caller, image_id: str, **outcome: Any) -> pb.Detection:
    request = pb.RecordDetectionRequest(image_id=image_id, **outcome)
    return (await caller.call(request)).detection


async def _pending(caller: Caller, photo: bytes) -> str:
    image = await _image(caller, photo)
    return (await _record(caller, image.id)).id


async def _claim(completer: Caller, detection_id: str) -> pb.Claim:
    """Claim until this detection is among them: tests share one database."""
    request = pb.ClaimPendingDetectionsRequest(limit=50, lease_seconds=60)
    claims = (await completer.call(request)).claims
    return next(claim for claim in claims if claim.detection_id == detection_id)


def _make_due(service: Service, detection_id: str) -> None:
    with service.raw(as_owner=True) as connection:
        connection.execute("UPDATE detections SET due_at = now() WHERE id = %s", [detection_id])


async def test_what_waits_is_counted_over_all_clinics(
    service: Service, clinician: Caller, stranger: Caller, photo: bytes
) -> None:
    database = Database(service.app_url)
    async with database.session() as session:
        before = await queue_metrics.count(session)
    await _pending(clinician, photo)
    await _pending(stranger, photo)
    async with database.session() as session:
        after = await queue_metrics.count(session)
    assert after.waiting == before.waiting + 2
    assert after.oldest_seconds >= before.oldest_seconds
    await database.close()
