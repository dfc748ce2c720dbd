"""A TIFF file in which everything but the first page's picture and colour profile is blank.

Offsets stay as they are, so no pixel is touched. Source: TIFF 6.0, sections 2 (structure), 8
(baseline tags) and 15 (tiles); Adobe Photoshop TIFF Technical Notes for deflate.
"""

import struct
import zlib
from itertools import pairwise

from imaging import colour
from imaging.hidden_text import has_text

_SIZES = {1: 1, 3: 2, 4: 4, 5: 8, 7: 1}
_INLINE = 4
_ICC, _COLOURS, _STRIPS, _STRIP_SIZES, _TILES, _TILE_SIZES = 34675, 320, 273, 279, 324, 325
_COMPRESSION, _NONE, _DEFLATE = 259, 1, (8, 32946)
# What says how pixels lie and what they mean.
_KEPT = frozenset(
    {254, 256, 257, 258, 259, 262, 266, 274, 277, 278, 284, 317, 322, 323, 332, 338, 339, 347,
     529, 530, 531, 532, _ICC, _COLOURS, _STRIPS, _STRIP_SIZES, _TILES, _TILE_SIZES}
)  # fmt: skip
# A page of a photo has some 20 tags and at most some thousand strips.
_MOST_TAGS, _MOST_STRIPS = 200, 100_000

Range = tuple[int, int]


def bare_tiff(data: bytes) -> bytes:
    """The file again, of the same length.

    Raises:
        ValueError: it can't be told that nothing else is in it.
    """
    order = {b"II*\x00": "<", b"MM\x00*": ">"}.get(data[:4], "")
    if not order:
        raise ValueError("not a classic TIFF")
    try:
        (at,) = struct.unpack_from(f"{order}I", data, 4)
        (count,) = struct.unpack_from(f"{order}H", data, at)
        if count > _MOST_TAGS:
            raise ValueError("too many tags")
        entries = [struct.unpack_from(f"{order}HHI4s", data, at + 2 + 12 * n) for n in range(count)]
        return _blanked(data, order, at, [entry for entry in entries if entry[0] in _KEPT])
    except (struct.error, zlib.error) as error:
        raise ValueError("crooked offsets") from error


def _blanked(data: bytes, order: str, at: int, entries: list[tuple[int, int, int, bytes]]) -> bytes:
    found: dict[int, list[int]] = {}
    ranges: list[Range] = []
    for tag, kind, count, inline in entries:
        size = _SIZES.get(kind, 0) * count
        place = (at, 0)
        if size > _INLINE:
            (start,) = struct.unpack(f"{order}I", inline)
            place = (start, start + size)
            ranges.append(place)
        _check_value(tag, data[place[0] : place[1]], size)
        if tag in {_STRIPS, _STRIP_SIZES, _TILES, _TILE_SIZES, _COMPRESSION}:
            found[tag] = _numbers(data, order, kind, count, inline)
    pixels = _pixels(found)
    compression = found.get(_COMPRESSION, [_NONE])[0]
    for start, end in pixels:
        _check_pixels(data[start:end], compression)
    bare = bytearray(len(data))
    for start, end in [*ranges, *pixels]:
        if not 8 <= start <= end <= len(data):
            raise ValueError("values outside the file")
        bare[start:end] = data[start:end]
    directory = struct.pack(f"{order}H", len(entries))
    directory += b"".join(_entry(order, entry) for entry in entries) + bytes(4)
    bare[:8] = data[:8]
    bare[at : at + len(directory)] = directory
    return bytes(bare)


def _entry(order: str, entry: tuple[int, int, int, bytes]) -> bytes:
    tag, kind, count, inline = entry
    size = _SIZES.get(kind, 0) * count
    # Of a value that is shorter than its place, the rest is nobody's.
    held = inline if size > _INLINE else inline[:size].ljust(_INLINE, b"\x00")
    return struct.pack(f"{order}HHI4s", tag, kind, count, held)


def _check_value(tag: int, value: bytes, size: int) -> None:
    if tag == _ICC:
        if len(colour.sized(value)) != size or not any(
            colour.is_usable(value, mode) for mode in ("RGB", "L", "CMYK")
        ):
            raise ValueError("no profile")
    elif tag not in {_STRIPS, _STRIP_SIZES, _TILES, _TILE_SIZES, _COLOURS} and has_text(value):
        raise ValueError("text in a value")


def _numbers(data: bytes, order: str, kind: int, count: int, inline: bytes) -> list[int]:
    letter = {3: "H", 4: "I"}.get(kind)
    if letter is None or count > _MOST_STRIPS:
        raise ValueError("no numbers")
    shape = f"{order}{count}{letter}"
    if struct.calcsize(shape) <= _INLINE:
        return list(struct.unpack_from(shape, inline))
    return list(struct.unpack_from(shape, data, struct.unpack(f"{order}I", inline)[0]))


def _pixels(found: dict[int, list[int]]) -> list[Range]:
    """Where strips or tiles lie; they must not overlap."""
    starts = found.get(_STRIPS) or found.get(_TILES) or []
    sizes = found.get(_STRIP_SIZES) or found.get(_TILE_SIZES) or []
    if not starts or len(starts) != len(sizes):
        raise ValueError("no pixels")
    ranges = sorted((start, start + size) for start, size in zip(starts, sizes, strict=True))
    if any(left[1] > right[0] for left, right in pairwise(ranges)):
        raise ValueError("strips in strips")
    return ranges


def _check_pixels(packed: bytes, compression: int) -> None:
    if compression == _NONE:
        # Any bytes are pixels, and dark ones read like text.
        return
    if compression in _DEFLATE:
        unpacking = zlib.decompressobj()
        while packed and not unpacking.eof:
            unpacking.decompress(packed, 1 << 20)
            packed = unpacking.unconsumed_tail
        if unpacking.unused_data or not unpacking.eof:
            raise ValueError("more than the pixels")
    elif has_text(packed):
        raise ValueError("text among the pixels")
