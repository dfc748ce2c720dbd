"""What a file is, told by its first bytes: names and content types of senders are not asked.

Sources: PNG, third edition, 5.2; ISO/IEC 14496-12, 4.3 (`ftyp`) with the brands of ISO/IEC 23008-12
and AV1 Image File Format; DICOM PS3.10, 7.1; TIFF 6.0, section 2; the makers' own for raw files.
"""

from enum import Enum

from imaging.refusals import FileKind, not_read, refused, several
from service_kit.reasons import Reason


class Format(Enum):
    """Formats that photos are read from."""

    JPEG = "JPEG"
    PNG = "PNG"
    WEBP = "WebP"
    TIFF = "TIFF"
    HEIC = "HEIC"

    @property
    def media_type(self) -> str:
        """As RFC 6838 names it."""
        return f"image/{self.value.lower()}"


# Enough for every signature below, DICOM's preamble of 128 bytes among them.
_HEAD = 512

# `ftyp` boxes name who may read the file.
_HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"mif1", b"mif2", b"mif3"}
_HEVC_SEQUENCES = {b"hevc", b"hevx", b"hevm", b"hevs", b"msf1"}
_AVIF_BRANDS = {b"avif", b"avis", b"avio"}
_CANON_RAW = b"crx "

# TIFF inside: told by what follows the first eight bytes, by the maker, or by DNG's own tag.
_RAW_HEADS = (
    b"IIRO", b"IIRS", b"MMOR", b"IIU\x00", b"FUJIFILMCCD-RAW", b"FOVb", b"\x00MRM", b"HEAPCCDR",
)  # fmt: skip
_RAW_MAKERS = (
    b"NIKON",
    b"SONY",
    b"PENTAX",
    b"SAMSUNG",
    b"Hasselblad",
    b"KODAK",
    b"Leaf",
    b"Phase One",
)
_DNG_VERSION = (b"\x12\xc6\x01\x00\x04\x00\x00\x00", b"\xc6\x12\x00\x01\x00\x00\x00\x04")

# Signature, where it stands, and what a file that begins so is.
_OTHERS: tuple[tuple[bytes, int, FileKind], ...] = (
    (b"DICM", 128, FileKind.DICOM),
    (b"%PDF-", 0, FileKind.PDF),
    (b"GIF8", 0, FileKind.GIF),
    (b"BM", 0, FileKind.BMP),
    (b"\xff\x0a", 0, FileKind.JPEG_XL),
    (b"\x00\x00\x00\x0cJXL ", 0, FileKind.JPEG_XL),
    (b"\xff\x4f\xff\x51", 0, FileKind.JPEG_2000),
    (b"\x00\x00\x00\x0cjP  ", 0, FileKind.JPEG_2000),
    (b"8BPS", 0, FileKind.PHOTOSHOP),
    (b"PK\x03\x04", 0, FileKind.ZIP),
    (b"PK\x05\x06", 0, FileKind.ZIP),
    (b"Rar!", 0, FileKind.RAR),
    (b"7z\xbc\xaf\x27\x1c", 0, FileKind.SEVEN_ZIP),
    (b"\x1f\x8b", 0, FileKind.GZIP),
    (b"\x1aE\xdf\xa3", 0, FileKind.VIDEO),
    (b"AVI ", 8, FileKind.VIDEO),
    (b"moov", 4, FileKind.VIDEO),
    (b"mdat", 4, FileKind.VIDEO),
    (b"wide", 4, FileKind.VIDEO),
)  # fmt: skip
# Words that text of these kinds begins with, after blanks.
_MARKUP = (
    (b"<svg", FileKind.SVG),
    (b"<!doctype html", FileKind.WEB_PAGE),
    (b"<html", FileKind.WEB_PAGE),
)


def format_of(data: bytes) -> Format:
    """Which of our formats a file is.

    Raises:
        DomainError: INVALID_ARGUMENT / NOT_AN_IMAGE, naming what it is where that can be told.
    """
    if data.startswith(b"\xff\xd8\xff"):
        return Format.JPEG
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return Format.PNG
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return Format.WEBP
    if data[4:8] == b"ftyp":
        return _boxed(data)
    if data[:4] in {b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+"}:
        return _tiff(data)
    kind = _other(data[:_HEAD])
    raise not_read(kind) if kind else refused(Reason.NOT_AN_IMAGE)


def _boxed(data: bytes) -> Format:
    size = min(int.from_bytes(data[:4]), _HEAD)
    major, brands = data[8:12], {data[at : at + 4] for at in range(16, size - 3, 4)}
    if major in _AVIF_BRANDS or brands & _AVIF_BRANDS:
        raise not_read(FileKind.AVIF)
    if major == _CANON_RAW:
        raise not_read(FileKind.RAW)
    if major in _HEVC_SEQUENCES and not brands & _HEIC_BRANDS - {b"mif1"}:
        raise several()
    if major in _HEIC_BRANDS or brands & _HEIC_BRANDS:
        return Format.HEIC
    raise not_read(FileKind.VIDEO)


def _tiff(data: bytes) -> Format:
    head = data[: 16 * _HEAD]
    if head[8:10] == b"CR" or any(mark in head for mark in _DNG_VERSION + _RAW_MAKERS):
        raise not_read(FileKind.RAW)
    return Format.TIFF


def _other(head: bytes) -> FileKind | None:
    if head.startswith(_RAW_HEADS):
        return FileKind.RAW
    for signature, at, kind in _OTHERS:
        if head[at:].startswith(signature):
            return kind
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    for word, kind in _MARKUP:
        if text.startswith(word) or (text.startswith(b"<?xml") and word in text):
            return kind
    is_text = bool(text) and b"\x00" not in text and _is_text(text)
    return FileKind.TEXT if is_text else None


def _is_text(head: bytes) -> bool:
    """Whether bytes read as UTF-8; the cut at the end may go through a character."""
    try:
        head[:-3].decode()
    except UnicodeDecodeError:
        return False
    return all(byte >= 0x20 or byte in b"\t\r\n\x0c" for byte in head)
