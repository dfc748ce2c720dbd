"""/worklist and /predict/model: where a clinician's day begins."""

import pytest

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
