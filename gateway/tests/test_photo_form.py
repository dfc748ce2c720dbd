"""Photos come in as a form that is read only for those who may upload, and only so far."""

import asyncio
import struct
import zlib
from collections.abc import AsyncIterator

import pytest

from gateway.photo_memory import OVERHEAD_BYTES
from gateway.tests.conftest import Gateway, running
from gateway.tests.pictures import photo


def _bomb() -> bytes:
    """A PNG of 100,000 x 100,000 pixels in a few bytes."""
    header = struct.pack(">IIBBBBB", 100_000, 100_000, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + header
    return (
        b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + chunk
        + struct.pack(">I", zlib.crc32(chunk)) + struct.pack(">I", 0) + b"IDAT" + b"\0" * 4
    )  # fmt: skip


@pytest.mark.parametrize(
    ("data", "status", "reason"),
    [
        (b"", 422, "IMAGE_EMPTY"),
        (b"<svg onload=alert(1)>", 415, "NOT_AN_IMAGE"),
        (photo()[:5000], 422, "IMAGE_TRUNCATED"),
        (_bomb(), 422, "IMAGE_TOO_MANY_PIXELS"),
    ],
)
async def test_what_is_no_usable_photo_is_refused_and_nothing_is_stored(
    gateway: Gateway, data: bytes, status: int, reason: str
) -> None:
    answer = await gateway.upload(data)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["reason"] == reason
    assert answer.json()["errors"][0]["pointer"] == "/file"
    assert not gateway.patients.images
    assert not gateway.patients.detections


async def test_a_file_of_more_than_20_mib_is_refused_before_anything_is_asked(
    gateway: Gateway,
) -> None:
    answer = await gateway.upload(b"\xff" * (20 * 1024 * 1024 + 1))
    assert answer.status_code == 413
    assert answer.json()["reason"] == "IMAGE_TOO_LARGE"
    assert not gateway.torchserve.asked
    assert not gateway.patients.count("AddImage")


async def test_a_body_of_more_than_21_mib_is_refused_unread(gateway: Gateway) -> None:
    answer = await gateway.upload(b"\xff" * (22 * 1024 * 1024))
    assert answer.status_code == 413
    assert answer.json()["reason"] == "BODY_TOO_LARGE"


async def test_a_stranger_is_refused_before_the_photo_is_read(gateway: Gateway) -> None:
    read = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal read
        while True:
            read += 1
            yield b"x" * 65536

    answer = await gateway.http.post(
        "/api/predict/upload/x",
        content=endless(),
        headers={"content-type": "multipart/form-data; boundary=b"},
    )
    assert answer.status_code == 401
    assert read <= 1


@pytest.mark.parametrize(
    ("content", "content_type"),
    [
        (b"{}", "application/json"),
        (b"no boundary", "multipart/form-data"),
        (b"--b\r\nnonsense", "multipart/form-data; boundary=b"),
    ],
)
async def test_a_body_that_is_no_form_is_refused(
    gateway: Gateway, content: bytes, content_type: str
) -> None:
    answer = await gateway.http.post(
        "/api/predict/upload/x",
        content=content,
        headers=gateway.headers | {"content-type": content_type},
    )
    assert answer.status_code == 422
    assert answer.json()["reason"] in ("MULTIPART_INVALID", "INVALID_REQUEST")


async def test_an_unknown_form_field_is_named(gateway: Gateway) -> None:
    answer = await gateway.upload(photo(), lesion="typo")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/lesion"


async def test_more_photos_at_once_than_memory_allows_are_told_to_come_again(
    redis_url: str,
) -> None:
    async with running(redis_url, prediction_seconds=1) as gateway:
        # Of six, an account's third takes the photos of two.
        each = len(photo()) + 1024 + OVERHEAD_BYTES
        gateway.state.photo_memory._most = 8 * each
        gateway.torchserve.mood = "slow"
        answers = await asyncio.gather(*(gateway.upload(photo()) for _ in range(6)))
        assert sorted(answer.status_code for answer in answers) == [202, 202, 503, 503, 503, 503]
        refused = next(answer for answer in answers if answer.status_code == 503)
        assert refused.json()["reason"] == "TOO_MANY_UPLOADS"
        assert int(refused.headers["retry-after"]) > 0
        gateway.torchserve.mood = "well"
        gateway.state.replicas._resting_until.clear()
        assert (await gateway.upload(photo())).status_code == 201
