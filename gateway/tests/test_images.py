"""/images and heatmaps: photos out, and where the model looked."""

import pytest

from dermis.patient.v1 import patient_pb2 as pb
from gateway.tests.conftest import Gateway
from gateway.tests.pictures import photo
from gateway.tests.test_record import MOMENT, image


async def test_photos_are_listed_described_and_moved(gateway: Gateway) -> None:
    gateway.patients.answers["ListImages"] = pb.ListImagesResponse(images=[image()])
    assert len((await gateway.get("/patients/p-1/images?unsorted=true")).json()["items"]) == 1
    assert gateway.patients.last("ListImages").unsorted
    gateway.patients.answers["UpdateImage"] = pb.UpdateImageResponse(image=image())
    for body, lesion_id in (({"lesion_id": "l-1"}, "l-1"), ({"lesion_id": None}, "")):
        moved = await gateway.http.patch("/api/images/i-1", json=body, headers=gateway.headers)
        assert moved.status_code == 200
        asked = gateway.patients.last("UpdateImage")
        assert (asked.HasField("lesion_id"), asked.lesion_id) == (True, lesion_id)


async def test_a_correction_changes_only_what_it_names(gateway: Gateway) -> None:
    gateway.patients.answers["UpdateImage"] = pb.UpdateImageResponse(image=image())
    headers = gateway.headers | {"If-Match": '"7"'}
    moved = await gateway.http.patch("/api/images/i-1", json={"patient_id": "p-2"}, headers=headers)
    assert moved.status_code == 200
    asked = gateway.patients.last("UpdateImage")
    assert (asked.version, asked.patient_id) == (7, "p-2")
    assert not asked.HasField("lesion_id")
    assert not asked.HasField("captured_at")
    dated = {"captured_at": "2026-03-14T10:20:00+01:00"}
    await gateway.http.patch("/api/images/i-1", json=dated, headers=gateway.headers)
    asked = gateway.patients.last("UpdateImage")
    assert (asked.version, asked.captured_at.ToJsonString()) == (0, "2026-03-14T09:20:00Z")
    wrong = await gateway.http.patch(
        "/api/images/i-1", json={"captured_at": "last spring"}, headers=gateway.headers
    )
    assert wrong.status_code == 422


async def test_a_photo_in_error_says_why_and_until_when_it_can_be_restored(
    gateway: Gateway,
) -> None:
    voided = image()
    voided.void_reason, voided.voided_by = "another patient's", "ada"
    voided.voided_at.CopyFrom(MOMENT)
    voided.restorable_until.CopyFrom(MOMENT)
    gateway.patients.answers["VoidImage"] = pb.VoidImageResponse(image=voided)
    body = (
        await gateway.post("/images/i-1/entered-in-error", {"reason": "another patient's"})
    ).json()
    assert gateway.patients.last("VoidImage").reason == "another patient's"
    assert body["void_reason"] == "another patient's"
    assert body["restorable_until"] is not None
    gateway.patients.answers["RestoreImage"] = pb.RestoreImageResponse(image=image())
    restored = (await gateway.post("/images/i-1/restore", None)).json()
    assert restored["voided_at"] is None
    gateway.patients.answers["ListImages"] = pb.ListImagesResponse(images=[voided])
    await gateway.get("/patients/p-1/images?entered_in_error=true")
    assert gateway.patients.last("ListImages").voided


async def test_a_photo_in_error_has_no_report(gateway: Gateway) -> None:
    uploaded = (await gateway.upload(photo())).json()
    gateway.patients.images[uploaded["image_id"]].voided_at.CopyFrom(MOMENT)
    answer = await gateway.get(f"/detections/{uploaded['id']}/report.pdf")
    assert (answer.status_code, answer.json()["reason"]) == (409, "IMAGE_VOIDED")


async def test_a_photo_comes_back_with_an_etag_for_its_own_clinician_only(
    gateway: Gateway,
) -> None:
    uploaded = (await gateway.upload(photo())).json()
    path = f"/images/{uploaded['image_id']}"
    answer = await gateway.get(path)
    assert answer.content == gateway.patients.photos[uploaded["image_id"]]
    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.headers["cache-control"] == "private, no-store"
    assert answer.headers["vary"] == "Authorization"
    etag = answer.headers["etag"]
    for held in (etag, f"W/{etag}", f'"other", {etag}'):
        again = await gateway.get(path, headers=gateway.headers | {"if-none-match": held})
        assert (again.status_code, again.content) == (304, b"")
    await gateway.get(f"{path}/thumbnail")
    assert gateway.patients.last("GetImage").variant == pb.IMAGE_VARIANT_THUMBNAIL


async def test_the_file_as_it_was_sent_is_there_to_be_saved(gateway: Gateway) -> None:
    uploaded = (await gateway.upload(photo())).json()
    answer = await gateway.get(f"/images/{uploaded['image_id']}/original")
    assert gateway.patients.last("GetImage").variant == pb.IMAGE_VARIANT_SENT
    name = f"{uploaded['image_id']}.jpg"
    assert answer.headers["content-disposition"] == f'attachment; filename="{name}"'
    assert answer.headers["cache-control"].startswith("private")


@pytest.mark.parametrize("path", ["", "/thumbnail", "/info"])
async def test_head_is_answered_as_get_without_the_body(gateway: Gateway, path: str) -> None:
    uploaded = (await gateway.upload(photo())).json()
    address = f"/api/images/{uploaded['image_id']}{path}"
    full = await gateway.http.get(address, headers=gateway.headers)
    answer = await gateway.http.head(address, headers=gateway.headers)
    assert (answer.status_code, answer.content) == (200, b"")
    for name in ("content-type", "content-length", "etag", "cache-control"):
        assert answer.headers.get(name) == full.headers.get(name)
    assert (await gateway.http.head(address)).status_code == 401
    assert (await gateway.http.head("/api/nowhere")).status_code == 404


async def test_an_unknown_photo_is_a_problem_document(gateway: Gateway) -> None:
    answer = await gateway.get("/images/i-9")
    assert (answer.status_code, answer.json()["reason"]) == (404, "NOT_FOUND")


async def test_a_photo_whose_bytes_cannot_be_reached_is_refused_before_anything_was_sent(
    gateway: Gateway,
) -> None:
    uploaded = (await gateway.upload(photo())).json()
    gateway.patients.store_is_away = True
    answer = await gateway.get(f"/images/{uploaded['image_id']}")
    assert (answer.status_code, answer.json()["reason"]) == (503, "STORE_UNAVAILABLE")
    assert answer.headers["retry-after"]


async def test_the_heatmap_is_the_one_stored_with_the_finding(gateway: Gateway) -> None:
    uploaded = (await gateway.upload(photo())).json()
    asked = len(gateway.torchserve.asked)
    explained = await gateway.post(f"/predict/gradcam/{uploaded['id']}")
    assert explained.json()["grid"] == uploaded["heatmap"]["grid"]
    assert len(gateway.torchserve.asked) == asked
    for name in ("heatmap_url", "overlay_url"):
        picture = await gateway.http.get(explained.json()[name], headers=gateway.headers)
        assert picture.status_code == 200
        assert picture.headers["content-type"] == "image/png"
        assert picture.content.startswith(b"\x89PNG")


async def test_the_other_classs_heatmap_is_asked_of_the_same_version(gateway: Gateway) -> None:
    uploaded = (await gateway.upload(photo())).json()
    answer = await gateway.post(f"/predict/gradcam/{uploaded['id']}?target=benign")
    assert (answer.json()["target"], answer.json()["max"]) == ("benign", 0.05)
    assert gateway.torchserve.asked[-1].version == "1.0.0"
    gateway.torchserve.version = "2.0.0"
    await gateway.publish(gateway.torchserve.replica("one"))
    retired = await gateway.post(f"/predict/gradcam/{uploaded['id']}?target=benign")
    assert (retired.status_code, retired.json()["reason"]) == (409, "MODEL_RETIRED")


async def test_what_is_pending_has_no_heatmap(gateway: Gateway) -> None:
    await gateway.publish()
    uploaded = (await gateway.upload(photo())).json()
    for path in ("heatmap.png", "overlay.png"):
        answer = await gateway.get(f"/detections/{uploaded['id']}/{path}")
        assert (answer.status_code, answer.json()["reason"]) == (409, "NOT_DIAGNOSED")
