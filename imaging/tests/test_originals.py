"""Of a HEIC, WebP or TIFF that is kept for download, nothing is left but the picture."""

import io
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, TiffImagePlugin

from imaging.bare_heif import bare_heif, silence
from imaging.bare_tiff import bare_tiff
from imaging.decoding import clean, decode
from imaging.tests.made_photos import encoded, exif, picture, srgb
from imaging.tests.test_colour import DISPLAY_P3

FILES = Path(__file__).parent / "files"
HEIC = (FILES / "photo.heic").read_bytes()
PAYLOAD = b"Mary O'Brien, born 1961-02-03"


def described() -> Image.Exif:
    data = exif(6)
    data[0x010E] = PAYLOAD.decode()
    return data


def tiff(**options: Any) -> bytes:
    return encoded(picture(), "TIFF", **options)


def tiff_with_tag(tag: int) -> bytes:
    said = TiffImagePlugin.ImageFileDirectory_v2()
    said[tag] = PAYLOAD.decode()
    said.tagtype[tag] = 2
    return tiff(tiffinfo=said)


def webp_with(name: bytes, body: bytes) -> bytes:
    whole = encoded(picture(), "WEBP", quality=80, icc_profile=srgb())
    body += bytes(len(body) % 2)
    whole += name + len(body).to_bytes(4, "little") + body
    return whole[:4] + (len(whole) - 8).to_bytes(4, "little") + whole[8:]


def box(name: bytes, body: bytes) -> bytes:
    return (8 + len(body)).to_bytes(4) + name + body


SENT: dict[str, Callable[[], bytes]] = {
    "WebP, EXIF and XMP": lambda: encoded(
        picture(), "WEBP", exif=described(), xmp=b"<x>" + PAYLOAD + b"</x>"
    ),
    "WebP, without losses": lambda: encoded(
        picture("RGBA"), "WEBP", lossless=True, exif=described(), icc_profile=DISPLAY_P3
    ),
    "WebP, a chunk of its own": lambda: webp_with(b"prVt", PAYLOAD),
    "WebP, behind its end": lambda: encoded(picture(), "WEBP") + PAYLOAD,
    "WebP, behind its profile": lambda: encoded(picture(), "WEBP", icc_profile=srgb() + PAYLOAD),
    "TIFF, a description": lambda: tiff_with_tag(0x010E),
    "TIFF, a tag of its own": lambda: tiff_with_tag(65000),
    "TIFF, EXIF": lambda: tiff(exif=described()),
    "TIFF, behind its end": lambda: tiff() + PAYLOAD,
    "TIFF, LZW": lambda: tiff(compression="tiff_lzw", exif=described()),
    "TIFF, deflate": lambda: tiff(compression="tiff_adobe_deflate", exif=described()),
    "TIFF, big-endian": lambda: encoded(
        Image.open(io.BytesIO(tiff())), "TIFF", big_endian=True, exif=described()
    ),
    "HEIC, behind its end": lambda: HEIC + box(b"free", PAYLOAD),
    "HEIC, a box of its own": lambda: HEIC + box(b"uuid", bytes(16) + PAYLOAD),
    "HEIC, EXIF": lambda: HEIC,
}


@pytest.mark.parametrize("place", SENT)
def test_nothing_hidden_in_an_original_is_kept(place: str) -> None:
    sent = SENT[place]()
    hidden = b"CameraMaker" if place == "HEIC, EXIF" else PAYLOAD
    assert hidden in sent
    cleaned = clean(sent)
    assert cleaned.original
    assert cleaned.original_type == f"image/{place.partition(',')[0].lower()}"
    for part in (hidden, hidden[:11], hidden[-11:]):
        assert part not in cleaned.original
        assert part not in cleaned.data
    # How it lies is kept too, so it shows the same to whoever opens it.
    assert decode(cleaned.original).tobytes() == decode(sent).tobytes()
    assert clean(cleaned.original).captured_at is None


def test_a_heic_made_bare_twice_is_the_same() -> None:
    whole = (FILES / "two_pictures.heic").read_bytes()
    bare = bare_heif(whole)
    assert len(bare) == len(whole)
    assert bare_heif(bare) == bare


def test_what_is_no_picture_among_a_heics_units_is_silenced() -> None:
    """A slice's end can't be cut without a decoder; a message of its own can be blanked."""
    unit = (2 + len(PAYLOAD)).to_bytes(4) + bytes([39 << 1, 1]) + PAYLOAD
    data = bytearray(unit)
    silence(data, 0, len(data))
    assert data[4] >> 1 == 38
    assert PAYLOAD[:11] not in data
    with pytest.raises(ValueError, match="units"):
        silence(bytearray(unit + b"more"), 0, len(unit) + 4)


def test_text_among_the_pixels_is_not_kept() -> None:
    """What can't be told from the picture by its place is told by how it reads."""
    whole = bytearray(tiff(compression="tiff_lzw"))
    (start,) = struct.unpack_from("<I", whole, 4)
    (count,) = struct.unpack_from("<H", whole, start)
    directory = whole[start + 2 : start + 2 + 12 * count]
    entries = {tag: value for tag, _, _, value in struct.iter_unpack("<HHII", directory)}
    at = entries[273] + entries[279] - 40
    whole[at : at + 29] = PAYLOAD
    with pytest.raises(ValueError, match="text"):
        bare_tiff(bytes(whole))


@pytest.mark.parametrize("kind", ["WEBP", "TIFF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_an_original_lies_as_it_lay(kind: str, orientation: int) -> None:
    sent = encoded(picture(), kind, exif=exif(orientation))
    cleaned = clean(sent)
    assert Image.open(io.BytesIO(cleaned.original)).getexif().get(0x0112, 1) == orientation
    assert decode(cleaned.original).tobytes() == decode(sent).tobytes()


def test_where_text_can_not_be_told_from_tables_only_what_is_stored_is_kept() -> None:
    """JPEG's own tables, which a TIFF may hold, read like text."""
    cleaned = clean(tiff(compression="jpeg", exif=described()))
    assert (cleaned.original, cleaned.original_type) == (b"", "")
    assert PAYLOAD not in cleaned.data


def test_jpeg_and_png_are_their_own_originals() -> None:
    for kind in ("JPEG", "PNG"):
        assert clean(encoded(picture(), kind)).original == b""
