"""/images/{id}/markings: what clinicians draw, as the API takes and gives it."""

from typing import Any

import pytest

from dermis.patient.v1 import patient_pb2 as pb
from gateway.tests.conftest import Gateway, bearer
from gateway.tests.test_record import MOMENT

POINTS = [{"x": 0.2, "y": 0.5}, {"x": 0.6, "y": 0.5}]
DRAWN = pb.Marking(
    id="m-1", image_id="i-1", kind=pb.MARKING_KIND_LENGTH,
    points=[pb.MarkingPoint(**point) for point in POINTS], measures=pb.Measures(length=306),
    author_id="ada", created_at=MOMENT,
)  # fmt: skip


async def test_a_photos_markings_come_with_its_scale(gateway: Gateway) -> None:
    gateway.patients.answers["ListMarkings"] = pb.ListMarkingsResponse(
        markings=[DRAWN], millimetres_per_pixel=0.03, usual_field_of_view=22
    )
    body = (await gateway.get("/images/i-1/markings?withdrawn=true")).json()
    assert gateway.patients.last("ListMarkings").withdrawn
    assert (body["millimetres_per_pixel"], body["usual_field_of_view"]) == (0.03, 22)
    (marking,) = body["markings"]
    assert (marking["kind"], marking["points"]) == ("length", POINTS)
    assert marking["measures"]["length"] == 306
    assert (marking["withdrawn_at"], marking["withdrawn_by"]) == (None, None)


async def test_a_marking_is_drawn_and_withdrawn(gateway: Gateway) -> None:
    gateway.patients.answers["AddMarking"] = pb.AddMarkingResponse(marking=DRAWN)
    answer = await gateway.post("/images/i-1/markings", {"kind": "length", "points": POINTS})
    assert (answer.status_code, answer.json()["id"]) == (201, "m-1")
    asked = gateway.patients.last("AddMarking")
    assert (asked.image_id, asked.kind) == ("i-1", pb.MARKING_KIND_LENGTH)
    assert [point.x for point in asked.points] == [0.2, 0.6]
    taken_back = pb.Marking()
    taken_back.CopyFrom(DRAWN)
    taken_back.withdrawn_at.CopyFrom(MOMENT)
    gateway.patients.answers["WithdrawMarking"] = pb.WithdrawMarkingResponse(marking=taken_back)
    answer = await gateway.post("/markings/m-1/withdraw", None)
    assert answer.json()["withdrawn_at"] is not None
    assert gateway.patients.last("WithdrawMarking").marking_id == "m-1"


@pytest.mark.parametrize(
    "body",
    [
        {"kind": "doodle", "points": POINTS},
        {"kind": "length", "points": [{"x": "NaN", "y": 0}]},
        {"kind": "length", "points": [{"x": 0.1, "y": 0.1, "z": 0.1}]},
        {"kind": "outline", "points": POINTS * 51},
        {"kind": "ruler", "points": POINTS, "millimetres": "Infinity"},
        {"kind": "text", "text": "x" * 2_001},
    ],
    ids=str,
)
async def test_what_is_no_marking_never_reaches_the_record(
    gateway: Gateway, body: dict[str, Any]
) -> None:
    answer = await gateway.post("/images/i-1/markings", body)
    assert (answer.status_code, answer.json()["reason"]) == (422, "INVALID_REQUEST")
    assert gateway.patients.count("AddMarking") == 0


async def test_a_patients_sizes_are_listed(gateway: Gateway) -> None:
    size = pb.Size(
        image_id="i-1", marking_id="m-1", longest=6.4, across=4.9, area=24.1, author_id="ada",
        created_at=MOMENT,
    )  # fmt: skip
    gateway.patients.answers["ListSizes"] = pb.ListSizesResponse(sizes=[size])
    (body,) = (await gateway.get("/patients/p-1/sizes?lesion_id=l-1")).json()
    assert gateway.patients.last("ListSizes").lesion_id == "l-1"
    assert (body["longest"], body["across"], body["area"]) == (6.4, 4.9, 24.1)


@pytest.mark.parametrize("role", ["ml_engineer", "admin"])
async def test_only_who_sees_patients_sees_or_draws_markings(gateway: Gateway, role: str) -> None:
    for path in ("/api/images/i-1/markings", "/api/patients/p-1/sizes"):
        answer = await gateway.http.get(path, headers=bearer(role))
        assert (answer.status_code, answer.json()["reason"]) == (403, "NOT_PERMITTED")
    for path in ("/api/images/i-1/markings", "/api/markings/m-1/withdraw"):
        answer = await gateway.http.post(path, json={"kind": "length"}, headers=bearer(role))
        assert (answer.status_code, answer.json()["reason"]) == (403, "NOT_PERMITTED")
