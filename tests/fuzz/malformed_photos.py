"""Malformed photos: whole ones with something wrong, and files that were built to do harm.

The same each time, so that a number names one.
"""

import random
import struct
import zlib
from collections.abc import Callable, Iterator

from imaging.tests.made_photos import chunk, segment
from tests.fuzz.whole_photos import whole_photos

_RNG_SEED = 20261129


def malformed_photos() -> Iterator[tuple[str, bytes]]:
    """Some 650 files, each with what is wrong with it."""
    files = whole_photos()
    names = list(files)
    for number, (name, whole) in enumerate(files.items()):
        other = files[names[(number + 7) % len(names)]]
        draw = random.Random(f"{_RNG_SEED} {name}")
        for kind, change in _CHANGES.items():
            yield f"{name}, {kind}", change(whole, other, draw)
    yield from HARMFUL.items()


Change = Callable[[bytes, bytes, random.Random], bytes]


def _over(whole: bytes, at: int, written: bytes) -> bytes:
    return whole[:at] + written + whole[at + len(written) :]


def _flipped(whole: bytes, draw: random.Random, count: int, below: int) -> bytes:
    noisy = bytearray(whole)
    for _ in range(count):
        noisy[draw.randrange(min(below, len(noisy)))] ^= 1 << draw.randrange(8)
    return bytes(noisy)


_CHANGES: dict[str, Change] = {
    "cut at a tenth": lambda w, _, __: w[: len(w) // 10],
    "cut in the middle": lambda w, _, __: w[: len(w) // 2],
    "cut near the end": lambda w, _, __: w[: -len(w) // 20],
    "without its head": lambda w, _, __: w[:12] + w[40:],
    "bits of the head flipped": lambda w, _, draw: _flipped(w, draw, 6, 120),
    "bits flipped": lambda w, _, draw: _flipped(w, draw, len(w) // 100 + 1, len(w)),
    "zeros in the head": lambda w, _, draw: _over(w, draw.randrange(8, 100), bytes(8)),
    "zeros": lambda w, _, draw: _over(w, draw.randrange(len(w)), bytes(64)),
    "largest numbers in the head": lambda w, _, draw: _over(
        w, draw.randrange(8, 100), b"\xff\xff\xff\xff"
    ),
    "largest numbers": lambda w, _, draw: _over(w, draw.randrange(len(w)), b"\x7f\xff\xff\xff"),
    "a part twice": lambda w, _, draw: w[: (at := draw.randrange(len(w)))] + w[at // 2 :],
    "a part missing": lambda w, _, draw: w[: (at := draw.randrange(len(w)))] + w[at + 37 :],
    "noise inserted": lambda w, _, draw: (
        w[: (at := draw.randrange(len(w)))] + draw.randbytes(90) + w[at:]
    ),
    "the end of another format": lambda w, o, _: w[: len(w) // 2] + o[len(o) // 2 :],
    "another file behind it": lambda w, o, _: w + o,
    "noise behind its head": lambda w, _, draw: w[:60] + draw.randbytes(2000),
}


def png(width: int, height: int, depth: int, colour: int, *parts: bytes, lace: int = 0) -> bytes:
    """A PNG of these chunks."""
    header = struct.pack(">II5B", width, height, depth, colour, 0, 0, lace)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + b"".join(parts) + chunk(b"IEND", b"")


def _jpeg_frame(*, height: int, width: int, factors: bytes = b"\x11", marker: int = 0xC0) -> bytes:
    parts = b"".join(bytes([n, f, 0]) for n, f in enumerate(factors, 1))
    body = b"\x08" + height.to_bytes(2) + width.to_bytes(2) + bytes([len(factors)]) + parts
    table = segment(0xC4, b"\x00" + bytes([1, *bytes(15)]) + b"\x00")
    table += segment(0xC4, b"\x10" + bytes([1, *bytes(15)]) + b"\xe0")
    scan = segment(0xDA, bytes([1, 1, 0, 0, 63 if marker == 0xC0 else 0, 0])) + bytes(500)
    return b"\xff\xd8" + segment(0xDB, bytes(65)) + segment(marker, body) + table + scan


def _tiff(*entries: tuple[int, int, int, int], following: int = 0, more: bytes = b"") -> bytes:
    directory = struct.pack("<H", len(entries))
    directory += b"".join(struct.pack("<HHII", *entry) for entry in entries)
    return b"II*\x00\x08\x00\x00\x00" + directory + struct.pack("<I", following) + more


def _box(name: bytes, body: bytes, size: int | None = None) -> bytes:
    return (len(body) + 8 if size is None else size).to_bytes(4) + name + body


def _nested(depth: int) -> bytes:
    inner = b""
    for _ in range(depth):
        inner = _box(b"ipco", inner)
    return inner


_HEIC = _box(b"ftyp", b"heic\0\0\0\0mif1heic")
_META = b"\0\0\0\0" + _box(b"hdlr", bytes(8) + b"pict" + bytes(13))
_ZEROS = zlib.compress(bytes(1 << 22), 9)
_PIXELS = ((256, 4, 1, 4000), (257, 4, 1, 4000), (258, 3, 1, 8), (262, 3, 1, 1))
HARMFUL: dict[str, bytes] = {
    "PNG, rows that never end": png(60, 40, 8, 2, chunk(b"IDAT", _ZEROS)),
    "PNG, of 2³¹ pixels' width": png(2**31 - 1, 1, 8, 2, chunk(b"IDAT", _ZEROS)),
    "PNG, of no width": png(0, 40, 8, 2, chunk(b"IDAT", _ZEROS)),
    "PNG, of 49 megapixels and few rows": png(7000, 7000, 16, 6, chunk(b"IDAT", _ZEROS)),
    "PNG, interlaced of 49 megapixels": png(7000, 7000, 8, 6, chunk(b"IDAT", _ZEROS), lace=1),
    "PNG, interlaced in a way there is none": png(9, 9, 8, 2, chunk(b"IDAT", _ZEROS), lace=7),
    "PNG, of 3 bits": png(60, 40, 3, 2, chunk(b"IDAT", _ZEROS)),
    "PNG, of a colour there is none": png(60, 40, 8, 5, chunk(b"IDAT", _ZEROS)),
    "PNG, palette without colours": png(60, 40, 8, 3, chunk(b"IDAT", _ZEROS)),
    "PNG, palette of 300 colours": png(
        60, 40, 8, 3, chunk(b"PLTE", bytes(900)), chunk(b"tRNS", bytes(400)), chunk(b"IDAT", _ZEROS)
    ),
    "PNG, a profile that never ends": png(
        60, 40, 8, 2, chunk(b"iCCP", b"x\0\0" + zlib.compress(bytes(1 << 26), 9)),
        chunk(b"IDAT", _ZEROS),
    ),
    "PNG, a text that never ends": png(
        60, 40, 8, 2, chunk(b"zTXt", b"x\0\0" + zlib.compress(bytes(1 << 26), 9)),
        chunk(b"IDAT", _ZEROS),
    ),
    "PNG, 50,000 empty parts": png(60, 40, 8, 2, chunk(b"IDAT", b"") * 50_000),
    "PNG, two headers": png(60, 40, 8, 2, chunk(b"IHDR", bytes(13)), chunk(b"IDAT", _ZEROS)),
    "PNG, a chunk of 2³² bytes": b"\x89PNG\r\n\x1a\n\xff\xff\xff\xffIDAT",
    "JPEG, of no height": _jpeg_frame(height=0, width=40),
    "JPEG, of 65535²": _jpeg_frame(height=65535, width=65535),
    "JPEG, of 49 megapixels and few blocks": _jpeg_frame(height=7000, width=7000),
    "JPEG, progressive of 49 megapixels": _jpeg_frame(height=7000, width=7000, marker=0xC2),
    "JPEG, factors of zero": _jpeg_frame(height=40, width=40, factors=b"\x00\x00\x00"),
    "JPEG, factors of fifteen": _jpeg_frame(height=40, width=40, factors=b"\xff\xff\xff"),
    "JPEG, 255 components": _jpeg_frame(height=40, width=40, factors=bytes(255)),
    "JPEG, lossless": _jpeg_frame(height=40, width=40, marker=0xC3),
    "JPEG, arithmetic": _jpeg_frame(height=40, width=40, marker=0xC9),
    "JPEG, 90,000 empty segments": b"\xff\xd8" + segment(0xE5, b"") * 90_000,
    "JPEG, an EXIF block in 300 parts": b"\xff\xd8" + segment(0xE1, b"Exif\0\0" + bytes(9)) * 300,
    "JPEG, 5,000 scans": _jpeg_frame(height=6000, width=6000, marker=0xC2)
    + segment(0xDA, bytes([1, 1, 0, 1, 63, 0])) * 5000,
    "JPEG, a table of more codes than there are": b"\xff\xd8"
    + segment(0xC4, b"\0" + b"\xff" * 300),
    "TIFF, a directory behind itself": _tiff(*_PIXELS, (273, 4, 1, 200), following=8),
    "TIFF, 65535 entries": b"II*\x00\x08\x00\x00\x00\xff\xff" + bytes(5000),
    "TIFF, a directory at the end of the world": b"II*\x00\xff\xff\xff\xff" + bytes(5000),
    "TIFF, rows of 2³² bytes": _tiff(*_PIXELS, (273, 4, 1, 0xFFFFFFF0), (279, 4, 1, 0xFFFFFFFF)),
    "TIFF, 10⁹ places": _tiff(*_PIXELS, (273, 4, 10**9, 200), (279, 4, 10**9, 200)),
    "TIFF, tiles of no size": _tiff(*_PIXELS, (322, 4, 1, 0), (323, 4, 1, 0), (324, 4, 1, 200)),
    "TIFF, of 49 megapixels and few rows": _tiff(
        (256, 4, 1, 7000), (257, 4, 1, 7000), (258, 3, 1, 16), (259, 3, 1, 5), (262, 3, 1, 1),
        (273, 4, 1, 200), (279, 4, 1, 4), more=bytes(400),
    ),
    "BigTIFF, places of 2⁶⁴": b"II+\x00\x08\x00\x00\x00" + b"\xff" * 200,
    "WebP, larger than it says": b"RIFF\x04\0\0\0WEBPVP8 \xff\xff\xff\xff" + bytes(400),
    "WebP, of 16383² pixels": b"RIFF\x90\1\0\0WEBPVP8L\x80\1\0\0\x2f\xff\xff\xff\x0f" + bytes(380),
    "WebP, a canvas of 2²⁴": b"RIFF\x90\1\0\0WEBPVP8X\x0a\0\0\0\x10\0\0\0" + b"\xff" * 380,
    "HEIC, boxes in boxes": _HEIC + _box(b"meta", _META + _box(b"iprp", _nested(900))),
    "HEIC, a box of no size": _HEIC + _box(b"meta", _META, 0) + bytes(400),
    "HEIC, a box of 2⁶⁴ bytes": _HEIC + b"\0\0\0\1meta" + b"\xff" * 400,
    "HEIC, 65535 items": _HEIC
    + _box(b"meta", _META + _box(b"iinf", b"\0\0\0\0\xff\xff" + bytes(3000))),
    "HEIC, 65535 places": _HEIC
    + _box(b"meta", _META + _box(b"iloc", b"\0\0\0\0\x44\0\xff\xff" + b"\xff" * 3000)),
    "HEIC, nothing but a name": _HEIC,
}  # fmt: skip
