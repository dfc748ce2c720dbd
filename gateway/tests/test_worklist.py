"""/worklist and /predict/model: where a clinician's day begins."""

from uuid import uuid4

import pytest

from dermis.auth.v1 import auth_pb2
from dermis.patient.v1 import patient_pb2 as pb
from gateway.tests.conftest import Gateway, bearer
from service_kit.clock import now, to_timestamp

MOMENT = to_timestamp(now())


def entry() -> pb.WorklistEntry:
    return pb.WorklistEntry(
        detection=pb.Detection(
            id="d-1", patient_id="p-1", image_id="i-1", created_at=MOMENT,
            status=pb.DETECTION_STATUS_PENDING,
        ),
        full_name="Renée Ångström",
        record_number="H-1",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/worklist/detections?state=recent", pb.WORKLIST_KIND_RECENT),
        ("/worklist/detections?state=unreviewed", pb.WORKLIST_KIND_UNREVIEWED),
        ("/worklist/detections?state=pending", pb.WORKLIST_KIND_PENDING),
        ("/worklist/detections?state=due", pb.WORKLIST_KIND_DUE),
        ("/worklist/detections?state=archived_open", pb.WORKLIST_KIND_ARCHIVED_OPEN),
        ("/worklist/follow-ups", pb.WORKLIST_KIND_FOLLOW_UP),
    ],
)
async def test_each_list_says_whose_its_detections_are(
    gateway: Gateway, path: str, kind: pb.WorklistKind.ValueType
) -> None:
    gateway.patients.answers["ListWorklist"] = pb.ListWorklistResponse(
        entries=[entry()], next_cursor="further"
    )
    body = (await gateway.get(path)).json()
    assert body["next_cursor"] == "further"
    assert body["items"][0]["full_name"] == "Renée Ångström"
    assert body["items"][0]["detection"]["status"] == "pending"
    assert gateway.patients.last("ListWorklist").kind == kind


async def test_an_unknown_list_is_refused(gateway: Gateway) -> None:
    assert (await gateway.get("/worklist/detections?state=all")).status_code == 422


async def test_the_lists_are_counted(gateway: Gateway) -> None:
    gateway.patients.answers["CountWorklist"] = pb.CountWorklistResponse(unreviewed=4, follow_up=2)
    body = (await gateway.get("/worklist/counts")).json()
    assert body == {
        "unreviewed": 4, "pending": 0, "follow_up": 2, "due": 0, "archived_open": 0,
    }  # fmt: skip


async def test_an_administrator_sees_no_worklist(gateway: Gateway) -> None:
    answer = await gateway.get("/worklist/counts", headers=bearer("admin"))
    assert answer.status_code == 403


async def test_the_model_in_use_is_the_one_that_replicas_serve(gateway: Gateway) -> None:
    body = (await gateway.get("/predict/model")).json()
    assert body["model"]["name"] == "lesion"
    assert body["replicas"] >= 1


@pytest.fixture
def colleague(gateway: Gateway) -> str:
    """Somebody at the clinic, beside one who has left."""
    here, left = str(uuid4()), str(uuid4())
    gateway.auth.answers["ListColleagues"] = auth_pb2.ListColleaguesResponse(
        colleagues=[
            auth_pb2.Colleague(id=left, full_name="Grace Hopper", has_left=True),
            auth_pb2.Colleague(id=here, full_name="Noor Haddad"),
        ]
    )
    return here


async def test_a_photo_is_assigned_to_a_colleague_of_the_clinic(
    gateway: Gateway, colleague: str
) -> None:
    wanted = {"image_id": "i-1", "assigned_to": colleague, "assigned_before": "u-9"}
    answer = await gateway.post("/worklist/assignments", {"assignments": [wanted]})
    assert answer.status_code == 204
    (sent,) = gateway.patients.last("AssignImages").assignments
    assert (sent.image_id, sent.assigned_to, sent.assigned_before) == ("i-1", colleague, "u-9")


async def test_nobody_of_another_clinic_and_nobody_who_has_left_is_given_photos(
    gateway: Gateway, colleague: str
) -> None:
    left = gateway.auth.answers["ListColleagues"].colleagues[0].id
    for account in (str(uuid4()), left):
        body = {
            "assignments": [
                {"image_id": "i-1", "assigned_to": colleague},
                {"image_id": "i-2", "assigned_to": account},
            ]
        }
        answer = await gateway.post("/worklist/assignments", body)
        assert (answer.status_code, answer.json()["reason"]) == (404, "COLLEAGUE_NOT_FOUND")
    assert gateway.patients.count("AssignImages") == 0


async def test_taking_and_giving_back_asks_nobody_who_works_here(gateway: Gateway) -> None:
    me = str(uuid4())
    body = {
        "assignments": [
            {"image_id": "i-1", "assigned_to": me},
            {"image_id": "i-2", "assigned_to": None, "assigned_before": me},
        ]
    }
    answer = await gateway.post("/worklist/assignments", body, headers=bearer("clinician", sub=me))
    assert answer.status_code == 204
    taken, given_back = gateway.patients.last("AssignImages").assignments
    assert (taken.assigned_to, given_back.assigned_to) == (me, "")


async def test_who_only_administers_assigns_nothing(gateway: Gateway) -> None:
    body = {"assignments": [{"image_id": "i-1"}]}
    answer = await gateway.post("/worklist/assignments", body, headers=bearer("admin"))
    assert answer.status_code == 403


async def test_what_is_urgent_says_why(gateway: Gateway) -> None:
    shown = entry()
    shown.assigned_to, shown.body_site = "u-1", pb.BODY_SITE_HEAD_NECK
    urgent = pb.UrgentEntry(entry=shown, urgency=pb.URGENCY_CONSIDERED_MALIGNANT)
    gateway.patients.answers["ListUrgent"] = pb.ListUrgentResponse(entries=[urgent])
    (first,) = (await gateway.get("/worklist/urgent")).json()["entries"]
    assert first["urgency"] == "considered_malignant"
    assert first["entry"]["assigned_to"] == "u-1"
    assert first["entry"]["body_site"] == "head_neck"
    assert first["entry"]["birth_date"] is None


async def test_the_team_and_the_figures_are_handed_on(gateway: Gateway) -> None:
    gateway.patients.answers["CountByColleague"] = pb.CountByColleagueResponse(
        colleagues=[pb.ColleagueCounts(account_id="u-1", unreviewed=3, open=3)], unassigned=7
    )
    team = (await gateway.get("/worklist/team")).json()
    assert (team["colleagues"][0]["open"], team["unassigned"]) == (3, 7)
    week = pb.WeekFigures(since=MOMENT, figures=pb.ClinicFigures(images=2))
    gateway.patients.answers["GetClinicFigures"] = pb.GetClinicFiguresResponse(
        all=pb.ClinicFigures(images=2, verdicts=1, agreed=1, hours=0.0), weeks=[week]
    )
    figures = (await gateway.get("/worklist/figures")).json()
    assert figures["all"] == {
        "images": 2, "verdicts": 1, "agreed": 1, "malignant": 0, "hours": 0.0,
    }  # fmt: skip
    assert figures["weeks"][0]["figures"]["hours"] is None
