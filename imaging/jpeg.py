"""A JPEG file taken apart and put together again without touching a compressed pixel.

What is put together holds the frame, its scans and the tables that they use, and nothing else:
a table that no scan uses, a segment that no decoder needs and bytes between segments are places
to hide something in. (Encoding again would change the pixels, and with them the assessment.)

Source: ITU-T T.81, Annex B; JFIF 1.02 and Adobe TN 5116 for what tells the colours.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from imaging import exif
from imaging import jpeg_segments as t81
from imaging.refusals import damaged, rare_kind

_ICC = b"ICC_PROFILE\x00"
_ICC_CHUNK = 65519
# Bare: version 1.1, no density, no thumbnail.
_JFIF = b"JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
# Encoders write up to some 20; a scan of a few bytes has a decoder go over the whole picture.
_MOST_SCANS = 100
# One segment holds less than 64 KiB, and nothing that is read needs a second one.
_LONGEST_EXIF = 1 << 18
_ADOBE = b"Adobe\x00\x64\x00\x00\x00\x00"


@dataclass(slots=True)
class Jpeg:
    """The parts of a JPEG file.

    Attributes:
        frame: marker and body of the frame's header.
        parts: tables, frame and scans in order, as segments.
        exif: TIFF bytes, empty where there are none.
        profile: ICC, as it came; empty where there is none or a part is missing.
        has_end: whether the file says where it ends.
        is_covered: whether the scans bring every coefficient to full precision.
        scan_places: where among the parts what is compressed lies.
        interleaved: components in the first scan.
    """

    frame: tuple[int, bytes] = (0, b"")
    parts: list[t81.Bytes] = field(default_factory=list)
    exif: bytes = b""
    profile: bytes = b""
    has_end: bool = False
    is_covered: bool = False
    scan_places: list[int] = field(default_factory=list)
    interleaved: int = 0
    _colour: list[bytes] = field(default_factory=list)

    @property
    def is_kept_whole(self) -> bool:
        """Whether a decoder holds all coefficients, two bytes each, until the last scan is in."""
        return self.frame[0] in t81.PROGRESSIVE or self.interleaved < self.frame[1][5]

    @property
    def coefficients(self) -> int:
        """How many there are in all components."""
        body = self.frame[1]
        height, width = int.from_bytes(body[1:3]), int.from_bytes(body[3:5])
        factors = [(byte >> 4, byte & 15) for byte in body[7::3]]
        widest, highest = (max((f[axis] for f in factors), default=1) or 1 for axis in (0, 1))
        return sum(width * height * f[0] * f[1] // (widest * highest) for f in factors)

    def assembled(self, *, orientation: int = 1, profile: bytes = b"") -> bytes:
        """The file: nothing but the picture, how it is turned, and its colour profile."""
        turned = [t81.segment(t81.APP1, b"Exif\x00\x00" + exif.turned(orientation))]
        return b"".join(
            [
                t81.SOI,
                *self._colour[:1],
                *(turned if orientation != 1 else ()),
                *_profile_segments(profile),
                *self._colour[1:],
                *self.parts,
                t81.EOI_BYTES,
            ]
        )


def parse(data: bytes) -> Jpeg:
    """Take a JPEG file apart; of several pictures in it, the first.

    Raises:
        DomainError: INVALID_ARGUMENT with IMAGE_TRUNCATED when its segments don't follow T.81, or
            NOT_AN_IMAGE when it has more of them, or of scans, than a picture needs.
    """
    reader = _Reader()
    for marker, body, scan in t81.segments(data):
        reader.take(marker, body, scan)
    return reader.whole()


class _Reader:
    """Gathers segments, and gives each scan the tables that it uses just before it."""

    def __init__(self) -> None:
        self._file = Jpeg()
        self._tables: dict[tuple[int, int], bytes] = {}
        self._written: dict[tuple[int, int], bytes] = {}
        self._quantised: set[int] = set()
        self._exact: set[tuple[int, int]] = set()
        self._jfif, self._adobe = b"", b""
        self._profile: dict[int, bytes] = {}
        self._profile_parts = 0

    def take(self, marker: int, body: bytes, scan: t81.Bytes) -> None:
        if marker == t81.EOI:
            self._file.has_end = True
        elif marker in t81.FRAMES:
            self._frame(marker, body)
        elif marker == t81.SOS:
            self._scan(body, scan)
        elif marker in {t81.DQT, t81.DHT, t81.DAC, t81.DRI}:
            self._tables.update(t81.tables(marker, body))
        elif marker in {t81.APP0, t81.APP1, t81.APP2, t81.APP14} and not self._file.scan_places:
            self._application(marker, body)

    def whole(self) -> Jpeg:
        """The file.

        Raises:
            DomainError: as `parse`.
        """
        file = self._file
        if not file.scan_places:
            raise damaged()
        if len(self._profile) == self._profile_parts:
            file.profile = b"".join(self._profile[n] for n in sorted(self._profile))
        file.is_covered = (
            file.frame[0] not in t81.PROGRESSIVE or len(self._exact) == 64 * (file.frame[1][5])
        )
        file._colour = [self._jfif, self._adobe]  # noqa: SLF001  of this module
        return file

    def _frame(self, marker: int, body: bytes) -> None:
        if self._file.frame[0] or len(body) < 9 or len(body) != 6 + 3 * body[5]:
            raise damaged()
        self._file.frame = (marker, body)

    def _scan(self, body: bytes, scan: t81.Bytes) -> None:
        marker, frame = self._file.frame
        if not frame or not body or len(body) != 4 + 2 * body[0] or not 1 <= body[0] <= 4:
            raise damaged()
        chosen = [(body[at], body[at + 1]) for at in range(1, 1 + 2 * body[0], 2)]
        self._write_quantisation(frame, {name for name, _ in chosen})
        if len(self._file.scan_places) == _MOST_SCANS:
            raise rare_kind("JPEG")
        if not self._file.scan_places:
            self._file.parts.append(t81.segment(marker, frame))
        for name, slots in chosen:
            self._write(t81.DHT, slots >> 4)
            self._write(t81.DHT, 0x10 | slots & 15)
            if body[-1] & 15 == 0:
                self._exact.update((name, k) for k in range(body[-3], min(body[-2], 63) + 1))
        for kind, slot in list(self._tables):
            if kind == t81.DRI or (kind == t81.DAC and marker in t81.ARITHMETIC):
                self._write(kind, slot)
        self._file.parts += [t81.segment(t81.SOS, body), scan]
        self._file.interleaved = self._file.interleaved or body[0]
        self._file.scan_places.append(len(self._file.parts) - 1)

    def _write_quantisation(self, frame: bytes, components: set[int]) -> None:
        """A component's table is the one that holds when its first scan begins."""
        for at in range(6, len(frame), 3):
            name, slot = frame[at], frame[at + 2]
            if name in components and name not in self._quantised:
                self._write(t81.DQT, slot & 15)
                self._quantised.add(name)

    def _write(self, kind: int, slot: int) -> None:
        table = self._tables.get((kind, slot))
        if table is not None and self._written.get((kind, slot)) != table:
            self._file.parts.append(t81.segment(kind, table))
            self._written[kind, slot] = table

    def _application(self, marker: int, body: bytes) -> None:
        if marker == t81.APP0 and body.startswith(b"JFIF\x00") and len(body) >= len(_JFIF):
            self._jfif = t81.segment(t81.APP0, _JFIF)
        elif marker == t81.APP1 and body.startswith(b"Exif\x00"):
            self._file.exif = (self._file.exif + body[6:])[:_LONGEST_EXIF]
        elif marker == t81.APP2 and body.startswith(_ICC) and len(body) > len(_ICC) + 2:
            self._profile[body[12]] = body[14:]
            self._profile_parts = body[13]
        elif marker == t81.APP14 and body.startswith(b"Adobe") and len(body) >= 12:
            self._adobe = t81.segment(t81.APP14, _ADOBE + body[11:12])


def _profile_segments(profile: bytes) -> Iterator[bytes]:
    chunks = [profile[at : at + _ICC_CHUNK] for at in range(0, len(profile), _ICC_CHUNK)]
    for number, chunk in enumerate(chunks, 1):
        yield t81.segment(t81.APP2, _ICC + bytes([number, len(chunks)]) + chunk)
