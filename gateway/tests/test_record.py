"""/patients, /lesions, /images, /detections and the audit: what clients say, and back."""

from datetime import UTC, datetime
from typing import Any

import pytest

from dermis.auth.v1 import auth_pb2
from dermis.patient.v1 import patient_pb2 as pb
from gateway.tests.conftest import Gateway, bearer
from service_kit.clock import now, to_timestamp
from service_kit.errors import DomainError
from service_kit.reasons import Reason

MOMENT = to_timestamp(now())
PROFILE = {"record_number": "H-1", "full_name": "Renée Ångström"}


def patient(**fields: Any) -> pb.Patient:
    profile = pb.PatientProfile(**(PROFILE | fields))
    return pb.Patient(id="p-1", profile=profile, version=3, created_at=MOMENT, updated_at=MOMENT)


def lesion() -> pb.Lesion:
    return pb.Lesion(
        id="l-1", patient_id="p-1", version=2, created_at=MOMENT, updated_at=MOMENT,
        image_count=4,
        profile=pb.LesionProfile(
            region=pb.BODY_REGION_UPPER_BACK, side=pb.BODY_SIDE_LEFT,
            body_site=pb.BODY_SITE_POSTERIOR_TORSO, label="upper", first_noted="2025-11-02",
            status=pb.LESION_STATUS_OBSERVED,
            position=pb.BodyPosition(view=pb.BODY_VIEW_BACK, x=0.42, y=0.31),
        ),
    )  # fmt: skip


def image(identifier: str = "i-1") -> pb.Image:
    return pb.Image(
        id=identifier, patient_id="p-1", media_type="image/jpeg", size=3, created_at=MOMENT
    )


async def test_a_patient_is_created_with_an_etag(gateway: Gateway) -> None:
    gateway.patients.answers["CreatePatient"] = pb.CreatePatientResponse(
        patient=patient(birth_date="1961-04-30", sex=pb.SEX_FEMALE, fitzpatrick_type=2)
    )
    body = PROFILE | {"birth_date": "1961-04-30", "sex": "female", "fitzpatrick_type": 2}
    answer = await gateway.post("/patients/", body)
    assert answer.status_code == 201
    assert answer.headers["etag"] == '"3"'
    assert body.items() <= answer.json().items()
    sent = gateway.patients.last("CreatePatient").profile
    assert (sent.birth_date, sent.sex) == ("1961-04-30", pb.SEX_FEMALE)


async def test_what_is_not_known_of_a_patient_is_null(gateway: Gateway) -> None:
    gateway.patients.answers["GetPatient"] = pb.GetPatientResponse(patient=patient())
    body = (await gateway.get("/patients/p-1")).json()
    for field in ("birth_date", "sex", "fitzpatrick_type", "archived_at"):
        assert body[field] is None


async def test_a_change_is_made_from_a_version(gateway: Gateway) -> None:
    gateway.patients.answers["UpdatePatient"] = pb.UpdatePatientResponse(patient=patient())
    for tag, status in ((None, 428), ("W/x", 428), ('"2"', 200), ('W/"2"', 200)):
        headers = gateway.headers | ({"if-match": tag} if tag else {})
        answer = await gateway.http.put("/api/patients/p-1", json=PROFILE, headers=headers)
        assert answer.status_code == status, tag
    assert gateway.patients.last("UpdatePatient").version == 2


async def test_a_conflict_is_a_failed_precondition(gateway: Gateway) -> None:
    gateway.patients.answers["UpdatePatient"] = DomainError(
        Reason.VERSION_CONFLICT, "Somebody changed it."
    )
    answer = await gateway.http.put(
        "/api/patients/p-1", json=PROFILE, headers=gateway.headers | {"if-match": '"2"'}
    )
    assert answer.status_code == 412


async def test_lists_take_a_limit_and_a_cursor_and_answer_the_next(gateway: Gateway) -> None:
    gateway.patients.answers["ListPatients"] = pb.ListPatientsResponse(
        patients=[patient()], next_cursor="more"
    )
    page = (await gateway.get("/patients/?search=ren&limit=1&cursor=c&archived=true")).json()
    assert (len(page["items"]), page["next_cursor"]) == (1, "more")
    sent = gateway.patients.last("ListPatients")
    assert (sent.search, sent.limit, sent.cursor, sent.archived) == ("ren", 1, "c", True)
    assert (await gateway.get("/patients/?limit=201")).status_code == 422
    gateway.patients.answers["ListPatients"] = pb.ListPatientsResponse()
    assert (await gateway.get("/patients/")).json() == {
        "items": [], "next_cursor": None, "only_similar": False,
    }  # fmt: skip
    gateway.patients.answers["ListPatients"] = pb.ListPatientsResponse(
        patients=[patient()], only_similar=True
    )
    assert (await gateway.get("/patients/?search=renne")).json()["only_similar"] is True


async def test_patients_are_archived_and_restored(gateway: Gateway) -> None:
    gateway.patients.answers["ArchivePatient"] = pb.ArchivePatientResponse(patient=patient())
    gateway.patients.answers["RestorePatient"] = pb.RestorePatientResponse(patient=patient())
    for verb in ("archive", "restore"):
        assert (await gateway.post(f"/patients/p-1/{verb}")).status_code == 200


async def test_the_timeline_tells_its_kinds_apart(gateway: Gateway) -> None:
    change = pb.Change(id="c-1", action="updated", fields=["risk_notes"], created_at=MOMENT)
    review = pb.Review(
        id="r-1", detection_id="d-1", verdict=pb.VERDICT_BIOPSY_BENIGN, created_at=MOMENT
    )
    detection = pb.Detection(
        id="d-1", image_id="i-1", status=pb.DETECTION_STATUS_PENDING, created_at=MOMENT
    )
    subjects: list[dict[str, Any]] = [
        {"image": image()}, {"detection": detection}, {"review": review},
        {"note": pb.Note(id="n-1", text="seen", created_at=MOMENT)}, {"change": change},
    ]  # fmt: skip
    gateway.patients.answers["ListTimeline"] = pb.ListTimelineResponse(
        entries=[pb.TimelineEntry(at=MOMENT, **subject) for subject in subjects]
    )
    page = (await gateway.get("/patients/p-1/timeline?kind=note&kind=review&lesion_id=l-1")).json()
    kinds = [entry["kind"] for entry in page["items"]]
    assert kinds == ["image", "detection", "review", "note", "change"]
    assert all(entry[entry["kind"]]["id"] for entry in page["items"])
    assert page["items"][2]["review"]["verdict"] == "biopsy_benign"
    sent = gateway.patients.last("ListTimeline")
    assert list(sent.kinds) == [pb.TIMELINE_KIND_NOTE, pb.TIMELINE_KIND_REVIEW]


async def test_a_note_is_written(gateway: Gateway) -> None:
    gateway.patients.answers["AddNote"] = pb.AddNoteResponse(
        note=pb.Note(id="n-1", text="seen", created_at=MOMENT)
    )
    answer = await gateway.post("/patients/p-1/notes", {"text": "seen", "lesion_id": "l-1"})
    assert answer.status_code == 201
    assert gateway.patients.last("AddNote").lesion_id == "l-1"


async def test_a_lesion_has_a_site_and_a_place_on_the_body_map(gateway: Gateway) -> None:
    gateway.patients.answers["CreateLesion"] = pb.CreateLesionResponse(lesion=lesion())
    body = {
        "body_site": "posterior_torso", "label": "upper", "first_noted": "2025-11-02",
        "position": {"view": "back", "x": 0.42, "y": 0.31}, "status": "observed",
        "region": "upper_back", "side": "left",
    }  # fmt: skip
    answer = await gateway.post("/patients/p-1/lesions", body)
    assert answer.status_code == 201
    assert body.items() <= answer.json().items()
    sent = gateway.patients.last("CreateLesion").profile
    assert (sent.body_site, sent.position.view, sent.region, sent.side) == (
        pb.BODY_SITE_POSTERIOR_TORSO,
        pb.BODY_VIEW_BACK,
        pb.BODY_REGION_UPPER_BACK,
        pb.BODY_SIDE_LEFT,
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {"body_site": "elbow"},
        {"region": "left_elbow"},
        {"side": "middle"},
        {"position": {"view": "back", "x": 1.1, "y": 0}},
        {"position": {"view": "side", "x": 0, "y": 0}},
        {"status": "gone"},
    ],
)
async def test_a_lesion_off_the_map_is_refused(gateway: Gateway, wrong: dict[str, Any]) -> None:
    assert (await gateway.post("/patients/p-1/lesions", wrong)).status_code == 422


async def test_lesions_are_listed_changed_and_compared(gateway: Gateway) -> None:
    gateway.patients.answers["ListLesions"] = pb.ListLesionsResponse(lesions=[lesion()])
    (shown,) = (await gateway.get("/patients/p-1/lesions")).json()["items"]
    assert (shown["image_count"], shown["version"]) == (4, 2)
    gateway.patients.answers["UpdateLesion"] = pb.UpdateLesionResponse(lesion=lesion())
    changed = await gateway.http.put(
        "/api/lesions/l-1", json={"label": "x"}, headers=gateway.headers | {"if-match": '"2"'}
    )
    assert (changed.status_code, changed.headers["etag"]) == (200, '"2"')
    gateway.patients.answers["CompareImages"] = pb.CompareImagesResponse(
        lesion=lesion(), left=pb.ComparedImage(image=image("a")),
        right=pb.ComparedImage(image=image("b")),
    )  # fmt: skip
    compared = (await gateway.get("/lesions/l-1/compare?left=a&right=b")).json()
    assert (compared["left"]["image"]["id"], compared["right"]["image"]["id"]) == ("a", "b")
    assert compared["left"]["detection"] is None


async def test_a_clinician_gives_a_verdict(gateway: Gateway) -> None:
    review = pb.Review(id="r-1", detection_id="d-1", verdict=pb.VERDICT_BENIGN, created_at=MOMENT)
    gateway.patients.answers["AddReview"] = pb.AddReviewResponse(review=review)
    answer = await gateway.post("/detections/d-1/reviews", {"verdict": "benign", "note": "nevus"})
    assert (answer.status_code, answer.json()["verdict"]) == (201, "benign")
    assert gateway.patients.last("AddReview").verdict == pb.VERDICT_BENIGN
    wrong = await gateway.post("/detections/d-1/reviews", {"verdict": "unspecified"})
    assert wrong.status_code == 422


async def test_agreement_with_an_answer_that_was_not_given_is_refused_with_the_way_out(
    gateway: Gateway,
) -> None:
    gateway.patients.answers["AddReview"] = DomainError(Reason.NOTHING_TO_AGREE_WITH)
    answer = await gateway.post("/detections/d-1/reviews", {"verdict": "agrees"})
    assert (answer.status_code, answer.json()["reason"]) == (409, "NOTHING_TO_AGREE_WITH")
    assert "Give a verdict of your own." in answer.json()["detail"]


async def test_the_audit_has_two_chains_with_the_same_filters(gateway: Gateway) -> None:
    admin = bearer("admin")
    gateway.auth.answers["ListAudit"] = auth_pb2.ListAuditResponse(
        entries=[auth_pb2.AuditEntry(sequence=1, event="sign_in.succeeded", occurred_at=MOMENT)]
    )
    gateway.patients.answers["ListAudit"] = pb.ListAuditResponse(
        entries=[pb.AuditEntry(position=9, event="patient.viewed", at=MOMENT, patient_id="p-1")]
    )
    since = "2026-01-01T00:00:00Z"
    identity = await gateway.get(f"/admin/audit?actor=a-1&since={since}", headers=admin)
    assert identity.json()["items"][0]["event"] == "sign_in.succeeded"
    assert gateway.auth.last("ListAudit").since.ToDatetime(UTC) == datetime(2026, 1, 1, tzinfo=UTC)
    both = await gateway.get("/admin/audit", headers=admin)
    assert [item["chain"] for item in both.json()["items"]] == ["identity", "record"]
    one = await gateway.get("/admin/audit?chain=identity", headers=admin)
    assert [item["chain"] for item in one.json()["items"]] == ["identity"]
    record = await gateway.get("/admin/audit?patient=p-1", headers=admin)
    assert record.json()["items"][0]["chain"] == "record"
    assert gateway.patients.last("ListAudit").patient_id == "p-1"


async def test_a_broken_chain_is_said_to_be_broken(gateway: Gateway) -> None:
    gateway.auth.answers["VerifyAudit"] = auth_pb2.VerifyAuditResponse(intact=True, entries=10)
    gateway.patients.answers["VerifyAudit"] = pb.VerifyAuditResponse(entries=20, broken_at=7)
    state = (await gateway.get("/admin/audit/verify", headers=bearer("admin"))).json()
    assert state["intact"] is False
    assert state["chains"] == [
        {"chain": "identity", "intact": True, "entries": 10, "broken_at": None},
        {"chain": "record", "intact": False, "entries": 20, "broken_at": 7},
    ]
