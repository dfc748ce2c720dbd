"""Whatever colours a photo was stored in, everybody sees those of sRGB."""

import io
import struct
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms, ImageOps

from imaging import named_colours
from imaging.decoding import clean, decode, decode_reduced
from imaging.tests.made_photos import chunks, encoded, picture, png_of, srgb

EXAMPLES = sorted((Path(__file__).parents[2] / "serving" / "examples").glob("*.jpg"))
DISPLAY_P3 = named_colours.by_numbers(12, 13)
REC_2020 = named_colours.by_numbers(9, 1)
# Adobe RGB (1998), 4.3.1: primaries and a gamma of 563/256.
ADOBE_RGB = named_colours.by_chunks(
    round(100_000 * 256 / 563).to_bytes(4),
    struct.pack(">8I", 31270, 32900, 64000, 33000, 21000, 71000, 15000, 6000),
)
WIDE = {"Display P3": DISPLAY_P3, "Adobe RGB": ADOBE_RGB, "Rec. 2020": REC_2020}


def sent_as(image: Image.Image, profile: bytes) -> Image.Image:
    target = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    made = ImageCms.profileToProfile(image, ImageCms.createProfile("sRGB"), target)
    assert made is not None
    return made


def apart(one: Image.Image, other: Image.Image) -> float:
    return float(np.abs(np.asarray(one, int) - np.asarray(other, int)).mean())


@pytest.mark.parametrize("profile", WIDE)
@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_a_photo_in_wide_colours_shows_those_of_srgb(example: Path, profile: str) -> None:
    plain = Image.open(example).convert("RGB")
    wide = sent_as(plain, WIDE[profile])
    assert apart(wide, plain) > 1
    lossless = encoded(wide, "PNG", icc_profile=WIDE[profile])
    assert apart(decode(lossless), plain) < 0.75
    lossy = encoded(wide, "JPEG", quality=97, subsampling=0, icc_profile=WIDE[profile])
    assert apart(decode(lossy), plain) < 1.5


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_the_stored_photo_keeps_its_profile_and_its_samples(kind: str) -> None:
    sent = encoded(picture(), kind, icc_profile=DISPLAY_P3)
    cleaned = clean(sent)
    stored = Image.open(io.BytesIO(cleaned.data))
    assert stored.info["icc_profile"] == DISPLAY_P3
    assert stored.tobytes() == Image.open(io.BytesIO(sent)).tobytes()
    assert cleaned.pixels.tobytes() == decode(cleaned.data).tobytes() == decode(sent).tobytes()


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_photo_decoded_small_shows_the_same_colours(kind: str) -> None:
    photo = Image.open(EXAMPLES[0]).convert("RGB").resize((1600, 1200))
    sent = encoded(sent_as(photo, ADOBE_RGB), kind, icc_profile=ADOBE_RGB)
    small, _ = decode_reduced(sent, shorter_side=300)
    assert small.size == (400, 300)
    assert apart(small, photo.reduce(4)) < 2


BROKEN = {
    "noise": b"not a profile" * 30,
    "cut off": DISPLAY_P3[:300],
    "of another kind of colours": ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes(),
    "all black": DISPLAY_P3[:-40] + bytes(40),
    "huge": DISPLAY_P3[:0] + (1 << 21).to_bytes(4) + DISPLAY_P3[4:] + bytes(1 << 21),
    "tags that lie elsewhere": DISPLAY_P3[:148] + b"\xff" * 8 + DISPLAY_P3[156:],
}


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
@pytest.mark.parametrize("profile", BROKEN)
@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_a_profile_that_says_nothing_changes_nothing(kind: str, profile: str, mode: str) -> None:
    image = picture(mode)
    sent = encoded(image, kind, icc_profile=BROKEN[profile])
    assert decode(sent).tobytes() == decode(encoded(image, kind)).tobytes()
    assert "icc_profile" not in Image.open(io.BytesIO(clean(sent).data)).info


def test_a_colour_profile_on_grey_is_ignored() -> None:
    image = picture("L")
    assert decode(encoded(image, "PNG", icc_profile=DISPLAY_P3)).tobytes() == (
        image.convert("RGB").tobytes()
    )


def test_an_srgb_profile_costs_nothing_and_changes_nothing() -> None:
    image = picture()
    assert decode(encoded(image, "PNG", icc_profile=srgb())).tobytes() == image.tobytes()


def grey_profile(gamma: int) -> bytes:
    """Version 2: white and a curve of one number, in eighths of 256."""
    white = b"XYZ " + bytes(4) + struct.pack(">3i", 63190, 65536, 54061)
    curve = b"curv" + bytes(4) + struct.pack(">IH", 1, gamma) + bytes(2)
    table = b"wtpt" + struct.pack(">2I", 156, 20) + b"kTRC" + struct.pack(">2I", 176, 16)
    head = struct.pack(
        ">I4s4s4s4s4s12s4s28s12s48s", 192, bytes(4), b"\x02\x40\0\0", b"mntr", b"GRAY", b"XYZ ",
        bytes(12), b"acsp", bytes(28), white[8:], bytes(48),
    )  # fmt: skip
    return head + (2).to_bytes(4) + table + white + curve


@pytest.mark.parametrize("mode", ["L", "LA"])
def test_a_grey_photos_profile_counts(mode: str) -> None:
    linear = grey_profile(256)
    image = Image.new(mode, (8, 8), (55, 255)[: len(mode)])
    shown = decode(encoded(image, "PNG", icc_profile=linear)).getpixel((0, 0))
    assert shown == pytest.approx((128, 128, 128), abs=3)


def with_chunks(image: Image.Image, *added: tuple[bytes, bytes]) -> bytes:
    parts = list(chunks(encoded(image, "PNG")))
    return png_of([parts[0], *added, *parts[1:]])


P3_POINTS = struct.pack(">8I", 31270, 32900, 68000, 32000, 26500, 69000, 15000, 6000)


@pytest.mark.parametrize("said", [
    [(b"cICP", bytes([12, 13, 0, 1]))],
    [(b"gAMA", (45455).to_bytes(4)), (b"cHRM", P3_POINTS)],
    # What comes first in the specification's order counts.
    [(b"cICP", bytes([12, 13, 0, 1])), (b"sRGB", b"\0")],
])  # fmt: skip
def test_a_png_may_say_its_colours_in_chunks(said: list[tuple[bytes, bytes]]) -> None:
    plain = Image.open(EXAMPLES[1]).convert("RGB")
    sent = with_chunks(sent_as(plain, DISPLAY_P3), *said)
    assert apart(decode(sent), plain) < 0.75
    assert decode(clean(sent).data).tobytes() == decode(sent).tobytes()


@pytest.mark.parametrize("said", [
    (b"gAMA", bytes(4)), (b"cHRM", bytes(32)), (b"cHRM", b"\xff" * 32), (b"gAMA", b"\xff" * 4),
    (b"cICP", bytes([12, 16, 0, 1])), (b"gAMA", (45455).to_bytes(4)), (b"sRGB", b"\0"),
])  # fmt: skip
def test_chunks_that_say_nothing_new_change_nothing(said: tuple[bytes, bytes]) -> None:
    image = picture()
    assert decode(with_chunks(image, said)).tobytes() == image.tobytes()


def test_a_turned_cmyk_photo_without_a_profile_keeps_pillows_colours() -> None:
    image = picture("CMYK")
    sent = encoded(image, "JPEG", quality=95)
    expected = Image.open(io.BytesIO(sent)).convert("RGB")
    assert decode(sent).tobytes() == ImageOps.exif_transpose(expected).tobytes()
