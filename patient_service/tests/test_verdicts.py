"""A verdict belongs to its photo: it outlives the model's answers, and may be taken back."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dermis.patient.v1 import patient_pb2 as pb
from patient_service.tests.conftest import Caller, Service, finding

TODAY = datetime.now(UTC).date()


async def test_a_verdict_outlives_three_further_answers(clinician: Caller, photo: bytes) -> None:
    first = await assessed(clinician, photo)
    await review(clinician, first, pb.VERDICT_MALIGNANT, note="excise with 2 mm margin")
    for version in ("1.1.0", "1.2.0", "2.0.0"):
        newest = await again(clinician, first.image_id, version=version)
        shown = await clinician.call(pb.GetDetectionRequest(detection_id=newest.id))
        assert [given.note for given in shown.reviews] == ["excise with 2 mm margin"]
    record = await record_of(clinician, first.image_id)
    versions = [answer.finding.model_version for answer in record.detections]
    assert versions == ["2.0.0", "1.2.0", "1.1.0", "1.0.0"]
    given_on = record.reviews[0].given_on
    assert record.standing_review_id == record.reviews[0].id
    assert (given_on.detection_id, given_on.model_version) == (first.id, "1.0.0")
    assert given_on.probability_malignant == pytest.approx(0.8)


async def test_worklist_timeline_and_comparison_agree_on_the_newest_word(
    clinician: Caller, photo: bytes
) -> None:
    patient = await clinician.add_patient()
    lesion = await clinician.add_lesion(patient.id)
    first = await assessed(clinician, photo, patient_id=patient.id, lesion_id=lesion.id)
    given = await review(clinician, first, pb.VERDICT_MALIGNANT)
    newest = await again(clinician, first.image_id, version="2.0.0")
    worklist = await clinician.call(pb.ListWorklistRequest(kind=pb.WORKLIST_KIND_FOLLOW_UP))
    assert [(one.detection.id, one.review) for one in worklist.entries] == [(newest.id, given)]
    timeline = await clinician.call(
        pb.ListTimelineRequest(patient_id=patient.id, kinds=[pb.TIMELINE_KIND_REVIEW])
    )
    assert [entry.review for entry in timeline.entries] == [given]
    compared = await clinician.call(
        pb.CompareImagesRequest(
            lesion_id=lesion.id, left_image_id=first.image_id, right_image_id=first.image_id
        )
    )
    assert (compared.left.detection.id, compared.left.review) == (newest.id, given)


async def test_a_later_answer_asks_for_another_verdict_only_where_it_contradicts_this_one(
    clinician: Caller, photo: bytes
) -> None:
    first = await assessed(clinician, photo)
    await review(clinician, first, pb.VERDICT_AGREES)
    await again(clinician, first.image_id)
    assert (await counts(clinician)).unreviewed == 0
    benign = finding(0.1, label="benign", model_version="2.0.0")
    newest = await again(clinician, first.image_id, answer=benign)
    assert (await counts(clinician)).unreviewed == 1
    await review(clinician, newest, pb.VERDICT_MALIGNANT)
    await again(clinician, first.image_id, answer=benign)
    assert (await counts(clinician)).unreviewed == 0


async def test_no_model_questions_a_biopsy(clinician: Caller, photo: bytes) -> None:
    first = await assessed(clinician, photo)
    await review(clinician, first, pb.VERDICT_BIOPSY_MALIGNANT)
    await again(clinician, first.image_id, answer=finding(0.1, label="benign"))
    waiting = await counts(clinician)
    assert (waiting.unreviewed, waiting.follow_up) == (0, 0)


async def test_a_verdict_holds_what_a_dermatologist_writes(clinician: Caller, photo: bytes) -> None:
    first = await assessed(clinician, photo)
    until = (TODAY + timedelta(days=90)).isoformat()
    given = await review(
        clinician, first, pb.VERDICT_BENIGN, note="Regular network.",
        diagnosis=pb.Diagnosis(code="nevus_atypical", text="junctional"),
        checklist=pb.Checklist(
            kind=pb.CHECKLIST_KIND_ABCD,
            items={"asymmetry": 1, "border": 2, "colours": 3, "structures": 3},
        ),
        management=pb.MANAGEMENT_MONITOR, monitor_until=until,
    )  # fmt: skip
    assert (given.diagnosis.icd_o, given.diagnosis.icd_11) == ("8727/0", "2F20.1")
    assert given.checklist.score == pytest.approx(4.5)
    histology = pb.Histology(
        diagnosis=pb.Diagnosis(code="melanoma_in_situ"), reported_on=TODAY.isoformat(),
        source="Pathology Bergen, 26-4711",
    )  # fmt: skip
    biopsy = await review(clinician, first, pb.VERDICT_BIOPSY_MALIGNANT, histology=histology)
    record = await record_of(clinician, first.image_id)
    assert list(record.reviews) == [biopsy, given]
    assert record.reviews[0].histology.diagnosis.icd_o == "8720/2"
    assert record.reviews[1].monitor_until == until


@pytest.mark.parametrize(
    ("items", "score"),
    [
        ({}, 0),
        ({"atypical_network": 1, "regression": 1}, 3),
        ({"blue_whitish_veil": 1, "atypical_vessels": 1, "irregular_streaks": 1}, 5),
    ],
)
async def test_the_seven_point_score_follows_from_its_items(
    clinician: Caller, photo: bytes, items: dict[str, int], score: int
) -> None:
    names = (
        "atypical_network", "blue_whitish_veil", "atypical_vessels", "irregular_streaks",
        "irregular_dots", "irregular_blotches", "regression",
    )  # fmt: skip
    filled = dict.fromkeys(names, 0) | items
    checklist = pb.Checklist(kind=pb.CHECKLIST_KIND_SEVEN_POINT, items=filled)
    detection = await assessed(clinician, photo)
    given = await review(clinician, detection, pb.VERDICT_BENIGN, checklist=checklist)
    assert given.checklist.score == score


@pytest.mark.parametrize(
    ("reason", "content"),
    [
        ("DIAGNOSIS_UNKNOWN", {"diagnosis": pb.Diagnosis(code="wart")}),
        ("DIAGNOSIS_CONTRADICTS", {"diagnosis": pb.Diagnosis(code="melanoma")}),
        ("TEXT_TOO_LONG", {"diagnosis": pb.Diagnosis(text="x" * 201)}),
        ("TEXT_NOT_ALLOWED", {"diagnosis": pb.Diagnosis(text="a\x00b")}),
        ("CHECKLIST_INVALID", {"checklist": pb.Checklist(items={"border": 2})}),
        (
            "CHECKLIST_INVALID",
            {"checklist": pb.Checklist(kind=pb.CHECKLIST_KIND_ABCD, items={"border": 2})},
        ),
        (
            "CHECKLIST_INVALID",
            {
                "checklist": pb.Checklist(
                    kind=pb.CHECKLIST_KIND_ABCD,
                    items={"asymmetry": 3, "border": 2, "colours": 3, "structures": 3},
                )
            },
        ),
        ("MONITOR_DATE_INVALID", {"management": pb.MANAGEMENT_MONITOR}),
        ("MONITOR_DATE_INVALID", {"monitor_until": TODAY.isoformat()}),
        (
            "MONITOR_DATE_INVALID",
            {"management": pb.MANAGEMENT_MONITOR, "monitor_until": "2020-01-01"},
        ),
        ("DATE_INVALID", {"management": pb.MANAGEMENT_MONITOR, "monitor_until": "tomorrow"}),
        ("HISTOLOGY_UNEXPECTED", {"histology": pb.Histology(source="a lab")}),
        ("WITHDRAWAL_SAYS_MORE", {"verdict": pb.VERDICT_WITHDRAWN}),
        ("ENUM_INVALID", {"management": 77}),
    ],
)
async def test_nonsense_is_refused(
    clinician: Caller, photo: bytes, refusal: type, reason: str, content: dict[str, Any]
) -> None:
    detection = await assessed(clinician, photo)
    with refusal(reason):
        await review(clinician, detection, **{"verdict": pb.VERDICT_BENIGN} | content)
    assert not (await record_of(clinician, detection.image_id)).reviews


async def test_a_histology_report_of_tomorrow_is_refused(
    clinician: Caller, photo: bytes, refusal: type
) -> None:
    detection = await assessed(clinician, photo)
    late = (TODAY + timedelta(days=2)).isoformat()
    with refusal("DATE_IN_FUTURE"):
        await review(
            clinician, detection, pb.VERDICT_BIOPSY_BENIGN, histology=pb.Histology(reported_on=late)
        )


async def test_a_withdrawn_verdict_no_longer_stands_and_stays_in_the_history(
    clinician: Caller, photo: bytes
) -> None:
    first = await assessed(clinician, photo)
    wrong = await review(clinician, first, pb.VERDICT_MALIGNANT, note="wrong patient")
    taken_back = await review(clinician, first, pb.VERDICT_WITHDRAWN, replaces=wrong.id)
    record = await record_of(clinician, first.image_id)
    assert record.standing_review_id == ""
    assert [one.id for one in record.reviews] == [taken_back.id, wrong.id]
    assert (record.reviews[0].replaces, record.reviews[1].replaced_by) == (wrong.id, taken_back.id)
    waiting = await counts(clinician)
    assert (waiting.unreviewed, waiting.follow_up) == (1, 0)


async def test_withdrawing_the_newest_word_lets_the_one_before_stand(
    clinician: Caller, photo: bytes
) -> None:
    first = await assessed(clinician, photo)
    earlier = await review(clinician, first, pb.VERDICT_MALIGNANT)
    later = await review(clinician, first, pb.VERDICT_BENIGN)
    await review(clinician, first, pb.VERDICT_WITHDRAWN, replaces=later.id)
    assert (await record_of(clinician, first.image_id)).standing_review_id == earlier.id
    assert (await counts(clinician)).follow_up == 1


async def test_a_verdict_is_corrected_once(clinician: Caller, photo: bytes, refusal: type) -> None:
    first = await assessed(clinician, photo)
    wrong = await review(clinician, first, pb.VERDICT_BENIGN)
    right = await review(clinician, first, pb.VERDICT_MALIGNANT, replaces=wrong.id)
    with refusal("REVIEW_REPLACED"):
        await review(clinician, first, pb.VERDICT_WITHDRAWN, replaces=wrong.id)
    assert (await record_of(clinician, first.image_id)).standing_review_id == right.id


async def test_of_many_corrections_at_once_one_is_taken(
    service: Service, clinician: Caller, photo: bytes
) -> None:
    first = await assessed(clinician, photo)
    wrong = await review(clinician, first, pb.VERDICT_BENIGN)
    outcomes = await asyncio.gather(
        *(review(clinician, first, pb.VERDICT_WITHDRAWN, replaces=wrong.id) for _ in range(8)),
        return_exceptions=True,
    )
    refused = [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    assert {getattr(error, "reason", error) for error in refused} == {"REVIEW_REPLACED"}
    assert len(refused) == 7
    assert_worklists_are_true(service)


async def test_a_verdict_of_another_photo_or_clinic_can_not_be_replaced(
    clinician: Caller, stranger: Caller, photo: bytes, refusal: type
) -> None:
    first, other = await assessed(clinician, photo), await assessed(clinician, photo)
    given = await review(clinician, first, pb.VERDICT_BENIGN)
    with refusal("REVIEW_NOT_FOUND"):
        await review(clinician, other, pb.VERDICT_WITHDRAWN, replaces=given.id)
    theirs = await assessed(stranger, photo)
    with refusal("REVIEW_NOT_FOUND"):
        await review(stranger, theirs, pb.VERDICT_WITHDRAWN, replaces=given.id)
    with refusal("IMAGE_NOT_FOUND"):
        await record_of(stranger, first.image_id)


async def test_what_is_to_be_seen_again_rises_by_its_date(clinician: Caller, photo: bytes) -> None:
    late, soon, far = [await assessed(clinician, photo) for _ in range(3)]
    for detection, days in ((soon, 10), (late, 0), (far, 60)):
        await monitor(clinician, detection, days)
    due = await clinician.call(pb.ListWorklistRequest(kind=pb.WORKLIST_KIND_DUE))
    assert [entry.detection.id for entry in due.entries] == [late.id, soon.id]
    assert due.entries[0].due_on == TODAY.isoformat()
    assert (await counts(clinician)).due == 2
    first = await clinician.call(pb.ListWorklistRequest(kind=pb.WORKLIST_KIND_DUE, limit=1))
    second = await clinician.call(
        pb.ListWorklistRequest(kind=pb.WORKLIST_KIND_DUE, limit=1, cursor=first.next_cursor)
    )
    assert [entry.detection.id for entry in second.entries] == [soon.id]


async def test_a_verdict_on_a_later_photo_of_the_lesion_ends_the_monitoring(
    service: Service, clinician: Caller, photo: bytes
) -> None:
    patient = await clinician.add_patient()
    lesion = await clinician.add_lesion(patient.id)
    shown: dict[str, Any] = {"patient_id": patient.id, "lesion_id": lesion.id}
    first, second = [await assessed(clinician, photo, **shown) for _ in range(2)]
    await monitor(clinician, first, 0)
    assert (await counts(clinician)).due == 1
    given = await review(clinician, second, pb.VERDICT_BENIGN)
    assert (await counts(clinician)).due == 0
    await review(clinician, second, pb.VERDICT_WITHDRAWN, replaces=given.id)
    assert (await counts(clinician)).due == 1
    await asyncio.gather(*(monitor(clinician, one, 0) for one in (first, second) for _ in range(4)))
    assert (await counts(clinician)).due == 1
    assert_worklists_are_true(service)


async def test_an_archived_patient_leaves_the_open_malignant_photos_in_a_list_of_their_own(
    clinician: Caller, photo: bytes
) -> None:
    suspect = await assessed(clinician, photo)
    benign = await assessed(clinician, photo, answer=finding(0.1, label="benign"))
    for detection in (suspect, benign):
        await clinician.call(pb.ArchivePatientRequest(patient_id=detection.patient_id))
    request = pb.ListWorklistRequest(kind=pb.WORKLIST_KIND_ARCHIVED_OPEN)
    listed = await clinician.call(request)
    assert [entry.detection.id for entry in listed.entries] == [suspect.id]
    waiting = await counts(clinician)
    assert (waiting.unreviewed, waiting.archived_open) == (0, 1)


async def test_what_is_open_of_a_patient_is_counted(clinician: Caller, photo: bytes) -> None:
    patient = await clinician.add_patient()
    shown: dict[str, Any] = {"patient_id": patient.id}
    for answer in (finding(), finding(), finding(0.1, label="benign")):
        detection = await assessed(clinician, photo, answer=answer, **shown)
    await monitor(clinician, detection, 30)
    await clinician.upload(photo, patient_id=patient.id, diagnose=True)
    found = await clinician.call(pb.CountOpenRequest(patient_id=patient.id))
    assert (found.unreviewed, found.considered_malignant) == (2, 2)
    assert (found.pending, found.due) == (1, 1)


async def assessed(
    caller: Caller, photo: bytes, answer: pb.Finding | None = None, **header: str
) -> pb.Detection:
    """A photo, of a new patient if not said otherwise, with an answer."""
    if "patient_id" not in header:
        header["patient_id"] = (await caller.add_patient()).id
    image = (await caller.upload(photo, **header)).image
    request = pb.RecordDetectionRequest(image_id=image.id, finding=answer or finding())
    return (await caller.call(request)).detection


async def again(
    caller: Caller, image_id: str, answer: pb.Finding | None = None, version: str = "1.0.0"
) -> pb.Detection:
    answer = answer or finding(model_version=version)
    request = pb.RecordDetectionRequest(image_id=image_id, finding=answer, rediagnosis=True)
    return (await caller.call(request)).detection


async def review(
    caller: Caller, detection: pb.Detection, verdict: pb.Verdict.ValueType, **content: Any
) -> pb.Review:
    request = pb.AddReviewRequest(detection_id=detection.id, verdict=verdict, **content)
    return (await caller.call(request)).review


async def monitor(caller: Caller, detection: pb.Detection, days: int) -> pb.Review:
    until = (TODAY + timedelta(days=days)).isoformat()
    return await review(
        caller, detection, pb.VERDICT_BENIGN,
        management=pb.MANAGEMENT_MONITOR, monitor_until=until,
    )  # fmt: skip


async def record_of(caller: Caller, image_id: str) -> pb.GetImageRecordResponse:
    return await caller.call(pb.GetImageRecordRequest(image_id=image_id))


async def counts(caller: Caller) -> pb.CountWorklistResponse:
    return await caller.call(pb.CountWorklistRequest())


def assert_worklists_are_true(service: Service) -> None:
    with service.raw(as_owner=True) as connection:
        differing = connection.execute(
            "(TABLE worklist EXCEPT TABLE worklist_now)"
            " UNION ALL (TABLE worklist_now EXCEPT TABLE worklist)"
        ).fetchall()
    assert differing == []
