import asyncio
import hashlib
import io
from collections.abc import AsyncIterator
from datetime import UTC, timedelta
from typing import Any
from uuid import uuid4

import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from PIL import Image

from dermis.patient.v1 import patient_pb2 as pb
from dermis.patient.v1 import patient_pb2_grpc
from patient_service.servicers.received_photo import receive
from patient_service.tests.conftest import Caller, Service, make_photo
from service_kit.clock import now
from service_kit.codes import Code

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


async def test_another_clinics_photo_is_not_found(
    clinician: Caller, stranger: Caller, photo: bytes, refusal: type
) -> None:
    patient = await clinician.add_patient()
    image = (await clinician.upload(photo, patient_id=patient.id)).image
    with refusal("IMAGE_NOT_FOUND"):
        await stranger.parts(pb.GetImageRequest(image_id=image.id))
    with refusal("IMAGE_NOT_FOUND"):
        await stranger.call(pb.GetImageInfoRequest(image_id=image.id))
    with refusal("PATIENT_NOT_FOUND"):
        await stranger.upload(photo, patient_id=patient.id)


async def test_the_same_key_and_bytes_store_one_image(
    clinician: Caller, photo: bytes, service: Service
) -> None:
    patient = await clinician.add_patient()
    header = {"patient_id": patient.id, "idempotency_key": "once", "diagnose": True}
    first = await clinician.upload(photo, **header)
    again = await clinician.upload(photo, **header)
    assert (first.replayed, again.replayed) == (False, True)
    assert again.image == first.image
    assert again.detection.id == first.detection.id
    objects = await service.blobs.list(f"images/{clinician.clinic}/")
    assert objects == [f"images/{clinician.clinic}/{first.image.id}"]


async def test_the_same_key_for_anything_else_is_refused(
    clinician: Caller, photo: bytes, refusal: type, service: Service
) -> None:
    patient, other = await clinician.add_patient(), await clinician.add_patient()
    await clinician.upload(photo, patient_id=patient.id, idempotency_key="once")
    with refusal("IDEMPOTENCY_KEY_REUSED") as refused:
        await clinician.upload(make_photo(seed=3), patient_id=patient.id, idempotency_key="once")
    assert refused.error.code == Code.FAILED_PRECONDITION
    with refusal("IDEMPOTENCY_KEY_REUSED"):
        await clinician.upload(photo, patient_id=other.id, idempotency_key="once")
    assert len(await service.blobs.list(f"images/{clinician.clinic}/")) == 1


async def test_ten_equal_uploads_at_once_store_one_image(
    clinician: Caller, photo: bytes, service: Service
) -> None:
    patient = await clinician.add_patient()
    answers = await asyncio.gather(
        *(
            clinician.upload(photo, patient_id=patient.id, idempotency_key="race", diagnose=True)
            for _ in range(10)
        )
    )
    assert len({answer.image.id for answer in answers}) == 1
    assert len({answer.detection.id for answer in answers}) == 1
    assert sum(not answer.replayed for answer in answers) == 1
    assert len(await service.blobs.list(f"images/{clinician.clinic}/")) == 1


async def test_the_same_photo_twice_is_recognised_within_the_patient(
    clinician: Caller, photo: bytes
) -> None:
    patient, other = await clinician.add_patient(), await clinician.add_patient()
    first = (await clinician.upload(photo, patient_id=patient.id)).image
    second = (await clinician.upload(photo, patient_id=patient.id)).image
    elsewhere = (await clinician.upload(photo, patient_id=other.id)).image
    assert first.duplicate_of == ""
    assert second.duplicate_of == first.id
    assert elsewhere.duplicate_of == ""


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


async def test_bad_photos_are_refused_and_leave_nothing(
    clinician: Caller, photo: bytes, refusal: type, service: Service
) -> None:
    patient = await clinician.add_patient()
    for reason, data in (
        ("IMAGE_EMPTY", b""),
        ("NOT_AN_IMAGE", b"%PDF-1.7 not a photo" * 50),
        ("IMAGE_TRUNCATED", photo[: len(photo) // 2]),
        ("IMAGE_TOO_LARGE", photo + bytes(20 * 1024 * 1024)),
        ("IMAGE_TOO_MANY_PIXELS", _bomb()),
        ("IMAGE_ANIMATED", _animation()),
    ):
        with refusal(reason) as refused:
            await clinician.upload(data, patient_id=patient.id)
        assert refused.error.code == Code.INVALID_ARGUMENT
    assert await service.blobs.list(f"images/{clinician.clinic}/") == []
    assert not (await clinician.call(pb.ListImagesRequest(patient_id=patient.id))).images


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


async def test_streams_out_of_order_are_refused(
    clinician: Caller, photo: bytes, refusal: type
) -> None:
    patient = await clinician.add_patient()
    header = pb.AddImageRequest(header=pb.ImageHeader(patient_id=patient.id))
    chunk = pb.AddImageRequest(chunk=photo)
    for reason, messages in (
        ("HEADER_EXPECTED", []),
        ("HEADER_EXPECTED", [chunk]),
        ("HEADER_REPEATED", [header, chunk, header]),
        ("HEADER_REPEATED", [header, pb.AddImageRequest()]),
    ):
        with refusal(reason):
            await clinician.send(messages)


async def test_an_upload_that_is_broken_off_leaves_nothing(
    clinician: Caller, photo: bytes, service: Service
) -> None:
    patient = await clinician.add_patient()

    async def half() -> AsyncIterator[pb.AddImageRequest]:
        yield pb.AddImageRequest(header=pb.ImageHeader(patient_id=patient.id))
        yield pb.AddImageRequest(chunk=photo[: len(photo) // 2])
        await asyncio.sleep(60)

    stub = patient_pb2_grpc.ImageServiceStub(clinician.channel)
    call = stub.AddImage(half(), metadata=clinician.metadata)
    await asyncio.sleep(0.2)
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    assert await service.blobs.list(f"images/{clinician.clinic}/") == []
    assert not (await clinician.call(pb.ListImagesRequest(patient_id=patient.id))).images


async def test_an_upload_that_never_ends_is_given_up(refusal: type) -> None:
    async def endless() -> AsyncIterator[pb.AddImageRequest]:
        yield pb.AddImageRequest(header=pb.ImageHeader(patient_id=str(uuid4())))
        await asyncio.sleep(60)

    with refusal("UPLOAD_TOO_SLOW"):
        await receive(endless(), within=0.05)


async def test_a_wrong_length_or_digest_is_refused(
    clinician: Caller, photo: bytes, refusal: type
) -> None:
    patient = await clinician.add_patient()
    right = hashlib.sha256(photo).hexdigest()
    with refusal("LENGTH_MISMATCH"):
        await clinician.upload(photo, patient_id=patient.id, size=len(photo) + 1)
    with refusal("IMAGE_TOO_LARGE"):
        await clinician.upload(photo, patient_id=patient.id, size=2**40)
    with refusal("DIGEST_MISMATCH"):
        await clinician.upload(photo, patient_id=patient.id, sha256="0" * 64)
    assert await clinician.upload(
        photo, patient_id=patient.id, size=len(photo), sha256=right.upper()
    )


async def test_bad_headers_are_refused(clinician: Caller, photo: bytes, refusal: type) -> None:
    patient = await clinician.add_patient()
    with refusal("INVALID_ID"):
        await clinician.upload(photo, patient_id="not an id")
    with refusal("PATIENT_NOT_FOUND"):
        await clinician.upload(photo, patient_id=str(uuid4()))
    with refusal("IDEMPOTENCY_KEY_TOO_LONG"):
        await clinician.upload(photo, patient_id=patient.id, idempotency_key="x" * 129)
    future: Any = {"seconds": 4_000_000_000}
    with refusal("CAPTURED_IN_FUTURE"):
        await clinician.upload(photo, patient_id=patient.id, captured_at=future)


async def test_a_lesion_of_another_patient_is_refused(
    clinician: Caller, photo: bytes, refusal: type
) -> None:
    patient, other = await clinician.add_patient(), await clinician.add_patient()
    lesion = await clinician.add_lesion(other.id)
    with refusal("LESION_NOT_FOUND"):
        await clinician.upload(photo, patient_id=patient.id, lesion_id=lesion.id)


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


async def _read(
    caller: Caller, image_id: str, variant: Any = pb.IMAGE_VARIANT_UNSPECIFIED
) -> tuple[pb.ImageContent, bytes]:
    first, *chunks = await caller.parts(pb.GetImageRequest(image_id=image_id, variant=variant))
    return first.content, b"".join(part.chunk for part in chunks)


def _pixels(data: bytes) -> bytes:
    with Image.open(io.BytesIO(data)) as picture:
        return picture.convert("RGB").tobytes()


def _bomb() -> bytes:
    out = io.BytesIO()
    Image.new("1", (30_000, 30_000)).save(out, "PNG", optimize=True)
    return out.getvalue()


def _animation() -> bytes:
    out = io.BytesIO()
    frames = [Image.new("RGB", (64, 64), colour) for colour in ("red", "blue")]
    frames[0].save(out, "PNG", save_all=True, append_images=frames[1:])
    return out.getvalue()


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
