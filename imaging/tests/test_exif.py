"""When a photo was taken is what its file says, or nothing."""

from datetime import UTC, datetime, timedelta

import pytest
from PIL import Image, TiffImagePlugin

from imaging.decoding import clean
from imaging.tests.made_photos import encoded, picture, taken
from service_kit.clock import now


def captured(exif: Image.Exif, kind: str = "JPEG") -> datetime | None:
    return clean(encoded(picture(), kind, exif=exif)).captured_at


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_moment_with_its_offset_is_read_from_every_format(kind: str) -> None:
    moment = captured(taken("2024:05:06 07:08:09", "+02:00"), kind)
    assert moment == datetime(2024, 5, 6, 5, 8, 9, tzinfo=UTC)


def test_a_tiffs_own_directory_says_it_too() -> None:
    said = TiffImagePlugin.ImageFileDirectory_v2()
    said[0x8769] = {0x9003: "2024:05:06 07:08:09", 0x9011: "+02:00"}
    moment = clean(encoded(picture(), "TIFF", tiffinfo=said)).captured_at
    assert moment == datetime(2024, 5, 6, 5, 8, 9, tzinfo=UTC)


@pytest.mark.parametrize(("offset", "hour"), [("-05:00", 17), ("+05:45", 6), ("+00:00", 12)])
def test_the_offset_counts(offset: str, hour: int) -> None:
    moment = captured(taken("2024:05:06 12:00:00", offset))
    assert moment is not None
    assert moment.hour == hour


def test_without_its_offset_a_moment_is_unknown() -> None:
    assert captured(taken("2024:05:06 07:08:09")) is None


def test_gps_knows_the_offset() -> None:
    exif = taken("2024:05:06 07:08:09", date="2024:05:06", time=(5.0, 7.0, 50.0))
    assert captured(exif) == datetime(2024, 5, 6, 5, 8, 9, tzinfo=UTC)


@pytest.mark.parametrize("said", [
    "0000:00:00 00:00:00", "    :  :     :  :  ", "1970:01:01 00:00:00", "1989:12:31 00:00:00",
    "2024:13:40 25:61:61", "yesterday", "",
])  # fmt: skip
def test_an_absurd_moment_is_none(said: str) -> None:
    assert captured(taken(said, "+00:00")) is None


@pytest.mark.parametrize("offset", ["+99:00", "CEST", "", "+2"])
def test_an_absurd_offset_is_none(offset: str) -> None:
    assert captured(taken("2024:05:06 07:08:09", offset)) is None


def test_the_future_is_none() -> None:
    tomorrow = now() + timedelta(days=1)
    assert captured(taken(f"{tomorrow:%Y:%m:%d %H:%M:%S}", "+00:00")) is None
