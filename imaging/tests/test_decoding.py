"""What a photo goes through before anything else sees it."""

import contextlib
import io
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from imaging.decoding import MAX_BYTES, clean, decode, decode_reduced
from imaging.tests.made_photos import encoded, exif, picture
from service_kit.errors import DomainError


def reason_of(data: bytes) -> str:
    with pytest.raises(DomainError) as refusal:
        decode(data)
    return refusal.value.reason


def test_an_empty_file_is_refused() -> None:
    assert reason_of(b"") == "IMAGE_EMPTY"


def test_text_is_refused() -> None:
    assert reason_of(b"not a photo") == "NOT_AN_IMAGE"


def test_other_picture_formats_are_refused() -> None:
    for kind in ("GIF", "BMP", "JPEG2000"):
        assert reason_of(encoded(picture(), kind)) == "NOT_AN_IMAGE"


def test_a_file_above_the_limit_is_refused_before_it_is_parsed() -> None:
    assert reason_of(b"\xff\xd8" + bytes(MAX_BYTES)) == "IMAGE_TOO_LARGE"


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_truncated_photo_is_refused(kind: str) -> None:
    whole = encoded(picture(size=(200, 200)), kind)
    assert reason_of(whole[: len(whole) // 2]) == "IMAGE_TRUNCATED"


def test_a_small_file_with_a_huge_canvas_is_refused_by_its_header() -> None:
    header = (10_000).to_bytes(4) * 2 + b"\x08\x02\x00\x00\x00"
    chunk = b"IHDR" + header
    bomb = b"\x89PNG\r\n\x1a\n" + (13).to_bytes(4) + chunk + zlib.crc32(chunk).to_bytes(4)
    assert reason_of(bomb + encoded(picture(), "PNG")[33:]) == "IMAGE_TOO_MANY_PIXELS"


def test_an_animated_png_is_refused() -> None:
    frames = [picture(), picture()]
    assert (
        reason_of(encoded(frames[0], "PNG", save_all=True, append_images=frames[1:]))
        == "IMAGE_ANIMATED"
    )


@pytest.mark.parametrize("mode", ["L", "CMYK"])
def test_grey_and_cmyk_jpegs_become_rgb(mode: str) -> None:
    assert decode(encoded(picture(mode))).mode == "RGB"


def test_a_palette_png_becomes_rgb() -> None:
    image = decode(encoded(picture().quantize(16), "PNG"))
    assert (image.mode, image.size) == ("RGB", (64, 48))


def test_sixteen_bits_are_scaled_not_clipped() -> None:
    grey = Image.fromarray(np.full((8, 8), 0x8000, np.uint16))
    assert decode(encoded(grey, "PNG")).getpixel((0, 0)) == (128, 128, 128)


def test_transparency_is_laid_on_white() -> None:
    assert decode(encoded(Image.new("RGBA", (8, 8)), "PNG")).getpixel((0, 0)) == (255, 255, 255)


def test_the_exif_orientation_is_applied() -> None:
    turned = encoded(picture(size=(64, 48)), exif=exif(6))
    assert decode(turned).size == (48, 64)
    cleaned = clean(turned)
    assert cleaned.pixels.size == (cleaned.width, cleaned.height) == (48, 64)
    assert decode(cleaned.data).size == (48, 64)


@pytest.mark.filterwarnings("ignore::UserWarning:PIL")
@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_photo_whose_exif_is_damaged_anywhere_is_still_a_photo(kind: str) -> None:
    whole, shown = exif(6).tobytes(), picture()
    for at in range(len(whole)):
        # Two of TIFF's types among them: a text where a number belongs, a fraction for a text.
        for byte in (0, 2, 5, 255):
            damaged = whole[:at] + bytes([byte]) + whole[at + 1 :]
            photo = encoded(shown, kind, exif=damaged)
            assert clean(photo).pixels.size in {(64, 48), (48, 64)}
            assert decode_reduced(photo, shorter_side=48)[1] in {(64, 48), (48, 64)}


@pytest.mark.parametrize("progressive", [False, True])
@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
def test_cleaning_an_upright_jpeg_keeps_every_pixel(mode: str, progressive: bool) -> None:
    data = encoded(picture(mode), progressive=progressive, exif=exif(1), comment=b"patient name")
    assert decode(clean(data).data).tobytes() == decode(data).tobytes()


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_cleaning_a_turned_photo_keeps_every_pixel(kind: str, orientation: int) -> None:
    data = encoded(picture(), kind, exif=exif(orientation))
    assert decode(clean(data).data).tobytes() == decode(data).tobytes()


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_no_metadata_survives_cleaning(kind: str, orientation: int) -> None:
    info = PngImagePlugin.PngInfo()
    info.add_text("Comment", "patient name")
    options = {"comment": b"patient name"} if kind == "JPEG" else {"pnginfo": info}
    data = encoded(picture(), kind, exif=exif(orientation), **options) + b"trailing patient name"
    stored = clean(data).data
    assert b"CameraMaker" in data
    assert b"CameraMaker" not in stored
    assert b"patient name" not in stored
    # How it is turned is part of the picture.
    assert dict(Image.open(io.BytesIO(stored)).getexif()) == (
        {0x0112: orientation} if orientation > 1 else {}
    )


def test_an_icc_profile_stays() -> None:
    from PIL import ImageCms

    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for kind in ("JPEG", "PNG"):
        stored = clean(encoded(picture(), kind, icc_profile=profile)).data
        assert Image.open(io.BytesIO(stored)).info["icc_profile"] == profile


@pytest.mark.filterwarnings("ignore::UserWarning:PIL")
@given(st.integers(0, 1500), st.binary(min_size=1, max_size=8))
def test_a_damaged_photo_is_refused_or_read_but_never_breaks(at: int, noise: bytes) -> None:
    whole = encoded(Image.new("RGB", (40, 40), "salmon"), "JPEG", exif=exif(3))
    damaged = whole[:at] + noise + whole[at + len(noise) :]
    with contextlib.suppress(DomainError):
        assert clean(damaged).pixels.mode == "RGB"


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_reduced_photo_keeps_enough_pixels_and_knows_its_full_size(
    kind: str, orientation: int
) -> None:
    data = encoded(picture(size=(645, 483)), kind, exif=exif(orientation))
    reduced, full_size = decode_reduced(data, shorter_side=100)
    assert full_size == decode(data).size
    assert reduced.width > reduced.height if orientation < 5 else reduced.width < reduced.height
    assert min(reduced.size) == 121


def test_a_photo_that_is_small_enough_is_not_reduced() -> None:
    data = encoded(picture())
    reduced, _ = decode_reduced(data, shorter_side=48)
    assert reduced.tobytes() == decode(data).tobytes()
