import asyncio
from typing import Any

from dermis.patient.v1 import patient_pb2 as pb
from patient_service.tests.conftest import Caller, Service, finding


async def test_a_photo_waits_for_a_verdict_until_it_has_one(
    clinician: Caller, photo: bytes
) -> None:
    detection = await _diagnosed(clinician, photo)
    assert await _ids(clinician, pb.WORKLIST_KIND_UNREVIEWED) == [detection.id]
    await _review(clinician, detection, pb.VERDICT_AGREES)
    assert await _ids(clinician, pb.WORKLIST_KIND_UNREVIEWED) == []
    assert await _ids(clinician, pb.WORKLIST_KIND_RECENT) == [detection.id]


async def test_an_entry_says_whose_it_is(clinician: Caller, photo: bytes) -> None:
    detection = await _diagnosed(clinician, photo)
    request = pb.ListWorklistRequest(kind=pb.WORKLIST_KIND_RECENT)
    entry = (await clinician.call(request)).entries[0]
    patient = (
        await clinician.call(pb.GetPatientRequest(patient_id=detection.patient_id))
    ).patient.profile
    assert (entry.full_name, entry.record_number) == (patient.full_name, patient.record_number)
    assert not entry.detection.finding.HasField("heatmap")


async def test_of_a_photo_only_the_newest_diagnosis_counts(clinician: Caller, photo: bytes) -> None:
    first = await _diagnosed(clinician, photo)
    second = await _rediagnosed(clinician, first)
    assert await _ids(clinician, pb.WORKLIST_KIND_RECENT) == [second.id]


async def test_a_photo_without_an_answer_is_pending(clinician: Caller, photo: bytes) -> None:
    patient = await clinician.add_patient()
    added = await clinician.upload(photo, patient_id=patient.id, diagnose=True)
    assert await _ids(clinician, pb.WORKLIST_KIND_PENDING) == [added.detection.id]
    assert await _counts(clinician) == (0, 1, 0)


async def test_what_is_held_for_malignant_is_followed_up_until_a_biopsy_tells(
    clinician: Caller, photo: bytes
) -> None:
    detection = await _diagnosed(clinician, photo)
    assert await _ids(clinician, pb.WORKLIST_KIND_FOLLOW_UP) == []
    await _review(clinician, detection, pb.VERDICT_AGREES)
    assert await _ids(clinician, pb.WORKLIST_KIND_FOLLOW_UP) == [detection.id]
    assert await _counts(clinician) == (0, 0, 1)
    await _review(clinician, detection, pb.VERDICT_BIOPSY_MALIGNANT)
    assert await _ids(clinician, pb.WORKLIST_KIND_FOLLOW_UP) == []


async def test_a_verdict_on_one_photo_says_nothing_of_another(
    clinician: Caller, photo: bytes
) -> None:
    made = [await _diagnosed(clinician, photo) for _ in range(2)]
    for detection in made:
        await _review(clinician, detection, pb.VERDICT_AGREES)
    listed = await _ids(clinician, pb.WORKLIST_KIND_FOLLOW_UP)
    assert listed == [made[1].id, made[0].id]


async def test_a_benign_verdict_ends_the_follow_up(clinician: Caller, photo: bytes) -> None:
    detection = await _diagnosed(clinician, photo)
    await _review(clinician, detection, pb.VERDICT_MALIGNANT)
    await _review(clinician, detection, pb.VERDICT_BENIGN)
    assert await _ids(clinician, pb.WORKLIST_KIND_FOLLOW_UP) == []


async def test_an_excised_lesion_is_no_longer_followed_up(clinician: Caller, photo: bytes) -> None:
    patient = await clinician.add_patient()
    profile = pb.LesionProfile(status=pb.LESION_STATUS_EXCISED)
    request = pb.CreateLesionRequest(patient_id=patient.id, profile=profile)
    lesion = (await clinician.call(request)).lesion
    image = (await clinician.upload(photo, patient_id=patient.id, lesion_id=lesion.id)).image
    detection = await _recorded(clinician, image.id)
    await _review(clinician, detection, pb.VERDICT_MALIGNANT)
    assert await _ids(clinician, pb.WORKLIST_KIND_FOLLOW_UP) == []


async def test_a_rediagnosis_does_not_end_a_follow_up(clinician: Caller, photo: bytes) -> None:
    first = await _diagnosed(clinician, photo)
    await _review(clinician, first, pb.VERDICT_MALIGNANT)
    second = await _rediagnosed(clinician, first)
    assert await _ids(clinician, pb.WORKLIST_KIND_FOLLOW_UP) == [second.id]
    assert await _counts(clinician) == (0, 0, 1)
    await _review(clinician, second, pb.VERDICT_BENIGN)
    assert await _counts(clinician) == (0, 0, 0)


async def test_a_photo_that_is_moved_to_an_excised_lesion_is_no_longer_followed_up(
    clinician: Caller, photo: bytes
) -> None:
    detection = await _diagnosed(clinician, photo)
    await _review(clinician, detection, pb.VERDICT_MALIGNANT)
    lesion = await clinician.add_lesion(detection.patient_id, status=pb.LESION_STATUS_EXCISED)
    move = pb.MoveImageRequest(image_id=detection.image_id, lesion_id=lesion.id)
    await clinician.call(move)
    assert await _counts(clinician) == (0, 0, 0)
    await clinician.call(
        pb.UpdateLesionRequest(
            lesion_id=lesion.id,
            version=lesion.version,
            profile=pb.LesionProfile(status=pb.LESION_STATUS_OBSERVED),
        )
    )
    assert await _counts(clinician) == (0, 0, 1)


async def test_a_restored_patient_waits_again(clinician: Caller, photo: bytes) -> None:
    detection = await _diagnosed(clinician, photo)
    await clinician.call(pb.ArchivePatientRequest(patient_id=detection.patient_id))
    await clinician.call(pb.RestorePatientRequest(patient_id=detection.patient_id))
    assert await _counts(clinician) == (1, 0, 0)


async def test_worklists_stay_true_when_many_change_one_photo_at_once(
    service: Service, clinician: Caller, photo: bytes
) -> None:
    first = await _diagnosed(clinician, photo)
    verdicts = [pb.VERDICT_MALIGNANT, pb.VERDICT_BENIGN, pb.VERDICT_AGREES] * 4
    await asyncio.gather(
        *(_review(clinician, first, verdict) for verdict in verdicts),
        *(_rediagnosed(clinician, first) for _ in range(8)),
    )
    with service.raw(as_owner=True) as connection:
        differing = connection.execute(
            "(TABLE worklist EXCEPT TABLE worklist_now)"
            " UNION ALL (TABLE worklist_now EXCEPT TABLE worklist)"
        ).fetchall()
    assert differing == []


async def test_an_archived_patient_waits_for_nobody(clinician: Caller, photo: bytes) -> None:
    detection = await _diagnosed(clinician, photo)
    await clinician.call(pb.ArchivePatientRequest(patient_id=detection.patient_id))
    assert await _ids(clinician, pb.WORKLIST_KIND_RECENT) == []
    assert await _counts(clinician) == (0, 0, 0)


async def test_a_worklist_comes_in_pages_newest_first(clinician: Caller, photo: bytes) -> None:
    made = [(await _diagnosed(clinician, photo)).id for _ in range(3)]
    first = await clinician.call(pb.ListWorklistRequest(kind=pb.WORKLIST_KIND_RECENT, limit=2))
    second = await clinician.call(
        pb.ListWorklistRequest(kind=pb.WORKLIST_KIND_RECENT, limit=2, cursor=first.next_cursor)
    )
    listed = [entry.detection.id for entry in (*first.entries, *second.entries)]
    assert listed == made[::-1]
    assert not second.next_cursor


async def test_a_worklist_must_be_named(clinician: Caller, refusal: Any) -> None:
    with refusal("WORKLIST_KIND_REQUIRED"):
        await clinician.call(pb.ListWorklistRequest())


async def test_another_clinics_photos_are_not_seen(
    service: Service, clinician: Caller, photo: bytes
) -> None:
    await _diagnosed(clinician, photo)
    stranger = service.clinician()
    assert await _ids(stranger, pb.WORKLIST_KIND_RECENT) == []
    assert await _counts(stranger) == (0, 0, 0)


async def _diagnosed(clinician: Caller, photo: bytes) -> pb.Detection:
    patient = await clinician.add_patient()
    image = (await clinician.upload(photo, patient_id=patient.id)).image
    return await _recorded(clinician, image.id)


async def _recorded(clinician: Caller, image_id: str) -> pb.Detection:
    request = pb.RecordDetectionRequest(image_id=image_id, finding=finding(0.8))
    detection: pb.Detection = (await clinician.call(request)).detection
    return detection


async def _rediagnosed(clinician: Caller, first: pb.Detection) -> pb.Detection:
    request = pb.RecordDetectionRequest(
        image_id=first.image_id, finding=finding(0.4), rediagnosis=True
    )
    detection: pb.Detection = (await clinician.call(request)).detection
    return detection


async def _review(
    clinician: Caller, detection: pb.Detection, verdict: pb.Verdict.ValueType
) -> None:
    await clinician.call(pb.AddReviewRequest(detection_id=detection.id, verdict=verdict))


async def _ids(clinician: Caller, kind: pb.WorklistKind.ValueType) -> list[str]:
    answer = await clinician.call(pb.ListWorklistRequest(kind=kind))
    return [entry.detection.id for entry in answer.entries]


async def _counts(clinician: Caller) -> tuple[int, int, int]:
    counts = await clinician.call(pb.CountWorklistRequest())
    return counts.unreviewed, counts.pending, counts.follow_up
