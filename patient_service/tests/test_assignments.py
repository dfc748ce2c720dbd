"""Photos handed to colleagues, and what is open by colleague."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from dermis.patient.v1 import patient_pb2 as pb
from patient_service.tests.conftest import Caller, Service, finding
from patient_service.tests.test_verdicts import assert_worklists_are_true
from service_kit.errors import DomainError

ADA, GRACE = str(uuid4()), str(uuid4())


async def test_a_list_says_whose_each_photo_is_and_what_it_shows(
    clinician: Caller, photo: bytes
) -> None:
    detection = await _assessed(clinician, photo)
    await _assign(clinician, detection, to=ADA)
    (entry,) = await _unreviewed(clinician)
    assert entry.assigned_to == ADA
    assert (entry.lesion_label, entry.body_site) == ("shoulder", pb.BODY_SITE_UPPER_EXTREMITY)
    assert entry.birth_date == "1961-04-30"
    assert entry.uploaded_by == detection.requested_by


async def test_a_photo_is_handed_on_and_given_back(clinician: Caller, photo: bytes) -> None:
    detection = await _assessed(clinician, photo)
    await _assign(clinician, detection, to=ADA)
    await _assign(clinician, detection, to=GRACE, before=ADA)
    await _assign(clinician, detection, before=GRACE)
    assert [entry.assigned_to for entry in await _unreviewed(clinician)] == [""]


async def test_what_a_colleague_has_taken_meanwhile_is_not_taken_from_them(
    clinician: Caller, photo: bytes, refusal: Any
) -> None:
    first, second = [await _assessed(clinician, photo) for _ in range(2)]
    await _assign(clinician, first, to=ADA)
    both = [_to(GRACE, second), _to(GRACE, first)]
    with refusal("ASSIGNMENT_CHANGED"):
        await clinician.call(pb.AssignImagesRequest(assignments=both))
    # All or nothing: the other one is still nobody's.
    assert [entry.assigned_to for entry in await _unreviewed(clinician)] == ["", ADA]


async def test_of_two_who_take_one_photo_at_once_one_gets_it(
    service: Service, clinician: Caller, photo: bytes
) -> None:
    detection = await _assessed(clinician, photo)
    accounts = [str(uuid4()) for _ in range(6)]
    tried = await asyncio.gather(
        *(_assign(clinician, detection, to=account) for account in accounts),
        return_exceptions=True,
    )
    taken = [account for account, answer in zip(accounts, tried, strict=True) if answer is None]
    refused = [answer for answer in tried if isinstance(answer, DomainError)]
    assert len(taken) == 1
    assert {error.reason for error in refused} == {"ASSIGNMENT_CHANGED"}
    assert [entry.assigned_to for entry in await _unreviewed(clinician)] == taken
    assert_worklists_are_true(service)


async def test_two_who_assign_the_same_photos_in_any_order_do_not_wait_in_a_circle(
    service: Service, clinician: Caller, photo: bytes
) -> None:
    made = [await _assessed(clinician, photo) for _ in range(4)]
    orders = [made, made[::-1]] * 3
    await asyncio.gather(
        *(
            clinician.call(pb.AssignImagesRequest(assignments=[_to(ADA, one) for one in order]))
            for order in orders
        ),
        *(_verdict(clinician, one) for one in made),
    )
    assert_worklists_are_true(service)


async def test_assigning_what_is_assigned_so_changes_nothing(
    service: Service, clinician: Caller, photo: bytes
) -> None:
    detection = await _assessed(clinician, photo)
    await _assign(clinician, detection, to=ADA)
    await _assign(clinician, detection, to=ADA)
    assert len(await _audited(service, clinician)) == 1


async def test_who_handed_what_to_whom_is_in_the_audit(
    service: Service, clinician: Caller, photo: bytes
) -> None:
    detection = await _assessed(clinician, photo)
    await _assign(clinician, detection, to=ADA)
    await _assign(clinician, detection, before=ADA)
    given_back, taken = await _audited(service, clinician)
    assert (taken.subject_id, dict(taken.detail)) == (detection.image_id, {"to": ADA, "before": ""})
    assert dict(given_back.detail) == {"to": "", "before": ADA}


async def test_an_assignment_goes_with_its_photo_to_another_patient(
    service: Service, clinician: Caller, photo: bytes
) -> None:
    detection = await _assessed(clinician, photo)
    await _assign(clinician, detection, to=ADA)
    other = await clinician.add_patient()
    await clinician.call(
        pb.UpdateImageRequest(image_id=detection.image_id, version=1, patient_id=other.id)
    )
    (entry,) = await _unreviewed(clinician)
    assert (entry.detection.patient_id, entry.assigned_to) == (other.id, ADA)
    assert_worklists_are_true(service)


@pytest.mark.parametrize("number", [0, 201])
async def test_none_and_too_many_are_refused(clinician: Caller, number: int, refusal: Any) -> None:
    wanted = [pb.Assignment(image_id=str(uuid4()), assigned_to=ADA) for _ in range(number)]
    with refusal("ASSIGNMENTS_INVALID"):
        await clinician.call(pb.AssignImagesRequest(assignments=wanted))


async def test_a_photo_is_named_once(clinician: Caller, photo: bytes, refusal: Any) -> None:
    detection = await _assessed(clinician, photo)
    twice = [_to(ADA, detection), _to(GRACE, detection)]
    with refusal("ASSIGNMENTS_INVALID"):
        await clinician.call(pb.AssignImagesRequest(assignments=twice))


async def test_an_archived_patients_photo_waits_for_nobody(
    clinician: Caller, photo: bytes, refusal: Any
) -> None:
    detection = await _assessed(clinician, photo)
    await clinician.call(pb.ArchivePatientRequest(patient_id=detection.patient_id))
    with refusal("PATIENT_ARCHIVED"):
        await _assign(clinician, detection, to=ADA)


async def test_what_is_open_is_counted_by_colleague(clinician: Caller, photo: bytes) -> None:
    made = [await _assessed(clinician, photo) for _ in range(4)]
    for detection in made[:2]:
        await _assign(clinician, detection, to=ADA)
    await _assign(clinician, made[2], to=GRACE)
    await _verdict(clinician, made[0], pb.VERDICT_MALIGNANT)
    await _verdict(clinician, made[2], pb.VERDICT_BENIGN)
    answer = await clinician.call(pb.CountByColleagueRequest())
    (ada,) = answer.colleagues
    assert (ada.account_id, ada.unreviewed, ada.follow_up, ada.open) == (ADA, 1, 1, 2)
    assert answer.unassigned == 1


async def test_another_clinics_team_is_not_counted(
    clinician: Caller, stranger: Caller, photo: bytes
) -> None:
    await _assign(clinician, await _assessed(clinician, photo), to=ADA)
    answer = await stranger.call(pb.CountByColleagueRequest())
    assert (list(answer.colleagues), answer.unassigned) == ([], 0)


async def _assessed(clinician: Caller, photo: bytes) -> pb.Detection:
    patient = await clinician.add_patient(birth_date="1961-04-30")
    lesion = await clinician.add_lesion(
        patient.id, label="shoulder", body_site=pb.BODY_SITE_UPPER_EXTREMITY
    )
    image = (await clinician.upload(photo, patient_id=patient.id, lesion_id=lesion.id)).image
    request = pb.RecordDetectionRequest(image_id=image.id, finding=finding(0.8))
    detection: pb.Detection = (await clinician.call(request)).detection
    return detection


def _to(account: str, detection: pb.Detection, before: str = "") -> pb.Assignment:
    return pb.Assignment(image_id=detection.image_id, assigned_to=account, assigned_before=before)


async def _assign(
    clinician: Caller, detection: pb.Detection, to: str = "", before: str = ""
) -> None:
    await clinician.call(pb.AssignImagesRequest(assignments=[_to(to, detection, before)]))


async def _verdict(
    clinician: Caller,
    detection: pb.Detection,
    verdict: pb.Verdict.ValueType = pb.VERDICT_AGREES,
) -> None:
    await clinician.call(pb.AddReviewRequest(detection_id=detection.id, verdict=verdict))


async def _unreviewed(clinician: Caller) -> list[pb.WorklistEntry]:
    answer = await clinician.call(pb.ListWorklistRequest(kind=pb.WORKLIST_KIND_UNREVIEWED))
    return list(answer.entries)


async def _audited(service: Service, clinician: Caller) -> list[pb.AuditEntry]:
    """The clinic's assignments, newest first."""
    request = pb.ListAuditRequest(event="image.assigned", limit=200)
    entries = (await service.caller("admin").call(request)).entries
    return [entry for entry in entries if entry.clinic_id == str(clinician.clinic)]
