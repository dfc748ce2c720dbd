"""The boxes of a HEIC file: which pictures are in it, and where their bytes lie.

Sources: ISO/IEC 14496-12, 4.2 (boxes), 8.11 (`meta`); ISO/IEC 23008-12, 6 (items of pictures).
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

_MOST_ITEMS = 4096

Range = tuple[int, int]
# Start, body and end of each box, by its name.
Boxes = dict[bytes, tuple[int, int, int]]


@dataclass(slots=True)
class Items:
    """What a `meta` box says, by item.

    Attributes:
        primary: the item that counts.
        kinds: of the items.
        places: ranges of each item's bytes in the file.
        parts: items that an item is put together from.
        keep: ranges of the file that stay.
        places_end: where the box that says the places has said them all.
    """

    primary: int = 0
    kinds: dict[int, bytes] = field(default_factory=dict)
    places: dict[int, list[Range]] = field(default_factory=dict)
    parts: dict[int, list[int]] = field(default_factory=dict)
    keep: list[Range] = field(default_factory=list)
    places_end: int = 0


def boxes_in(data: bytearray, at: int, end: int) -> Iterator[tuple[bytes, int, int, int]]:
    """Name, start, body and end of each.

    Raises:
        ValueError: they don't follow one another, or are of a kind that no camera writes.
    """
    while at < end:
        size, name = struct.unpack_from(">I4s", data, at)
        if size < 8 or at + size > end:
            raise ValueError("crooked boxes")
        yield name, at, at + 8, at + size
        at += size


def read_items(data: bytearray, boxes: Boxes) -> Items:
    """The pictures that a `meta` box of these boxes names.

    Raises:
        ValueError: it says it in a way that isn't known here.
    """
    if not {b"pitm", b"iinf", b"iloc"} <= boxes.keys():
        raise ValueError("no pictures")
    found = Items()
    _, body, end = boxes[b"pitm"]
    found.primary = int.from_bytes(data[body + 4 : end])
    _, body, end = boxes[b"iinf"]
    start = body + (6 if data[body] == 0 else 8)
    for name, _, entry, _ in boxes_in(data, start, end):
        version = data[entry]
        if name != b"infe" or version not in {2, 3}:
            raise ValueError("old items")
        wide = 2 if version == 2 else 4
        item = int.from_bytes(data[entry + 4 : entry + 4 + wide])
        found.kinds[item] = bytes(data[entry + 6 + wide : entry + 10 + wide])
    if len(found.kinds) > _MOST_ITEMS:
        raise ValueError("too many items")
    _read_places(data, boxes, found)
    if b"iref" in boxes:
        _, body, end = boxes[b"iref"]
        _read_references(data, body, end, found)
    return found


def _read_places(data: bytearray, boxes: Boxes, found: Items) -> None:
    _, body, _ = boxes[b"iloc"]
    inside = boxes.get(b"idat", (0, 0, 0))[1]
    version, sizes = data[body], int.from_bytes(data[body + 4 : body + 6])
    of_offset, of_length, of_base, of_index = (sizes >> shift & 15 for shift in (12, 8, 4, 0))
    wide, at = (4 if version == 2 else 2), body + 6

    def number(size: int) -> int:
        nonlocal at
        at += size
        return int.from_bytes(data[at - size : at])

    for _ in range(min(number(wide), _MOST_ITEMS)):
        item = number(wide)
        method = number(2) & 15 if version else 0
        number(2)
        base, places = number(of_base), []
        for _ in range(number(2)):
            number(of_index if version else 0)
            start = base + number(of_offset) + (inside if method == 1 else 0)
            places.append((start, start + number(of_length)))
        if method > 1 or any(end > len(data) for _, end in places):
            raise ValueError("crooked places")
        found.places[item] = places
    found.places_end = at


def _read_references(data: bytearray, body: int, end: int, found: Items) -> None:
    wide = 4 if data[body] else 2
    for name, _, at, last in boxes_in(data, body + 4, end):
        source = int.from_bytes(data[at : at + wide])
        targets = [
            int.from_bytes(data[place : place + wide]) for place in range(at + wide + 2, last, wide)
        ]
        if name == b"dimg":
            found.parts[source] = targets
        elif name == b"auxl" and found.primary in targets:
            # It may be the picture's transparency.
            raise ValueError("auxiliary pictures")
