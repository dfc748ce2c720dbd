"""Photos that are none get a clear answer and leave nothing behind; unusual ones are diagnosed."""

import io
import os

import pytest
from PIL import Image

from imaging.decoding import MAX_BYTES, decode
from local_stack.api_client import Clinician
from tests import photos
from tests.problems import assert_problem


async def test_a_text_is_refused_as_no_image(clinician: Clinician, patient: str) -> None:
    await _refused(clinician, patient, b"Dear colleague, the photo follows.", 415, "NOT_AN_IMAGE")


async def test_a_truncated_photo_is_refused(clinician: Clinician, patient: str) -> None:
    half = photos.malignant()[: len(photos.malignant()) // 2]
    await _refused(clinician, patient, half, 422, "IMAGE_TRUNCATED")


async def test_an_empty_file_is_refused(clinician: Clinician, patient: str) -> None:
    await _refused(clinician, patient, b"", 422, "IMAGE_EMPTY")


async def test_a_file_over_20_mib_is_refused(clinician: Clinician, patient: str) -> None:
    padded = photos.malignant() + os.urandom(MAX_BYTES)
    await _refused(clinician, patient, padded, 413, "IMAGE_TOO_LARGE")


async def test_a_small_png_of_64_megapixels_is_refused_before_it_unfolds(
    clinician: Clinician, patient: str
) -> None:
    assert len(photos.bomb()) < 10_000
    await _refused(clinician, patient, photos.bomb(), 422, "IMAGE_TOO_MANY_PIXELS")


async def test_an_animated_picture_is_refused(clinician: Clinician, patient: str) -> None:
    await _refused(clinician, patient, photos.animated(), 422, "IMAGE_ANIMATED")


async def test_a_format_that_is_not_read_is_refused(clinician: Clinician, patient: str) -> None:
    await _refused(clinician, patient, photos.animated_gif(), 415, "NOT_AN_IMAGE")


@pytest.mark.parametrize(
    "photo",
    [photos.cmyk(), photos.palette(), photos.sixteen_bit()],
    ids=["cmyk", "palette", "16-bit"],
)
async def test_an_unusual_photo_is_diagnosed(
    clinician: Clinician, patient: str, photo: bytes
) -> None:
    answer = await clinician.upload(patient, photo)
    assert answer.status_code == 201, answer.text
    assert answer.json()["status"] == "complete"
    assert Image.open(io.BytesIO(await clinician.overlay(answer.json()["id"]))).size == (320, 240)


async def test_a_turned_photo_is_stored_as_it_lies_and_without_the_place_it_was_taken_at(
    clinician: Clinician, patient: str
) -> None:
    answer = await clinician.upload(patient, photos.rotated_with_place())
    assert answer.status_code == 201, answer.text
    stored = (await clinician.http.get(f"/images/{answer.json()['image_id']}")).content
    assert decode(stored).size == (240, 320)
    # How it is turned is part of the picture; where it was taken is not.
    assert dict(Image.open(io.BytesIO(stored)).getexif()) == {0x0112: 6}
    overlay = Image.open(io.BytesIO(await clinician.overlay(answer.json()["id"])))
    assert overlay.size == (240, 320)


async def test_a_form_without_a_photo_is_refused(clinician: Clinician, patient: str) -> None:
    answer = await clinician.http.post(
        f"/predict/upload/{patient}", files={"picture": ("a.jpg", photos.malignant())}
    )
    assert_problem(answer, 422, "INVALID_REQUEST")
    assert {found["pointer"] for found in answer.json()["errors"]} == {"/file", "/picture"}


async def test_a_body_that_is_no_form_is_refused(clinician: Clinician, patient: str) -> None:
    answer = await clinician.http.post(
        f"/predict/upload/{patient}",
        content=photos.malignant(),
        headers={"Content-Type": "image/jpeg"},
    )
    assert_problem(answer, 422, "MULTIPART_INVALID")


async def _refused(
    clinician: Clinician, patient: str, data: bytes, status: int, reason: str
) -> None:
    assert_problem(await clinician.upload(patient, data), status, reason)
    for noun in ("images", "detections"):
        assert (await clinician.call("GET", f"/patients/{patient}/{noun}"))["items"] == []
    good = await clinician.upload(patient, photos.malignant())
    assert good.status_code == 201
