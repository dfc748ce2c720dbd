"""What was uploaded wrongly can be put right, and nothing is ever half moved."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from dermis.patient.v1 import patient_pb2 as pb
from patient_service.tests.conftest import Caller, Service, finding, make_photo
from patient_service.tests.test_verdicts import (
    again,
    assert_worklists_are_true,
    assessed,
    counts,
    monitor,
    record_of,
    review,
)
from service_kit.clock import now, to_timestamp


async def test_a_moved_photo_takes_its_answers_and_verdicts_along(
    service: Service, clinician: Caller, photo: bytes
) -> None:
    wrong, right = await clinician.add_patient(), await clinician.add_patient()
    lesion = await clinician.add_lesion(right.id)
    detection = await assessed(clinician, photo, patient_id=wrong.id)
    newest = await again(clinician, detection.image_id)
    given = await review(clinician, detection, pb.VERDICT_MALIGNANT)
    moved = await correct(clinician, detection.image_id, patient_id=right.id, lesion_id=lesion.id)
    assert (moved.patient_id, moved.lesion_id, moved.version) == (right.id, lesion.id, 2)
    assert await photos_of(clinician, wrong.id) == []
    assert await photos_of(clinician, right.id) == [detection.image_id]
    assert await kinds_of(clinician, wrong.id) == ["change image_left", "change created"]
    assert set(await kinds_of(clinician, right.id)) == {
        "change image_arrived", "review", "detection", "image", "change created",
    }  # fmt: skip
    record = await record_of(clinician, detection.image_id)
    assert [one.patient_id for one in record.detections] == [right.id, right.id]
    assert record.standing_review_id == given.id
    follow_up = await clinician.call(pb.ListWorklistRequest(kind=pb.WORKLIST_KIND_FOLLOW_UP))
    assert [entry.detection.id for entry in follow_up.entries] == [newest.id]
    assert follow_up.entries[0].record_number == right.profile.record_number
    assert_worklists_are_true(service)


async def test_a_move_is_in_the_audit_of_both_patients(
    service: Service, clinician: Caller, photo: bytes
) -> None:
    wrong, right = await clinician.add_patient(), await clinician.add_patient()
    detection = await assessed(clinician, photo, patient_id=wrong.id)
    await correct(clinician, detection.image_id, patient_id=right.id)
    for patient in (wrong, right):
        request = pb.ListAuditRequest(patient_id=patient.id, event="image.moved")
        (entry,) = (await service.caller("admin").call(request)).entries
        assert entry.subject_id == detection.image_id
        assert entry.detail == {"moved_from": wrong.id, "moved_to": right.id}


async def test_a_moved_upload_that_is_sent_again_is_the_same_photo(
    clinician: Caller, photo: bytes, refusal: type
) -> None:
    wrong, right = await clinician.add_patient(), await clinician.add_patient()
    header = {"patient_id": wrong.id, "idempotency_key": str(uuid4()), "diagnose": True}
    first = await clinician.upload(photo, **header)
    await correct(clinician, first.image.id, patient_id=right.id)
    second = await clinician.upload(photo, **header)
    assert (second.replayed, second.image.id) == (True, first.image.id)
    assert second.detection.patient_id == right.id
    with refusal("IDEMPOTENCY_KEY_REUSED"):
        await clinician.upload(photo, **header | {"patient_id": right.id})
    await correct(clinician, first.image.id, patient_id=wrong.id)
    assert (await clinician.upload(photo, **header)).replayed


async def test_an_answer_that_comes_after_the_move_lands_on_the_right_patient(
    clinician: Caller, photo: bytes
) -> None:
    wrong, right = await clinician.add_patient(), await clinician.add_patient()
    added = await clinician.upload(photo, patient_id=wrong.id, diagnose=True)
    await correct(clinician, added.image.id, patient_id=right.id)
    request = pb.RecordDetectionRequest(image_id=added.image.id, finding=finding())
    assert (await clinician.call(request)).detection.patient_id == right.id


async def test_a_photo_in_error_leaves_every_list_and_can_be_restored(
    service: Service, clinician: Caller, photo: bytes, refusal: type
) -> None:
    patient = await clinician.add_patient()
    lesion = await clinician.add_lesion(patient.id)
    detection = await assessed(clinician, photo, patient_id=patient.id, lesion_id=lesion.id)
    await review(clinician, detection, pb.VERDICT_MALIGNANT)
    voided = await void(clinician, detection.image_id, "another patient's")
    assert voided.void_reason == "another patient's"
    left = voided.restorable_until.ToDatetime() - voided.voided_at.ToDatetime()
    assert left == timedelta(days=30)
    assert await photos_of(clinician, patient.id) == []
    assert await photos_of(clinician, patient.id, voided=True) == [detection.image_id]
    assert "image" not in await kinds_of(clinician, patient.id)
    assert "review" not in await kinds_of(clinician, patient.id)
    listed = await clinician.call(pb.ListDetectionsRequest(patient_id=patient.id))
    assert not listed.detections
    (shown,) = (await clinician.call(pb.ListLesionsRequest(patient_id=patient.id))).lesions
    assert shown.image_count == 0
    waiting = await counts(clinician)
    assert (waiting.unreviewed, waiting.follow_up) == (0, 0)
    compare = pb.CompareImagesRequest(
        lesion_id=lesion.id, left_image_id=detection.image_id, right_image_id=detection.image_id
    )
    with refusal("IMAGE_NOT_FOUND"):
        await clinician.call(compare)
    for refused in (
        review(clinician, detection, pb.VERDICT_BENIGN),
        again(clinician, detection.image_id),
        correct(clinician, detection.image_id, lesion_id=""),
        void(clinician, detection.image_id, "once more"),
    ):
        with refusal("IMAGE_VOIDED"):
            await refused
    restored = (await clinician.call(pb.RestoreImageRequest(image_id=detection.image_id))).image
    assert not restored.HasField("voided_at")
    assert await photos_of(clinician, patient.id) == [detection.image_id]
    assert (await counts(clinician)).follow_up == 1
    assert_worklists_are_true(service)


async def test_a_photo_in_error_is_no_first_copy(clinician: Caller, photo: bytes) -> None:
    patient = await clinician.add_patient()
    first = (await clinician.upload(photo, patient_id=patient.id)).image
    await void(clinician, first.id, "blurred")
    assert (await clinician.upload(photo, patient_id=patient.id)).image.duplicate_of == ""


async def test_a_withdrawn_verdict_stays_withdrawn_on_a_moved_photo(
    clinician: Caller, photo: bytes
) -> None:
    detection = await assessed(clinician, photo)
    given = await review(clinician, detection, pb.VERDICT_MALIGNANT)
    await review(clinician, detection, pb.VERDICT_WITHDRAWN, replaces=given.id)
    right = await clinician.add_patient()
    await correct(clinician, detection.image_id, patient_id=right.id)
    record = await record_of(clinician, detection.image_id)
    assert (len(record.reviews), record.standing_review_id) == (2, "")
    assert (await counts(clinician)).unreviewed == 1


async def test_after_thirty_days_nothing_is_restored(
    service: Service, clinician: Caller, photo: bytes, refusal: type
) -> None:
    detection = await assessed(clinician, photo)
    await void(clinician, detection.image_id, "a thumb")
    with service.raw(as_owner=True) as connection:
        connection.execute(
            "UPDATE images SET voided_at = now() - interval '31 days' WHERE id = %s",
            [detection.image_id],
        )
    with refusal("RESTORE_TOO_LATE"):
        await clinician.call(pb.RestoreImageRequest(image_id=detection.image_id))


async def test_lists_and_history_follow_the_date_a_photo_was_taken(
    clinician: Caller, photo: bytes
) -> None:
    patient = await clinician.add_patient()
    first, second, third = [
        (await clinician.upload(make_photo(seed), patient_id=patient.id)).image.id
        for seed in range(3)
    ]
    await correct(clinician, first, captured_at=to_timestamp(datetime(1970, 1, 1, tzinfo=UTC)))
    await correct(clinician, second, captured_at=to_timestamp(now() - timedelta(days=94)))
    assert await photos_of(clinician, patient.id) == [third, second, first]
    page = await clinician.call(pb.ListImagesRequest(patient_id=patient.id, limit=1))
    rest = await clinician.call(
        pb.ListImagesRequest(patient_id=patient.id, cursor=page.next_cursor)
    )
    assert [image.id for image in [*page.images, *rest.images]] == [third, second, first]
    timeline = (await clinician.call(pb.ListTimelineRequest(patient_id=patient.id))).entries
    assert [entry.image.id for entry in timeline if entry.HasField("image")] == [
        third, second, first,
    ]  # fmt: skip
    times = [entry.at.ToDatetime() for entry in timeline]
    assert times == sorted(times, reverse=True)


@pytest.mark.parametrize(
    ("reason", "moment"),
    [
        ("CAPTURED_IN_FUTURE", now() + timedelta(days=1)),
        ("CAPTURED_TOO_EARLY", datetime(1899, 12, 31, tzinfo=UTC)),
    ],
)
async def test_a_photo_was_not_taken_tomorrow_nor_before_photography_of_skin(
    clinician: Caller, photo: bytes, refusal: type, reason: str, moment: datetime
) -> None:
    detection = await assessed(clinician, photo)
    with refusal(reason):
        await correct(clinician, detection.image_id, captured_at=to_timestamp(moment))


async def test_a_correction_based_on_an_older_version_is_refused(
    clinician: Caller, photo: bytes, refusal: type
) -> None:
    detection = await assessed(clinician, photo)
    lesion = await clinician.add_lesion(detection.patient_id)
    await correct(clinician, detection.image_id, lesion_id=lesion.id, version=1)
    with refusal("VERSION_CONFLICT"):
        await correct(clinician, detection.image_id, lesion_id="", version=1)
    with refusal("VERSION_CONFLICT"):
        await void(clinician, detection.image_id, "wrong", version=1)


async def test_a_photo_goes_to_no_archived_patient_and_to_nobody_elses_lesion(
    clinician: Caller, photo: bytes, refusal: type
) -> None:
    detection = await assessed(clinician, photo)
    archived, other = await clinician.add_patient(), await clinician.add_patient()
    lesion = await clinician.add_lesion(other.id)
    await clinician.call(pb.ArchivePatientRequest(patient_id=archived.id))
    with refusal("PATIENT_ARCHIVED"):
        await correct(clinician, detection.image_id, patient_id=archived.id)
    with refusal("LESION_NOT_FOUND"):
        await correct(clinician, detection.image_id, lesion_id=lesion.id)
    with refusal("TEXT_REQUIRED"):
        await void(clinician, detection.image_id, " ")
    assert await photos_of(clinician, detection.patient_id) == [detection.image_id]


async def test_monitoring_follows_photos_to_their_lesion(
    service: Service, clinician: Caller, photo: bytes
) -> None:
    patient = await clinician.add_patient()
    lesion = await clinician.add_lesion(patient.id)
    shown: dict[str, Any] = {"patient_id": patient.id, "lesion_id": lesion.id}
    first, second = [await assessed(clinician, photo, **shown) for _ in range(2)]
    await monitor(clinician, first, 0)
    await review(clinician, second, pb.VERDICT_BENIGN)
    assert (await counts(clinician)).due == 0
    await correct(clinician, second.image_id, lesion_id="")
    assert (await counts(clinician)).due == 1
    await correct(clinician, second.image_id, lesion_id=lesion.id)
    await void(clinician, second.image_id, "wrong lesion")
    assert (await counts(clinician)).due == 1
    assert_worklists_are_true(service)


async def test_one_photo_moved_voided_reviewed_and_answered_at_once_stays_whole(
    service: Service, clinician: Caller, photo: bytes
) -> None:
    patients = [await clinician.add_patient() for _ in range(2)]
    detection = await assessed(clinician, photo, patient_id=patients[0].id)
    image_id = detection.image_id
    tries: list[Any] = []
    for turn in range(6):
        tries += [
            correct(clinician, image_id, patient_id=patients[turn % 2].id),
            void(clinician, image_id, "wrong"),
            clinician.call(pb.RestoreImageRequest(image_id=image_id)),
            review(clinician, detection, pb.VERDICT_MALIGNANT),
            again(clinician, image_id),
            clinician.call(pb.ArchivePatientRequest(patient_id=patients[1].id)),
            clinician.call(pb.RestorePatientRequest(patient_id=patients[1].id)),
        ]
    outcomes = await asyncio.gather(*tries, return_exceptions=True)
    reasons = {getattr(one, "reason", one) for one in outcomes if isinstance(one, Exception)}
    assert reasons <= {"VERSION_CONFLICT", "IMAGE_VOIDED", "PATIENT_ARCHIVED"}
    with service.raw(as_owner=True) as connection:
        owners = connection.execute(
            "SELECT patient_id FROM images WHERE id = %(id)s"
            " UNION SELECT patient_id FROM detections WHERE image_id = %(id)s"
            " UNION SELECT patient_id FROM reviews WHERE image_id = %(id)s"
            " UNION SELECT patient_id FROM worklist WHERE image_id = %(id)s",
            {"id": image_id},
        ).fetchall()
    assert len(owners) == 1
    assert_worklists_are_true(service)


async def test_of_two_who_correct_one_version_at_once_one_is_told(
    clinician: Caller, photo: bytes
) -> None:
    detection = await assessed(clinician, photo)
    others = [await clinician.add_patient() for _ in range(6)]
    outcomes = await asyncio.gather(
        *(correct(clinician, detection.image_id, patient_id=o.id, version=1) for o in others),
        return_exceptions=True,
    )
    told = [getattr(one, "reason", one) for one in outcomes if isinstance(one, Exception)]
    assert told == ["VERSION_CONFLICT"] * 5


def test_a_finished_answer_still_never_changes(service: Service) -> None:
    with service.raw(as_owner=True) as connection:
        found = connection.execute("SELECT id FROM detections WHERE status = 'complete'").fetchone()
        assert found
        with pytest.raises(psycopg.errors.CheckViolation):
            connection.execute("UPDATE detections SET label = 'benign' WHERE id = %s", found)


async def correct(caller: Caller, image_id: str, **correction: Any) -> pb.Image:
    request = pb.UpdateImageRequest(image_id=image_id, **correction)
    return (await caller.call(request)).image


async def void(caller: Caller, image_id: str, reason: str, version: int = 0) -> pb.Image:
    request = pb.VoidImageRequest(image_id=image_id, reason=reason, version=version)
    return (await caller.call(request)).image


async def photos_of(caller: Caller, patient_id: str, **which: Any) -> list[str]:
    request = pb.ListImagesRequest(patient_id=patient_id, **which)
    return [image.id for image in (await caller.call(request)).images]


async def kinds_of(caller: Caller, patient_id: str) -> list[str]:
    """The entries of a timeline, newest first; of changes, which."""
    entries = (await caller.call(pb.ListTimelineRequest(patient_id=patient_id))).entries
    return [
        f"change {entry.change.action}"
        if entry.HasField("change")
        else str(entry.WhichOneof("subject"))
        for entry in entries
    ]
