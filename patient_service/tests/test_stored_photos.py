"""What is kept of a photo, and how it comes back."""

import hashlib
import io
from datetime import UTC, timedelta
from typing import Any

import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from PIL import Image

from dermis.patient.v1 import patient_pb2 as pb
from patient_service.tests.conftest import Caller, Service, make_photo
from service_kit.clock import now

GPS_AND_ROTATION = {0x0112: 6, 0x010E: "name of a patient"}


async def test_a_photo_comes_back_as_it_was_sent(clinician: Caller, photo: bytes) -> None:
    patient = await clinician.add_patient()
    image = (await clinician.upload(photo, patient_id=patient.id)).image
    assert (image.width, image.height, image.media_type) == (765, 572, "image/jpeg")
    assert list(image.quality) == []
    content, stored = await _read(clinician, image.id)
    assert content.etag == image.sha256 == hashlib.sha256(stored).hexdigest()
    assert content.size == image.size == len(stored)
    assert _pixels(stored) == _pixels(photo)
    info = (await clinician.call(pb.GetImageInfoRequest(image_id=image.id))).image
    assert info == image


async def test_no_metadata_is_stored_and_a_turned_photo_stays_as_it_lies(clinician: Caller) -> None:
    patient = await clinician.add_patient()
    exif = Image.Exif()
    exif.update(GPS_AND_ROTATION)
    out = io.BytesIO()
    with Image.open(io.BytesIO(make_photo(seed=2))) as picture:
        picture.save(out, "JPEG", exif=exif, comment=b"name of a patient")
    image = (await clinician.upload(out.getvalue(), patient_id=patient.id)).image
    assert (image.width, image.height) == (572, 765)
    _, stored = await _read(clinician, image.id)
    assert b"name of a patient" not in stored
    with Image.open(io.BytesIO(stored)) as picture:
        # How it is turned is part of the picture; GPS and the rest are gone.
        assert dict(picture.getexif()) == {0x0112: 6}


async def test_a_thumbnail_is_small_and_made_once(
    clinician: Caller, photo: bytes, service: Service
) -> None:
    patient = await clinician.add_patient()
    image = (await clinician.upload(photo, patient_id=patient.id)).image
    thumbnail = pb.IMAGE_VARIANT_THUMBNAIL
    content, small = await _read(clinician, image.id, thumbnail)
    with Image.open(io.BytesIO(small)) as picture:
        assert picture.size == (320, 239)
    assert (content.media_type, content.size) == ("image/jpeg", len(small))
    assert content.etag != image.sha256
    assert (await _read(clinician, image.id, thumbnail))[1] == small
    assert len(await service.blobs.list(f"thumbnails/{clinician.clinic}/")) == 1


@pytest.mark.parametrize("mode", ["CMYK", "P", "L", "I;16", "RGBA"])
async def test_photos_of_every_colour_model_are_stored(clinician: Caller, mode: str) -> None:
    patient = await clinician.add_patient()
    out = io.BytesIO()
    with Image.open(io.BytesIO(make_photo(seed=4, width=400, height=320))) as picture:
        converted = picture.convert("L") if mode == "I;16" else picture.convert(mode)
        if mode == "I;16":
            converted = converted.convert("I").point(lambda grey: grey * 257).convert("I;16")
        converted.save(out, "JPEG" if mode == "CMYK" else "PNG")
    image = (await clinician.upload(out.getvalue(), patient_id=patient.id)).image
    assert (image.width, image.height) == (400, 320)


async def test_small_dark_and_blurred_photos_carry_warnings(clinician: Caller) -> None:
    patient = await clinician.add_patient()
    for colour, warnings in (
        ((10, 10, 10), ["LOW_RESOLUTION", "UNDEREXPOSED", "BLURRED"]),
        ((250, 250, 250), ["LOW_RESOLUTION", "OVEREXPOSED", "BLURRED"]),
    ):
        out = io.BytesIO()
        Image.new("RGB", (200, 200), colour).save(out, "PNG")
        image = (await clinician.upload(out.getvalue(), patient_id=patient.id)).image
        assert list(image.quality) == warnings


async def test_a_photo_whose_object_is_gone_is_reported_as_lost(
    clinician: Caller, photo: bytes, service: Service, refusal: type
) -> None:
    patient = await clinician.add_patient()
    image = (await clinician.upload(photo, patient_id=patient.id)).image
    await service.blobs.delete(f"images/{clinician.clinic}/{image.id}")
    for variant in (pb.IMAGE_VARIANT_ORIGINAL, pb.IMAGE_VARIANT_THUMBNAIL):
        with refusal("IMAGE_LOST"):
            await _read(clinician, image.id, variant)


async def test_a_photo_says_itself_when_it_was_taken(clinician: Caller, photo: bytes) -> None:
    patient = await clinician.add_patient()
    exif = Image.Exif()
    exif.get_ifd(0x8769).update({0x9003: "2024:05:06 07:08:09", 0x9011: "+02:00"})
    out = io.BytesIO()
    with Image.open(io.BytesIO(photo)) as picture:
        picture.save(out, "JPEG", exif=exif)
    image = (await clinician.upload(out.getvalue(), patient_id=patient.id)).image
    assert image.captured_at.ToJsonString() == "2024-05-06T05:08:09Z"


async def test_a_photo_that_does_not_say_when_it_was_taken_has_no_date(
    clinician: Caller, photo: bytes
) -> None:
    patient = await clinician.add_patient()
    assert not (await clinician.upload(photo, patient_id=patient.id)).image.HasField("captured_at")


async def test_a_senders_clock_may_be_ahead_by_minutes(clinician: Caller, photo: bytes) -> None:
    patient, ahead = await clinician.add_patient(), Timestamp()
    ahead.FromDatetime(now() + timedelta(minutes=4))
    image = (await clinician.upload(photo, patient_id=patient.id, captured_at=ahead)).image
    assert image.captured_at.ToDatetime(UTC) <= now()


async def test_many_photos_come_over_one_call_in_the_order_asked_and_each_is_audited(
    clinician: Caller, service: Service
) -> None:
    patient = await clinician.add_patient()
    images = [
        (await clinician.upload(make_photo(seed), patient_id=patient.id)).image for seed in range(3)
    ]
    asked = [images[2], images[0]]
    parts = await clinician.parts(pb.ReadImagesRequest(image_ids=[one.id for one in asked]))
    assert [part.content.image for part in parts if part.HasField("content")] == asked
    stored = b"".join(part.chunk for part in parts)
    listed = pb.ListAuditRequest(patient_id=patient.id, event="image.viewed")
    viewed = (await service.caller("admin").call(listed)).entries
    assert [entry.subject_id for entry in viewed] == [images[0].id, images[2].id]
    alone = [(await _read(clinician, one.id))[1] for one in asked]
    assert stored == b"".join(alone)


async def test_another_clinics_photo_ends_a_read_of_many(
    clinician: Caller, stranger: Caller, photo: bytes, refusal: type
) -> None:
    mine = (
        await stranger.upload(make_photo(2), patient_id=(await stranger.add_patient()).id)
    ).image
    patient = await clinician.add_patient()
    theirs = (await clinician.upload(photo, patient_id=patient.id)).image
    with refusal("IMAGE_NOT_FOUND"):
        await stranger.parts(pb.ReadImagesRequest(image_ids=[mine.id, theirs.id]))


async def _read(
    caller: Caller, image_id: str, variant: Any = pb.IMAGE_VARIANT_UNSPECIFIED
) -> tuple[pb.ImageContent, bytes]:
    first, *chunks = await caller.parts(pb.GetImageRequest(image_id=image_id, variant=variant))
    return first.content, b"".join(part.chunk for part in chunks)


def _pixels(data: bytes) -> bytes:
    with Image.open(io.BytesIO(data)) as picture:
        return picture.convert("RGB").tobytes()


async def test_a_narrow_photo_that_is_measured_at_reduced_scale_has_resolution_enough(
    clinician: Caller,
) -> None:
    patient = await clinician.add_patient()
    narrow = make_photo(5, width=640, height=240)
    added = await clinician.upload(narrow, patient_id=patient.id)
    assert (added.image.width, added.image.height) == (640, 240)
    assert "LOW_RESOLUTION" not in added.image.quality
