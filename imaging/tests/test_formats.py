"""Which files are read, and what those that aren't are told."""

import io
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageStat

from imaging import foreign
from imaging.decoding import clean, decode
from imaging.refusals import FileKind
from imaging.tests.made_photos import encoded, exif, picture, segment
from service_kit.errors import DomainError

FILES = Path(__file__).parent / "files"
SMOOTH = Image.linear_gradient("L").resize((64, 48)).convert("RGB")


def refusal_of(data: bytes) -> DomainError:
    with pytest.raises(DomainError) as refusal:
        clean(data)
    return refusal.value


def boxed(brand: bytes, *compatible: bytes) -> bytes:
    body = brand + bytes(4) + b"".join(compatible)
    return (8 + len(body)).to_bytes(4) + b"ftyp" + body + bytes(64)


@pytest.mark.parametrize(("head", "name"), [
    (bytes(128) + b"DICM" + bytes(64), "a DICOM file"),
    (b"%PDF-1.7\n", "a PDF"),
    (b"GIF89a" + bytes(64), "a GIF"),
    (b"BM" + bytes(64), "a BMP"),
    (b"II*\x00\x10\x00\x00\x00CR\x02\x00" + bytes(64), "a raw file"),
    (b"MM\x00*\x00\x00\x00\x08" + bytes(40) + b"NIKON CORPORATION" + bytes(64), "a raw file"),
    (b"II*\x00\x08\x00\x00\x00\x01\x00\x12\xc6\x01\x00\x04\x00\x00\x00" + bytes(64), "a raw file"),
    (boxed(b"crx ", b"crx ", b"isom"), "a raw file"),
    (b"FUJIFILMCCD-RAW 0201" + bytes(64), "a raw file"),
    (boxed(b"isom", b"mp42"), "a video"),
    (boxed(b"qt  "), "a video"),
    (b"\x1aE\xdf\xa3" + bytes(64), "a video"),
    (boxed(b"avif", b"mif1", b"miaf"), "an AVIF file"),
    (b"\xff\x0a" + bytes(64), "a JPEG XL file"),
    (b"\x00\x00\x00\x0cJXL \r\n\x87\n", "a JPEG XL file"),
    (b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'/>", "an SVG drawing"),
    (b"PK\x03\x04" + bytes(64), "a ZIP archive"),
    (b"\n<!DOCTYPE html><html></html>", "a web page"),
    (b"Dear colleague, the photo follows.", "a text file"),
])  # fmt: skip
def test_what_is_not_read_is_named_with_the_way_out(head: bytes, name: str) -> None:
    refusal = refusal_of(head)
    assert refusal.reason == "NOT_AN_IMAGE"
    assert refusal.message.startswith(f"This is {name}")
    assert "Export the picture as JPEG" in refusal.message
    assert FileKind[refusal.metadata["kind"].upper()].value.startswith(name)


@pytest.mark.parametrize("noise", [b"\x01\x02\x03\x04" * 9, bytes(600)])
def test_what_nobody_knows_is_told_what_is_read(noise: bytes) -> None:
    refusal = refusal_of(noise)
    assert "Send JPEG, PNG, HEIC, WebP or TIFF" in refusal.message
    assert "kind" not in refusal.metadata


def test_a_heic_is_read_upright_with_its_colours_and_its_date_and_stored_as_jpeg() -> None:
    sent = (FILES / "photo.heic").read_bytes()
    cleaned = clean(sent)
    assert (cleaned.media_type, cleaned.width, cleaned.height) == ("image/jpeg", 120, 160)
    assert cleaned.captured_at is not None
    assert cleaned.captured_at.isoformat() == "2024-05-06T05:08:09+00:00"
    assert b"CameraMaker" in sent
    assert b"CameraMaker" not in cleaned.data
    assert Image.open(io.BytesIO(cleaned.data)).info["icc_profile"]
    assert decode(cleaned.data).tobytes() == decode(sent).tobytes()


@pytest.mark.parametrize(("turn", "expected"), [
    *((b"irot" + bytes([quarters]), quarters) for quarters in range(4)),
    (b"imir\x00", Image.Transpose.FLIP_TOP_BOTTOM), (b"imir\x01", Image.Transpose.FLIP_LEFT_RIGHT),
])  # fmt: skip
def test_a_heic_is_turned_by_its_own_properties_and_not_by_its_exif(
    turn: bytes, expected: int | Image.Transpose
) -> None:
    whole = (FILES / "photo.heic").read_bytes()
    lying = decode(whole.replace(b"irot\x03", b"irot\x00"))
    cleaned = clean(whole.replace(b"irot\x03", turn))
    upright = (
        lying.transpose(expected)
        if isinstance(expected, Image.Transpose)
        else lying.rotate(90 * expected, expand=True)
    )
    shown = decode(cleaned.data)
    assert shown.size == upright.size == (cleaned.width, cleaned.height)
    assert max(ImageStat.Stat(ImageChops.difference(shown, upright)).mean) < 3
    assert cleaned.original_type == "image/heic"


def test_a_tiff_of_floats_is_named_as_a_kind_that_is_not_read() -> None:
    floats = encoded(Image.new("F", (8, 8)), "TIFF")
    # Three samples of 32 bits each: no mode of Pillow's.
    wide = encoded(picture(), "TIFF").replace(b"\x08\x00" * 3, b"\x20\x00" * 3, 1)
    for sent in (floats, wide):
        assert "kind of TIFF" in refusal_of(sent).message


def test_of_a_heic_with_two_pictures_the_primary_one_counts() -> None:
    cleaned = clean((FILES / "two_pictures.heic").read_bytes())
    assert (cleaned.width, cleaned.height) == (100, 90)


@pytest.mark.parametrize("orientation", [1, 6, 7])
@pytest.mark.parametrize(("kind", "mode", "options", "stored_as"), [
    ("WEBP", "RGB", {"quality": 95}, "image/jpeg"),
    ("WEBP", "RGB", {"lossless": True}, "image/png"),
    ("TIFF", "L", {}, "image/png"),
    ("TIFF", "RGB", {"compression": "tiff_lzw"}, "image/png"),
    ("TIFF", "CMYK", {}, "image/png"),
    ("TIFF", "I;16", {}, "image/png"),
])  # fmt: skip
def test_webp_and_tiff_are_read_upright(
    kind: str, mode: str, options: dict[str, object], stored_as: str, orientation: int
) -> None:
    image = SMOOTH if mode == "RGB" else picture(mode)
    sent = encoded(image, kind, exif=exif(orientation), **options)
    cleaned = clean(sent)
    assert cleaned.media_type == stored_as
    assert decode(cleaned.data).tobytes() == decode(sent).tobytes()
    assert b"CameraMaker" not in cleaned.data
    expected = decode(encoded(image, "PNG" if mode != "CMYK" else "JPEG", exif=exif(orientation)))
    if mode != "CMYK":
        apart = ImageStat.Stat(ImageChops.difference(decode(sent), expected))
        assert max(apart.mean) < (2 if stored_as == "image/jpeg" else 0.01)


@pytest.mark.parametrize("kind", ["WEBP", "TIFF", "PNG"])
def test_several_pictures_of_equal_rank_are_refused(kind: str) -> None:
    frames = [picture(), picture()]
    sent = encoded(frames[0], kind, save_all=True, append_images=frames[1:])
    assert refusal_of(sent).reason == "IMAGE_ANIMATED"


def test_a_heif_sequence_is_refused() -> None:
    assert refusal_of(boxed(b"hevc", b"msf1", b"hevc")).reason == "IMAGE_ANIMATED"


@pytest.mark.parametrize("trailer", [
    encoded(picture(size=(16, 12))),
    b"\x00\x00\x01\x0aImage_UTC_Data1234567890SEFHk\x00\x00\x00SEFT",
    bytes(1000),
])  # fmt: skip
def test_of_several_pictures_in_a_jpeg_the_first_counts(trailer: bytes) -> None:
    plain = encoded(picture())
    index = segment(0xE2, b"MPF\0MM\0*\0\0\0\x08\0\x03\xb0\x00\0\x07\0\0\0\x040100" + bytes(40))
    several = plain[:2] + index + plain[2:] + trailer
    assert clean(several).data == clean(plain).data


@pytest.mark.parametrize("progressive", [False, True])
def test_a_jpeg_without_its_end_mark_is_read_and_gets_one(progressive: bool) -> None:
    whole = encoded(picture(size=(200, 150)), progressive=progressive)
    for cut in (whole[:-2], whole[:-1]):
        assert clean(cut).data == clean(whole).data


@pytest.mark.parametrize("progressive", [False, True])
@pytest.mark.parametrize("missing", [8, 40, 200, 4000])
def test_a_jpeg_without_its_last_blocks_is_refused(missing: int, progressive: bool) -> None:
    whole = encoded(picture(size=(200, 150)), progressive=progressive)
    assert refusal_of(whole[:-missing]).reason == "IMAGE_TRUNCATED"


def test_a_damaged_heic_is_refused() -> None:
    whole = (FILES / "photo.heic").read_bytes()
    assert refusal_of(whole[: len(whole) // 2]).reason == "IMAGE_TRUNCATED"


def test_a_decoder_that_takes_too_long_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(foreign, "DEADLINE_SECONDS", 0.01)
    assert refusal_of((FILES / "photo.heic").read_bytes()).reason == "IMAGE_TRUNCATED"
