"""A HEIC file in which everything but the primary picture and its colour profile is blank.

Offsets stay as they are, so no pixel is touched. Sources: ISO/IEC 14496-12 (boxes, `meta`), ISO/IEC
23008-12 (items of pictures), ISO/IEC 14496-15, 8.3.3 (`hvcC`), ITU-T H.265, 7.4.2.2 (NAL units).
"""

import struct

from imaging import colour
from imaging.heif_boxes import Boxes, Items, Range, boxes_in, read_items
from imaging.hidden_text import has_text

_TILE, _GRID, _IDENTITY = b"hvc1", b"grid", b"iden"
_BRANDS = frozenset({b"heic", b"heix", b"mif1", b"mif2", b"miaf", b"MiHB", b"MiHE", b"MiPr"})
_PROPERTIES = frozenset({b"hvcC", b"ispe", b"irot", b"imir", b"pixi", b"clap", b"pasp", b"colr"})
# Of a profile inside a `colr` box; nclx says it by numbers.
_BY_PROFILE, _BY_NUMBERS = frozenset({b"prof", b"rICC"}), b"nclx"
_PARAMETERS, _FILLER, _LAST_SLICE = frozenset({32, 33, 34}), 38, 31
_DEEPEST = 8


def bare_heif(data: bytes) -> bytes:
    """The file again, of the same length.

    Raises:
        ValueError: it can't be told that nothing else is in it.
    """
    try:
        return _bare(bytearray(data))
    except (struct.error, IndexError) as error:
        raise ValueError("crooked boxes") from error


def _bare(data: bytearray) -> bytes:
    keep, meta = _keep_file(data)
    boxes: Boxes = {
        name: (start, body, end) for name, start, body, end in boxes_in(data, meta[0] + 4, meta[1])
    }
    found = read_items(data, boxes)
    wanted = _wanted(found, found.primary, 0)
    for name, place in boxes.items():
        _keep_box(data, found, wanted, name, place)
    for item in wanted:
        _keep_pixels(data, found, item)
    bare = bytearray(len(data))
    for start, end in [*keep, *found.keep]:
        bare[start:end] = data[start:end]
    return bytes(bare)


def _keep_file(data: bytearray) -> tuple[list[Range], Range]:
    """What stays of the outermost boxes, and where the contents of `meta` lie."""
    keep, metas = list[Range](), list[Range]()
    for name, start, body, end in list(boxes_in(data, 0, len(data))):
        if name == b"ftyp":
            _ftyp(data, body, end)
            keep.append((start, end))
        elif name == b"meta":
            metas.append((body, end))
            keep.append((start, body + 4))
        elif name == b"mdat":
            keep.append((start, body))
        else:
            # Its place stays, its name and its contents don't.
            data[start + 4 : start + 8] = b"free"
            keep.append((start, body))
    if len(metas) != 1:
        raise ValueError("no pictures")
    return keep, metas[0]


def _ftyp(data: bytearray, body: int, end: int) -> None:
    major = bytes(data[body : body + 4])
    data[body + 4 : body + 8] = bytes(4)
    for at in range(body + 8, end, 4):
        if bytes(data[at : at + 4]) not in _BRANDS:
            data[at : at + 4] = major


def _wanted(found: Items, item: int, depth: int) -> set[int]:
    """A picture and what it is put together from."""
    kind = found.kinds.get(item)
    if depth > _DEEPEST or kind not in {_TILE, _GRID, _IDENTITY}:
        raise ValueError("another kind of picture")
    wanted = {item}
    for part in found.parts.get(item, ()):
        if part not in wanted:
            wanted |= _wanted(found, part, depth + 1)
    return wanted


def _keep_box(
    data: bytearray, found: Items, wanted: set[int], name: bytes, place: tuple[int, int, int]
) -> None:
    """What stays of one of the boxes in `meta`."""
    start, body, end = place
    found.keep.append((start, body))
    if name == b"hdlr":
        found.keep.append((body + 8, body + 12))
    elif name == b"pitm":
        found.keep.append((body, min(end, body + 8)))
    elif name == b"iloc":
        found.keep.append((body, found.places_end))
    elif name in _LISTS:
        _LISTS[name](data, found, wanted, body, end)
    elif name != b"idat":
        data[start + 4 : start + 8] = b"free"


def _keep_names(data: bytearray, found: Items, wanted: set[int], start: int, end: int) -> None:
    """Of each item its kind, not its name; what isn't wanted is of no kind."""
    first = start + (6 if data[start] == 0 else 8)
    found.keep.append((start, first))
    for _, box, entry, _ in boxes_in(data, first, end):
        wide = 2 if data[entry] == 2 else 4
        item = int.from_bytes(data[entry + 4 : entry + 4 + wide])
        if item not in wanted:
            data[entry + 6 + wide : entry + 10 + wide] = b"none"
        found.keep.append((box, entry + 10 + wide))


def _keep_references(data: bytearray, found: Items, wanted: set[int], start: int, end: int) -> None:
    """What a picture is put together from."""
    found.keep.append((start, start + 4))
    wide = 4 if data[start] else 2
    for name, box, body, last in boxes_in(data, start + 4, end):
        if name != b"dimg" or int.from_bytes(data[body : body + wide]) not in wanted:
            # "Describes" from what is of no kind: a list without references would be refused.
            data[box + 4 : box + 8] = b"cdsc"
        found.keep.append((box, last))


def _keep_properties(data: bytearray, found: Items, _: set[int], start: int, end: int) -> None:
    """What pixels need to be decoded and shown."""
    for name, box, body, last in boxes_in(data, start, end):
        found.keep.append((box, last if name == b"ipma" else body))
        if name != b"ipco":
            continue
        for kind, at, inner, close in boxes_in(data, body, last):
            is_kept = kind in _PROPERTIES and _is_plain(data, kind, inner, close)
            if not is_kept:
                data[at + 4 : at + 8] = b"free"
            found.keep.append((at, close if is_kept else inner))


_LISTS = {b"iinf": _keep_names, b"iref": _keep_references, b"iprp": _keep_properties}


def _is_plain(data: bytearray, kind: bytes, body: int, end: int) -> bool:
    """Whether a property holds what its name says and nothing else."""
    held = bytes(data[body:end])
    if kind == b"colr":
        if held[:4] == _BY_NUMBERS:
            return len(held) == 11
        profile = held[4:]
        return held[:4] in _BY_PROFILE and len(colour.sized(profile)) == len(profile)
    if kind != b"hvcC":
        return len(held) <= 32
    at = 23
    for _ in range(held[22]):
        count = int.from_bytes(held[at + 1 : at + 3])
        if held[at] & 63 not in _PARAMETERS:
            return False
        at += 3
        for _ in range(count):
            at += 2 + int.from_bytes(held[at : at + 2])
    return at == len(held) and not has_text(held)


def _keep_pixels(data: bytearray, found: Items, item: int) -> None:
    places = found.places.get(item, [])
    for start, end in places:
        found.keep.append((start, end))
        if found.kinds[item] != _TILE:
            if end - start > 16:
                raise ValueError("more than a grid says")
            continue
        if len(places) > 1:
            raise ValueError("a picture in pieces")
        silence(data, start, end)


def silence(data: bytearray, start: int, end: int) -> None:
    """Turn what isn't picture among an item's NAL units into filler of no content.

    Raises:
        ValueError: there is text in the picture's own units, or something else than units.
    """
    at = start
    while at + 6 <= end:
        size = int.from_bytes(data[at : at + 4])
        close = at + 4 + size
        if size < 2 or close > end:
            raise ValueError("crooked units")
        kind = data[at + 4] >> 1 & 63
        if kind > _LAST_SLICE:
            if kind not in _PARAMETERS or has_text(bytes(data[at + 6 : close])):
                data[at + 4] = _FILLER << 1
                data[at + 6 : close] = b"\xff" * (size - 2)
        elif has_text(bytes(data[at + 6 : close])):
            raise ValueError("text among the pixels")
        at = close
    if at != end:
        raise ValueError("more than units")
