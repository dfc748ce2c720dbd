"""Removes metadata from JPEG and PNG files without touching a compressed pixel.

Both formats are sequences of labelled parts, so keeping the parts that make up the picture and
dropping the rest needs no decoding. (Encoding again would change the pixels, and with them the
model's finding.) Callers have already decoded the file: these functions expect a valid one.

Sources: ITU-T T.81 Annex B (JPEG markers); W3C PNG, third edition, section 11 (chunks).
"""

from collections.abc import Iterator

from service_kit.errors import DomainError
from service_kit.reasons import Reason

_SOI = b"\xff\xd8"
_EOI = b"\xff\xd9"
_SOS = 0xDA
_EOI_MARKER = 0xD9
# Tables, frames and scans; not APPn (0xE0-0xEF) nor COM (0xFE).
_PICTURE_MARKERS = frozenset(range(0xC0, 0xDF + 1))
_ICC = (0xE2, b"ICC_PROFILE\x00")
# Says which colour transform the samples went through; without it CMYK files are inverted.
_ADOBE = (0xEE, b"Adobe")
_STANDALONE_IN_SCAN = frozenset([0x00, *range(0xD0, 0xD7 + 1)])

_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_PICTURE_CHUNKS = frozenset(
    [b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"iCCP", b"sRGB", b"gAMA", b"cHRM", b"cICP"]
)


def stripped_jpeg(data: bytes) -> bytes:
    """The same JPEG without EXIF, XMP, comments, thumbnails and bytes after its end.

    Raises:
        DomainError: INVALID_ARGUMENT / IMAGE_TRUNCATED when the markers don't follow T.81.
    """
    return b"".join([_SOI, *_jpeg_picture(data), _EOI])


def _jpeg_picture(data: bytes) -> Iterator[bytes]:
    at = len(_SOI)
    while True:
        at = data.find(b"\xff", at)
        # Any number of fill bytes may stand before a marker (T.81 B.1.1.2).
        while 0 <= at < len(data) - 1 and data[at + 1] == 0xFF:
            at += 1
        if at < 0 or at + 4 > len(data):
            if data[at : at + 2] == _EOI:
                return
            raise _damaged()
        marker = data[at + 1]
        if marker == _EOI_MARKER:
            return
        end = at + 2 + int.from_bytes(data[at + 2 : at + 4])
        if marker == _SOS:
            end = _scan_end(data, end)
        if _is_picture(marker, data[at + 4 : end]):
            yield data[at:end]
        at = end


def _is_picture(marker: int, body: bytes) -> bool:
    if marker in _PICTURE_MARKERS:
        return True
    return any(marker == kept and body.startswith(tag) for kept, tag in (_ICC, _ADOBE))


def _scan_end(data: bytes, at: int) -> int:
    """Where the entropy-coded data ends: at the next marker that is neither stuffing nor RSTn."""
    while True:
        at = data.find(b"\xff", at)
        if at < 0 or at + 1 >= len(data):
            raise _damaged()
        if data[at + 1] == 0xFF:
            at += 1
        elif data[at + 1] in _STANDALONE_IN_SCAN:
            at += 2
        else:
            return at


def stripped_png(data: bytes) -> bytes:
    """The same PNG with only the chunks that make up the picture."""
    return b"".join([_PNG_SIGNATURE, *_png_picture(data)])


def _png_picture(data: bytes) -> Iterator[bytes]:
    at = len(_PNG_SIGNATURE)
    while at + 8 <= len(data):
        end = at + 12 + int.from_bytes(data[at : at + 4])
        kind = data[at + 4 : at + 8]
        if kind in _PICTURE_CHUNKS:
            yield data[at:end]
        if kind == b"IEND":
            return
        at = end
    raise _damaged()


def _damaged() -> DomainError:
    return DomainError(Reason.IMAGE_TRUNCATED, metadata={"field": "file"})
