"""Verdicts at the API: whole, on the photo, and in every export."""

from datetime import date

import pytest

from dermis.patient.v1 import patient_pb2 as pb
from gateway.exports.patient_record import standing
from gateway.tests.conftest import Gateway
from gateway.tests.exported_records import a_record
from gateway.tests.test_record import MOMENT, image

GIVEN = pb.Review(
    id="r-1", image_id="i-1", detection_id="d-1", verdict=pb.VERDICT_BENIGN, note="regular",
    author_id="ada", created_at=MOMENT,
    diagnosis=pb.Diagnosis(code="nevus_atypical", icd_o="8727/0", icd_11="2F20.1"),
    checklist=pb.Checklist(kind=pb.CHECKLIST_KIND_ABCD, items={"border": 2}, score=4.5),
    management=pb.MANAGEMENT_MONITOR, monitor_until="2026-06-14",
    given_on=pb.GivenOn(detection_id="d-1", model_name="lesion", model_version="1.0.0",
                        label="benign", probability_malignant=0.1, assessable=True),
)  # fmt: skip


async def test_a_whole_verdict_goes_in_and_comes_back(gateway: Gateway) -> None:
    gateway.patients.answers["AddReview"] = pb.AddReviewResponse(review=GIVEN)
    draft = {
        "verdict": "benign", "note": "regular", "diagnosis": {"code": "nevus_atypical"},
        "checklist": {"kind": "abcd", "items": {"border": 2}}, "management": "monitor",
        "monitor_until": "2026-06-14", "replaces": "r-0",
    }  # fmt: skip
    body = (await gateway.post("/detections/d-1/reviews", draft)).json()
    asked = gateway.patients.last("AddReview")
    assert (asked.management, asked.monitor_until) == (pb.MANAGEMENT_MONITOR, "2026-06-14")
    assert (asked.replaces, dict(asked.checklist.items)) == ("r-0", {"border": 2})
    assert body["diagnosis"]["icd_o"] == "8727/0"
    assert body["checklist"] == {"kind": "abcd", "items": {"border": 2}, "score": 4.5}
    assert body["given_on"]["model_version"] == "1.0.0"
    assert date.fromisoformat(body["monitor_until"]) == date(2026, 6, 14)


@pytest.mark.parametrize(
    "part",
    [
        {"management": "pray"},
        {"monitor_until": "in spring"},
        {"checklist": {"kind": "abcd", "items": {"border": "two"}}},
        {"checklist": {"kind": "abcd", "items": {str(n): 1 for n in range(17)}}},
        {"diagnosis": {"code": "x" * 65}},
        {"staging": "T1"},
    ],
    ids=str,
)
async def test_what_is_no_verdict_is_refused_at_the_door(
    gateway: Gateway, part: dict[str, object]
) -> None:
    answer = await gateway.post("/detections/d-1/reviews", {"verdict": "benign"} | part)
    assert (answer.status_code, answer.json()["reason"]) == (422, "INVALID_REQUEST")


async def test_points_beyond_what_protobuf_holds_reach_the_rules(gateway: Gateway) -> None:
    gateway.patients.answers["AddReview"] = pb.AddReviewResponse(review=GIVEN)
    checklist = {"kind": "abcd", "items": {"border": 10**30, "asymmetry": -(10**30)}}
    await gateway.post("/detections/d-1/reviews", {"verdict": "benign", "checklist": checklist})
    sent = gateway.patients.last("AddReview").checklist.items
    assert dict(sent) == {"border": 1000, "asymmetry": -1}


async def test_a_photos_record_lists_answers_and_verdicts(gateway: Gateway) -> None:
    newest = pb.Detection(
        id="d-2", patient_id="p-1", image_id="i-1", status=pb.DETECTION_STATUS_PENDING,
        created_at=MOMENT,
    )  # fmt: skip
    gateway.patients.answers["GetImageRecord"] = pb.GetImageRecordResponse(
        image=image(), detections=[newest], reviews=[GIVEN], standing_review_id="r-1"
    )
    body = (await gateway.get("/images/i-1/record")).json()
    assert [answer["id"] for answer in body["detections"]] == ["d-2"]
    assert body["standing_review_id"] == body["reviews"][0]["id"] == "r-1"


def test_the_newest_verdict_that_nobody_took_back_stands() -> None:
    withdrawal = pb.Review(id="r-3", verdict=pb.VERDICT_WITHDRAWN, replaces="r-2")
    replaced = pb.Review(id="r-2", verdict=pb.VERDICT_MALIGNANT, replaced_by="r-3")
    assert standing([withdrawal, replaced, GIVEN]) == GIVEN
    assert standing([withdrawal, replaced]) is None


async def test_exports_keep_a_verdict_when_the_photo_is_assessed_again(
    gateway: Gateway,
    written: list[str],
) -> None:
    (uploaded,) = await a_record(gateway)
    path = f"/predict/again/{uploaded['image_id']}"
    again = (await gateway.post(path, None)).json()
    timeline = gateway.patients.answers["ListTimeline"]
    newest = gateway.patients.detections[again["id"]]
    newest.finished_at.CopyFrom(MOMENT)
    timeline.entries.insert(0, pb.TimelineEntry(at=MOMENT, detection=newest))
    bundle = (await gateway.get("/patients/p-1/export")).json()
    reports = [entry["resource"] for entry in bundle["entry"]
               if entry["resource"]["resourceType"] == "DiagnosticReport"]  # fmt: skip
    assert {report["id"] for report in reports} == {uploaded["id"], again["id"]}
    assert {report["status"] for report in reports} == {"final"}
    review = pb.Review(id="r-1", detection_id=uploaded["id"], verdict=pb.VERDICT_MALIGNANT,
                       note="excise with 2 mm margin", created_at=MOMENT)  # fmt: skip
    gateway.patients.own["GetDetection"] = lambda request: pb.GetDetectionResponse(
        detection=gateway.patients.detections[request.detection_id], reviews=[review]
    )
    assert (await gateway.get(f"/detections/{again['id']}/report.pdf")).status_code == 200
    assert any("excise with 2 mm margin" in line for line in written)
    assert not any("No clinician has given a verdict" in line for line in written)
