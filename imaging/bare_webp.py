"""A WebP file without anything but its picture and its colour profile.

Source: WebP Container Specification (Google), "Extended File Format".
"""

from collections.abc import Iterator

from imaging import colour, exif
from imaging.hidden_text import has_text

_PICTURE = (b"ALPH", b"VP8 ", b"VP8L")
_EXIF, _ALPHA, _ICC = 0x08, 0x10, 0x20


def bare_webp(data: bytes) -> bytes:
    """The file again, from the chunks of one picture.

    Raises:
        ValueError: it can't be told that nothing else is in it.
    """
    chunks: dict[bytes, bytes] = {}
    for name, body in _chunks(data):
        if name in _PICTURE and name in chunks:
            raise ValueError("two pictures")
        chunks.setdefault(name, body)
    parts = [(name, chunks[name]) for name in _PICTURE if name in chunks]
    if any(has_text(body) for _, body in parts):
        raise ValueError("text among the pixels")
    canvas = chunks.get(b"VP8X", b"")
    if len(canvas) == 10:
        profile = colour.sized(chunks.get(b"ICCP", b""))
        flags = canvas[0] & _ALPHA
        if colour.is_usable(profile, "RGB"):
            flags |= _ICC
            parts.insert(0, (b"ICCP", profile))
        # How it lies, and no more of what EXIF says.
        if (orientation := exif.orientation_of(chunks.get(b"EXIF", b""))) != 1:
            flags |= _EXIF
            parts.append((b"EXIF", exif.turned(orientation)))
        parts.insert(0, (b"VP8X", bytes([flags, 0, 0, 0]) + canvas[4:]))
    body = b"WEBP" + b"".join(
        name + len(body).to_bytes(4, "little") + body + bytes(len(body) % 2) for name, body in parts
    )
    return b"RIFF" + len(body).to_bytes(4, "little") + body


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at, end = 12, min(len(data), 8 + int.from_bytes(data[4:8], "little"))
    while at + 8 <= end:
        size = int.from_bytes(data[at + 4 : at + 8], "little")
        yield data[at : at + 4], data[at + 8 : at + 8 + size]
        at += 8 + size + size % 2
