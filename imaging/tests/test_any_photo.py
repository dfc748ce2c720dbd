"""Whatever a photo is, however it lies and however large: it is stored small, whole, and the same.

Properties over format × mode × orientation × size × way of compressing. Large ones are few here; a
clinic's sizes, up to 50 megapixels, go through the real system in `tests/test_turned_photos.py`.
"""

import io
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageOps

from imaging.decoding import clean, decode, decode_reduced
from imaging.tests.made_photos import encoded, exif, srgb
from imaging.tests.test_colour import ADOBE_RGB, DISPLAY_P3

MODES = {
    "JPEG": ("L", "RGB", "CMYK"),
    "PNG": ("1", "L", "LA", "P", "RGB", "RGBA", "I;16"),
    "WEBP": ("RGB", "RGBA"),
    "TIFF": ("1", "L", "RGB", "RGBA", "CMYK", "I;16"),
}
PROFILES = {"none": b"", "sRGB": srgb(), "Display P3": DISPLAY_P3, "Adobe RGB": ADOBE_RGB}
_MARK = b"CameraMaker"


@dataclass(frozen=True)
class Sent:
    """A photo, and what went into it."""

    data: bytes
    kind: str
    mode: str
    orientation: int
    size: tuple[int, int]


def picture(mode: str, size: tuple[int, int], seed: int) -> Image.Image:
    """Smooth shapes and noise, the same for the same numbers."""
    rng = np.random.default_rng(seed)
    coarse = Image.fromarray(rng.integers(0, 255, (5, 7, 4), np.uint8), "RGBA").resize(size)
    pixels = np.asarray(coarse).astype(int) + rng.integers(-8, 8, (size[1], size[0], 4))
    image = Image.fromarray(pixels.clip(0, 255).astype(np.uint8), "RGBA")
    if mode == "I;16":
        return Image.fromarray(np.asarray(image.convert("L")).astype(np.uint16) * 257)
    if mode == "P":
        return image.convert("RGB").quantize(64)
    return image if mode == "RGBA" else image.convert("RGB").convert(mode)


@st.composite
def sent_photos(draw: st.DrawFn, kinds: tuple[str, ...], longest: int) -> Sent:
    kind = draw(st.sampled_from(kinds))
    mode = draw(st.sampled_from(MODES[kind]))
    size = (draw(st.integers(1, longest)), draw(st.integers(1, longest)))
    orientation = draw(st.integers(1, 8))
    options: dict[str, Any] = {"exif": exif(orientation)}
    profile = PROFILES[draw(st.sampled_from(sorted(PROFILES)))]
    if profile and mode in {"RGB", "RGBA", "P"}:
        options["icc_profile"] = profile
    if kind == "JPEG":
        options["progressive"] = draw(st.booleans())
        options["quality"] = draw(st.integers(30, 100))
        options["optimize"] = draw(st.booleans())
        if mode == "RGB":
            options["subsampling"] = draw(st.sampled_from(("4:4:4", "4:2:2", "4:2:0")))
        if draw(st.booleans()):
            options["restart_marker_blocks"] = draw(st.integers(1, 40))
    elif kind == "WEBP":
        options["lossless"] = draw(st.booleans())
    elif kind == "TIFF" and mode != "1":
        options["compression"] = draw(st.sampled_from(("raw", "tiff_lzw", "packbits")))
    image = picture(mode, size, draw(st.integers(0, 2**32)))
    return Sent(encoded(image, kind, **options), kind, mode, orientation, size)


def check(sent: Sent) -> None:
    """What holds for every photo."""
    cleaned, shown = clean(sent.data), decode(sent.data)
    turned = sent.size[::-1] if sent.orientation > 4 else sent.size
    assert (cleaned.width, cleaned.height) == shown.size == turned
    # Asked again, and opened by any reader that honours the tag, it is the same picture.
    assert decode(cleaned.data).tobytes() == shown.tobytes()
    stored = Image.open(io.BytesIO(cleaned.data))
    assert ImageOps.exif_transpose(stored).size == turned
    assert clean(cleaned.data).data == cleaned.data
    assert _MARK in sent.data
    assert _MARK not in cleaned.data
    if sent.kind in {"JPEG", "PNG"}:
        assert len(cleaned.data) <= len(sent.data) * 1.05
    small, full = decode_reduced(cleaned.data, shorter_side=40)
    assert full == turned
    assert min(small.size) >= min(40, *turned)


@settings(max_examples=60)
@given(sent_photos(("JPEG", "PNG"), 400))
def test_every_jpeg_and_png_is_stored_as_it_came(sent: Sent) -> None:
    check(sent)


# Each starts a process of its own.
@settings(max_examples=8, suppress_health_check=[HealthCheck.too_slow])
@given(sent_photos(("WEBP", "TIFF"), 300))
def test_every_webp_and_tiff_is_stored_as_it_is_shown(sent: Sent) -> None:
    check(sent)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_large_photo_lies_as_it_came(kind: str, orientation: int) -> None:
    image = picture("RGB", (1600, 1200), orientation)
    check(Sent(encoded(image, kind, exif=exif(orientation)), kind, "RGB", orientation, image.size))


@given(st.integers(1, 8), st.integers(200, 900), st.integers(200, 900), st.integers(60, 99))
@settings(max_examples=25)
def test_a_jpeg_and_a_png_of_its_pixels_show_the_same(
    orientation: int, width: int, height: int, quality: int
) -> None:
    photo = encoded(
        picture("RGB", (width, height), quality), quality=quality, exif=exif(orientation),
        icc_profile=DISPLAY_P3,
    )  # fmt: skip
    samples = Image.open(io.BytesIO(photo)).convert("RGB")
    lossless = encoded(samples, "PNG", exif=exif(orientation), icc_profile=DISPLAY_P3)
    assert decode(photo).tobytes() == decode(lossless).tobytes()
