"""How a photo arrives: once, whole, or not at all."""

import asyncio
import hashlib
import io
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest
from PIL import Image

from dermis.patient.v1 import patient_pb2 as pb
from dermis.patient.v1 import patient_pb2_grpc
from patient_service.servicers.received_photo import receive
from patient_service.tests.conftest import Caller, Service, make_photo
from service_kit.codes import Code
from service_kit.database import Database
from service_kit.pipelines import Statement


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


async def test_a_photo_of_another_format_can_be_had_as_it_was_sent(
    clinician: Caller, photo: bytes, service: Service
) -> None:
    patient = await clinician.add_patient()
    header = {"patient_id": patient.id, "idempotency_key": "tiff"}
    photographed = make_photo(seed=5, kind="TIFF")
    image = (await clinician.upload(photographed, **header)).image
    assert (await clinician.upload(photographed, **header)).replayed
    assert (image.media_type, image.original_media_type) == ("image/png", "image/tiff")
    sent = pb.GetImageRequest(image_id=image.id, variant=pb.IMAGE_VARIANT_SENT)
    first, *parts = await clinician.parts(sent)
    content, data = first.content, b"".join(part.chunk for part in parts)
    assert (content.media_type, content.size) == ("image/tiff", image.original_size)
    assert data.startswith(b"II*\x00")
    assert len(data) == image.original_size
    assert content.etag != image.sha256
    # Two uploads at once with one key may have written two; only the row's stays.
    assert await service.blobs.list(f"sent/{clinician.clinic}/") == [
        f"sent/{clinician.clinic}/{image.id}"
    ]
    plain = (await clinician.upload(photo, patient_id=patient.id)).image
    assert plain.original_media_type == ""
    sent = pb.GetImageRequest(image_id=plain.id, variant=pb.IMAGE_VARIANT_SENT)
    assert (await clinician.parts(sent))[0].content.media_type == plain.media_type


@pytest.mark.parametrize("key", ["twice", ""])
async def test_an_upload_that_reaches_postgresql_twice_keeps_its_photo(
    clinician: Caller, photo: bytes, service: Service, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    """As when the connection breaks after the commit and before its answer."""
    send = Database.at_once

    async def twice(database: Database, *statements: Statement) -> list[list[Any]]:
        await send(database, *statements)
        return await send(database, *statements)

    patient = await clinician.add_patient()
    monkeypatch.setattr(Database, "at_once", twice)
    stored = await clinician.upload(
        photo, patient_id=patient.id, idempotency_key=key, diagnose=True
    )
    assert stored.detection.status == pb.DETECTION_STATUS_PENDING
    objects = await service.blobs.list(f"images/{clinician.clinic}/")
    assert objects == [f"images/{clinician.clinic}/{stored.image.id}"]
    *_, last = await clinician.parts(pb.GetImageRequest(image_id=stored.image.id))
    assert last.chunk


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


def _bomb() -> bytes:
    out = io.BytesIO()
    Image.new("1", (30_000, 30_000)).save(out, "PNG", optimize=True)
    return out.getvalue()


def _animation() -> bytes:
    out = io.BytesIO()
    frames = [Image.new("RGB", (64, 64), colour) for colour in ("red", "blue")]
    frames[0].save(out, "PNG", save_all=True, append_images=frames[1:])
    return out.getvalue()
