"""What is stored of a file: the picture, how it lies, its colours, and nothing else."""

import io
import zlib
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image

from imaging import jpeg_scans
from imaging.decoding import clean, decode
from imaging.tests.made_photos import (
    JPEG_MODES,
    PNG_MODES,
    RNG,
    chunk,
    chunks,
    encoded,
    exif,
    picture,
    png_of,
    segment,
    srgb,
)
from service_kit.errors import DomainError

PAYLOAD = b"Mary O'Brien, born 1961-02-03"


def noisy(kind: str = "JPEG", **options: object) -> bytes:
    return encoded(picture(), kind, **options)


def before(marker: bytes, inserted: bytes) -> bytes:
    whole = noisy()
    at = whole.rindex(marker)
    return whole[:at] + inserted + whole[at:]


def with_profile(tail: bytes) -> bytes:
    body = srgb() + tail
    return noisy()[:2] + segment(0xE2, b"ICC_PROFILE\0\x01\x01" + body) + noisy()[2:]


def after_a_table() -> bytes:
    """A Huffman table in a slot that no component uses."""
    counts = bytes([0] * 7 + [len(PAYLOAD)] + [0] * 8)
    return before(b"\xff\xda", segment(0xC4, b"\x13" + counts + PAYLOAD))


def unused_quantisation() -> bytes:
    return before(b"\xff\xda", segment(0xDB, b"\x03" + (PAYLOAD + bytes(64))[:64]))


def hidden_in_a_progressive_scan() -> bytes:
    whole = noisy(progressive=True)
    at = whole.index(b"\xff\xc4", whole.index(b"\xff\xda"))
    return whole[:at] + PAYLOAD + whole[at:]


JPEG_PLACES: dict[str, Callable[[], bytes]] = {
    "comment": lambda: before(b"\xff\xda", segment(0xFE, PAYLOAD)),
    "each application segment": lambda: before(
        b"\xff\xda", b"".join(segment(0xE0 + n, b"Exif\0\0"[: n % 2] + PAYLOAD) for n in range(16))
    ),
    "JFIF's thumbnail and rest": lambda: (
        noisy()[:2]
        + segment(0xE0, b"JFIF\0\x01\x02\0\0\x01\0\x01\x01\x01abc" + PAYLOAD)
        + noisy()[2:]
    ),
    "Adobe's rest": lambda: (
        noisy()[:2] + segment(0xEE, b"Adobe\0\x64\0\0\0\0\x01" + PAYLOAD) + noisy()[2:]
    ),
    "DNL": lambda: before(b"\xff\xd9", segment(0xDC, PAYLOAD)),
    "DAC": lambda: before(b"\xff\xda", segment(0xCC, PAYLOAD + b"!")),
    "JPG, JPGn, DHP, EXP": lambda: before(
        b"\xff\xda", b"".join(segment(m, PAYLOAD) for m in (0xC8, 0xF0, 0xFD, 0xDE, 0xDF))
    ),
    "between segments": lambda: before(b"\xff\xda", PAYLOAD),
    "an unused Huffman table": after_a_table,
    "an unused quantisation table": unused_quantisation,
    "behind a profile": lambda: with_profile(PAYLOAD),
    "behind the end": lambda: noisy() + PAYLOAD,
    "a second picture": lambda: noisy() + noisy(comment=PAYLOAD),
    "behind the scan's last block": lambda: before(b"\xff\xd9", PAYLOAD),
    "behind the scan's last block, and noise behind it": lambda: before(
        b"\xff\xd9", PAYLOAD + RNG.bytes(50_000).replace(b"\xff", b"")
    ),
    "behind the scan's last block, padded": lambda: before(b"\xff\xd9", PAYLOAD + bytes(900)),
    "behind the scan's last block, long": lambda: before(b"\xff\xd9", PAYLOAD * 9000),
    "behind the scan's last block, in two bytes a character": lambda: before(
        b"\xff\xd9", PAYLOAD.decode().encode("utf-16-le") + PAYLOAD
    ),
    "behind restart markers at the end": lambda: before(
        b"\xff\xd9", b"\xff\xd0\xff\xd1" * 90 + PAYLOAD
    ),
    "behind a progressive scan": hidden_in_a_progressive_scan,
    "a broken profile": lambda: noisy(icc_profile=PAYLOAD * 20),
}


@pytest.mark.parametrize("place", JPEG_PLACES)
def test_nothing_hidden_in_a_jpeg_is_stored(place: str) -> None:
    sent = JPEG_PLACES[place]()
    assert PAYLOAD in sent
    _assert_only_the_picture(sent)


def test_of_restart_markers_behind_the_picture_nothing_is_stored() -> None:
    sent = before(b"\xff\xd9", b"\xff\xd3\xff\xd1" * 5000)
    assert len(clean(sent).data) < len(sent) - 19_000
    assert decode(clean(sent).data).tobytes() == decode(sent).tobytes()


KEEP_US_BUSY = {
    "segments": lambda: before(b"\xff\xda", segment(0xE5, b"") * 5000),
    "tables": lambda: before(b"\xff\xda", segment(0xDD, b"\0\0") * 5000),
    "scans": lambda: before(b"\xff\xd9", segment(0xDA, b"\x01\x01\x00\x00\x3f\x00") * 200),
}


@pytest.mark.parametrize("means", KEEP_US_BUSY)
def test_a_jpeg_that_only_keeps_decoders_busy_is_refused(means: str) -> None:
    with pytest.raises(DomainError) as refusal:
        clean(KEEP_US_BUSY[means]())
    assert "an ordinary JPEG" in refusal.value.message


def test_hidden_text_in_every_scan_of_a_large_jpeg_is_not_looked_for_without_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(jpeg_scans, "_MOST_PIXELS", 5 * 64 * 48)
    with pytest.raises(DomainError) as refusal:
        clean(hidden_in_a_progressive_scan())
    assert refusal.value.reason == "NOT_AN_IMAGE"


def png_with(name: bytes, body: bytes) -> bytes:
    parts = list(chunks(noisy("PNG")))
    return png_of([parts[0], (name, body), *parts[1:]])


def idat(change: Callable[[bytes], bytes]) -> bytes:
    parts = [
        (name, change(body) if name == b"IDAT" else body) for name, body in chunks(noisy("PNG"))
    ]
    return png_of(parts)


def behind_the_rows(packed: bytes) -> bytes:
    packing = zlib.compressobj(0)
    return packing.compress(zlib.decompress(packed) + PAYLOAD) + packing.flush()


def unused_colours() -> bytes:
    image = Image.new("P", (64, 48))
    image.putpalette([9, 8, 7, *PAYLOAD, *bytes(1)])
    return encoded(image, "PNG")


PNG_PLACES: dict[str, Callable[[], bytes]] = {
    "text": lambda: png_with(b"tEXt", b"Comment\0" + PAYLOAD),
    "compressed text's name": lambda: png_with(b"zTXt", PAYLOAD + b"\0\0" + zlib.compress(b"x")),
    "a private chunk": lambda: png_with(b"prVt", PAYLOAD),
    "EXIF": lambda: png_with(b"eXIf", b"MM\0*\0\0\0\x08\0\0\0\0\0\0" + PAYLOAD),
    "a profile's name": lambda: png_with(b"iCCP", PAYLOAD + b"\0\0" + zlib.compress(srgb())),
    "behind a profile's stream": lambda: png_with(
        b"iCCP", b"icc\0\0" + zlib.compress(srgb()) + PAYLOAD
    ),
    "behind a profile's size": lambda: png_with(
        b"iCCP", b"icc\0\0" + zlib.compress(srgb() + PAYLOAD, 0)
    ),
    "a long gAMA": lambda: png_with(b"gAMA", (45455).to_bytes(4) + PAYLOAD),
    "a palette that is a suggestion": lambda: png_with(b"PLTE", PAYLOAD + b"!"),
    "a long tRNS": lambda: png_with(b"tRNS", bytes(6) + PAYLOAD),
    "unused colours": unused_colours,
    "behind IDAT's stream": lambda: idat(lambda packed: packed + PAYLOAD),
    "behind the rows": lambda: idat(behind_the_rows),
    "behind the end": lambda: noisy("PNG") + PAYLOAD,
    "a chunk with a wrong sum": lambda: (
        noisy("PNG")[:33] + chunk(b"sRGB", PAYLOAD)[:-1] + b"?" + noisy("PNG")[33:]
    ),
}


@pytest.mark.filterwarnings("ignore::UserWarning:PIL")
@pytest.mark.parametrize("place", PNG_PLACES)
def test_nothing_hidden_in_a_png_is_stored(place: str) -> None:
    _assert_only_the_picture(PNG_PLACES[place]())


def _assert_only_the_picture(sent: bytes) -> None:
    stored = clean(sent).data
    assert PAYLOAD[:12] not in stored
    assert PAYLOAD[-12:] not in stored
    assert all(PAYLOAD[:12] not in zlib_of(body) for name, body in parts_of(stored))
    assert decode(stored).tobytes() == decode(sent).tobytes()
    assert clean(stored).data == stored


def parts_of(stored: bytes) -> list[tuple[bytes, bytes]]:
    return list(chunks(stored)) if stored.startswith(b"\x89PNG") else []


def zlib_of(body: bytes) -> bytes:
    try:
        return zlib.decompress(body.removeprefix(b"icc\0\0"))
    except zlib.error:
        return b""


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("size", [(1, 1), (17, 9), (310, 207)])
@pytest.mark.parametrize(
    ("kind", "mode"), [*(("JPEG", m) for m in JPEG_MODES), *(("PNG", m) for m in PNG_MODES)]
)
def test_a_stored_photo_is_the_photo_sent_however_it_is_turned(
    kind: str, mode: str, size: tuple[int, int], orientation: int
) -> None:
    image = picture(mode, size)
    options = {"transparency": image.info["transparency"]} if "transparency" in image.info else {}
    sent = encoded(image, kind, exif=exif(orientation), **options)
    cleaned = clean(sent)
    assert decode(cleaned.data).tobytes() == decode(sent).tobytes()
    assert (cleaned.width, cleaned.height) == decode(sent).size
    assert len(cleaned.data) <= len(sent) * 1.05
    assert clean(cleaned.data).data == cleaned.data


@pytest.mark.parametrize("options", [
    {"progressive": True}, {"restart_marker_blocks": 3}, {"subsampling": "4:2:0"},
    {"subsampling": "4:4:4", "optimize": True}, {"keep_rgb": True}, {"quality": 1},
])  # fmt: skip
def test_every_kind_of_jpeg_keeps_its_compressed_pixels(options: dict[str, Any]) -> None:
    sent = noisy(exif=exif(6), **options)
    assert decode(clean(sent).data).tobytes() == decode(sent).tobytes()


def test_a_browser_turns_what_is_stored_as_we_do() -> None:
    for kind in ("JPEG", "PNG"):
        stored = clean(noisy(kind, exif=exif(6))).data
        assert dict(Image.open(io.BytesIO(stored)).getexif()) == {0x0112: 6}
