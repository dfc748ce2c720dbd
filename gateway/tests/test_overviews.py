"""Overview photos and their pins, as the API takes and gives them, and in exports."""

import io
import zipfile
from typing import Any
from uuid import uuid4

import httpx
import pytest
from fhir.resources.R4B.bundle import Bundle

from dermis.patient.v1 import patient_pb2 as pb
from gateway.tests.conftest import Gateway, bearer
from gateway.tests.exported_records import a_record
from gateway.tests.pictures import photo
from gateway.tests.test_record import MOMENT

BACK = {"body_site": "posterior_torso"}
PIN = pb.Pin(id="pin-1", image_id="i-1", lesion_id="l-1", x=0.25, y=0.5, author_id="ada",
             created_at=MOMENT)  # fmt: skip


async def send(gateway: Gateway, key: str = "", **form: str) -> httpx.Response:
    return await gateway.http.post(
        f"/api/patients/{uuid4()}/overviews",
        files={"file": ("back.jpg", photo(), "image/jpeg")},
        data=form,
        headers=gateway.headers | ({"Idempotency-Key": key} if key else {}),
    )


async def test_an_overview_photo_is_stored_and_not_assessed(gateway: Gateway) -> None:
    answer = await send(gateway, **BACK, captured_at="2026-03-14T09:20:00Z")
    assert answer.status_code == 201
    body = answer.json()
    assert body["overview"] == {"body_site": "posterior_torso", "region": None, "side": None}
    assert body["captured_at"] == "2026-03-14T09:20:00Z"
    assert answer.headers["location"] == f"/api/images/{body['id']}/info"
    assert gateway.torchserve.asked == []
    assert gateway.patients.detections == {}


async def test_an_overview_photo_that_is_sent_twice_is_stored_once(gateway: Gateway) -> None:
    key = str(uuid4())
    first, second = [await send(gateway, key, **BACK) for _ in range(2)]
    assert first.json()["id"] == second.json()["id"]


async def test_it_may_name_a_region_and_a_side(gateway: Gateway) -> None:
    named = {"body_site": "upper_extremity", "region": "shoulder", "side": "left"}
    assert (await send(gateway, **named)).json()["overview"] == named


@pytest.mark.parametrize(
    "form",
    [{}, {"body_site": "nowhere"}, {**BACK, "region": "tail"}, {**BACK, "lesion_id": "l-1"}],
    ids=str,
)
async def test_a_photo_of_nowhere_is_refused(gateway: Gateway, form: dict[str, str]) -> None:
    answer = await send(gateway, **form)
    assert (answer.status_code, answer.json()["reason"]) == (422, "INVALID_REQUEST")
    assert gateway.patients.images == {}


async def test_overview_photos_are_listed_by_themselves(gateway: Gateway) -> None:
    await gateway.get("/patients/p-1/images?overviews=true")
    assert gateway.patients.last("ListImages").overviews


async def test_which_part_it_shows_is_corrected(gateway: Gateway) -> None:
    gateway.patients.answers["UpdateImage"] = pb.UpdateImageResponse(
        image=pb.Image(id="i-1", created_at=MOMENT)
    )
    headers = gateway.headers | {"If-Match": '"1"'}
    body = {"overview": {"body_site": "lower_extremity", "region": "calf", "side": "right"}}
    answer = await gateway.http.patch("/api/images/i-1", json=body, headers=headers)
    assert answer.status_code == 200
    assert gateway.patients.last("UpdateImage").overview == pb.OverviewRegion(
        body_site=pb.BODY_SITE_LOWER_EXTREMITY, region=pb.BODY_REGION_CALF, side=pb.BODY_SIDE_RIGHT
    )


async def test_the_model_is_not_asked_about_an_overview_photo(gateway: Gateway) -> None:
    image_id = (await send(gateway, **BACK)).json()["id"]
    answer = await gateway.post(f"/predict/again/{image_id}")
    assert (answer.status_code, answer.json()["reason"]) == (409, "IMAGE_IS_OVERVIEW")
    assert gateway.torchserve.asked == []


async def test_pins_are_placed_listed_and_removed(gateway: Gateway) -> None:
    gateway.patients.answers["PlacePin"] = pb.PlacePinResponse(pin=PIN)
    place = {"x": 0.25, "y": 0.5}
    path = "/api/images/i-1/pins/l-1"
    answer = await gateway.http.put(path, json=place, headers=gateway.headers)
    assert (answer.status_code, answer.json()["lesion_id"]) == (200, "l-1")
    asked = gateway.patients.last("PlacePin")
    assert (asked.image_id, asked.lesion_id, asked.x, asked.y) == ("i-1", "l-1", 0.25, 0.5)
    gateway.patients.answers["ListPins"] = pb.ListPinsResponse(pins=[PIN])
    (listed,) = (await gateway.get("/images/i-1/pins")).json()
    assert {name: listed[name] for name in place} == place
    answer = await gateway.http.delete(path, headers=gateway.headers)
    assert answer.status_code == 204
    assert gateway.patients.last("RemovePin").lesion_id == "l-1"


@pytest.mark.parametrize(
    "body",
    [{"x": 1.5, "y": 0}, {"x": "NaN", "y": 0}, {"x": 0.5}, {"x": 0, "y": 0, "z": 0}],
    ids=str,
)
async def test_a_pin_beside_the_photo_never_reaches_the_record(
    gateway: Gateway, body: dict[str, Any]
) -> None:
    path = "/api/images/i-1/pins/l-1"
    answer = await gateway.http.put(path, json=body, headers=gateway.headers)
    assert (answer.status_code, answer.json()["reason"]) == (422, "INVALID_REQUEST")
    assert gateway.patients.count("PlacePin") == 0


@pytest.mark.parametrize("role", ["ml_engineer", "admin"])
async def test_only_who_sees_patients_sees_or_places_pins(gateway: Gateway, role: str) -> None:
    for method, path in (
        ("GET", "/api/images/i-1/pins"),
        ("PUT", "/api/images/i-1/pins/l-1"),
        ("DELETE", "/api/images/i-1/pins/l-1"),
        ("POST", "/api/patients/p-1/overviews"),
    ):
        answer = await gateway.http.request(method, path, headers=bearer(role))
        assert (answer.status_code, answer.json()["reason"]) == (403, "NOT_PERMITTED")


async def test_the_record_leaves_with_overview_photos_and_where_they_show_lesions(
    gateway: Gateway,
) -> None:
    await a_record(gateway)
    image_id = (await send(gateway, **BACK)).json()["id"]
    image = gateway.patients.images[image_id]
    listed = gateway.patients.answers["ListTimeline"]
    listed.entries.append(pb.TimelineEntry(at=MOMENT, image=image))
    (lesion,) = gateway.patients.answers["ListLesions"].lesions
    pin = pb.Pin(image_id=image_id, lesion_id=lesion.id, x=0.25, y=0.5, created_at=MOMENT)
    gateway.patients.answers["ListPins"] = pb.ListPinsResponse(pins=[pin])
    answer = await gateway.get("/patients/p-1/export.zip")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert f"photos/{image_id}.jpg" in archive.namelist()
        bundle = Bundle.model_validate_json(archive.read("bundle.json"))
    held: dict[str, Any] = {
        str(entry.resource.id): entry.resource for entry in bundle.entry or [] if entry.resource
    }
    media = held[image_id]
    assert media.type.text == "Overview photo of a region of the body"
    assert media.bodySite.coding[0].code == "66643007"
    (shown,) = held[lesion.id].image
    assert shown.title == (
        f"photos/{image_id}.jpg: 25.0% from the left edge and 50.0% from the upper edge"
    )
