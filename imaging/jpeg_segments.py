"""The segments of a JPEG file, and the tables in them.

Source: ITU-T T.81, B.1.1 (markers) and B.2.4 (tables).
"""

import re
from collections.abc import Iterator

from imaging.refusals import damaged, rare_kind

SOI, EOI_BYTES = b"\xff\xd8", b"\xff\xd9"
DHT, DAC, SOS, DQT, DRI, EOI = 0xC4, 0xCC, 0xDA, 0xDB, 0xDD, 0xD9
APP0, APP1, APP2, APP14 = 0xE0, 0xE1, 0xE2, 0xEE
FRAMES = frozenset(range(0xC0, 0xCF + 1)) - {DHT, 0xC8, DAC}
PROGRESSIVE, ARITHMETIC = frozenset({0xC2, 0xCA}), frozenset({0xC9, 0xCA})
# A camera writes some 20, and up to 320 of 64 kB fit into a file that is read: whoever needs more
# wants to keep somebody busy.
_MOST_SEGMENTS = 4096
# What was compressed is looked at where it lies, not copied.
Bytes = bytes | memoryview
# Fill bytes, stuffed bytes and markers without a body are passed over at once, however many.
_MARKER = re.compile(rb"\xff[^\x00\x01\xd0-\xd8\xff]")
# In a scan, what is neither a stuffed byte nor a restart marker ends it.
_AFTER_SCAN = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")


def segments(data: bytes) -> Iterator[tuple[int, bytes, Bytes]]:
    """Marker, body and, after a scan's header, what was compressed.

    Raises:
        DomainError: INVALID_ARGUMENT with IMAGE_TRUNCATED where one doesn't follow the other, or
            NOT_AN_IMAGE where there are more than any picture needs.
    """
    at, count = len(SOI), 0
    while found := _MARKER.search(data, at):
        marker, at, count = data[found.end() - 1], found.end(), count + 1
        if marker == EOI:
            yield EOI, b"", b""
            return
        if count > _MOST_SEGMENTS:
            raise rare_kind("JPEG")
        end = at + int.from_bytes(data[at : at + 2])
        if end < at + 2 or end > len(data):
            raise damaged()
        body, scan = data[at + 2 : end], memoryview(b"")
        if marker == SOS:
            scan, end = _scan(data, end)
        yield marker, body, scan
        at = end


def _scan(data: bytes, start: int) -> tuple[memoryview, int]:
    """What is compressed from here on, and where the next marker is."""
    found = _AFTER_SCAN.search(data, start)
    end = last = found.start() if found else len(data)
    # Fill bytes may stand before a marker, and half of one at the end of a cut file; a restart
    # marker has blocks behind it, or none of the picture's restarts there.
    while last > start:
        if data[last - 1] == 0xFF:
            last -= 1
        elif data[last - 2] == 0xFF and 0xD0 <= data[last - 1] <= 0xD7 and last - 2 >= start:
            last -= 2
        else:
            break
    return memoryview(data)[start:last], end


def tables(marker: int, body: bytes) -> Iterator[tuple[tuple[int, int], bytes]]:
    """Each table of a segment by its kind and slot."""
    if marker == DRI:
        if len(body) != 2:
            raise damaged()
        yield (DRI, 0), body
        return
    at = 0
    while at < len(body):
        slot, size = body[at], 2
        if marker == DQT:
            size = 129 if slot >> 4 else 65
        elif marker == DHT:
            size = 17 + sum(body[at + 1 : at + 17])
        if at + size > len(body):
            raise damaged()
        yield (marker, slot & 15 if marker == DQT else slot), body[at : at + size]
        at += size


def segment(marker: int, body: bytes) -> bytes:
    """A segment's bytes."""
    return bytes([0xFF, marker]) + (len(body) + 2).to_bytes(2) + body
