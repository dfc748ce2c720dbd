"""A PNG file taken apart and put together again without touching a pixel.

What is put together holds the picture, how it is turned, and what its colours mean; of each chunk
only the bytes that the specification gives a meaning.

Source: W3C PNG, third edition, sections 5.3 (chunks), 10 (compression), 11 (what they hold).
"""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from imaging import exif
from imaging.png_rows import Bytes, compressed_again, unfolded_bytes
from imaging.refusals import damaged

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
# Bytes that a chunk of this kind has; more or fewer say nothing.
_FIXED = {b"IHDR": 13, b"sRGB": 1, b"gAMA": 4, b"cHRM": 32, b"cICP": 4}
_KEPT = frozenset([b"PLTE", b"tRNS", b"sRGB", b"gAMA", b"cHRM", b"cICP"])
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
# Bytes of tRNS, by colour type: a grey, a colour; up to one a colour of a palette.
_KEY = {0: 2, 2: 6}
_GREY, _COLOUR, _PALETTE = 0, 2, 3
# Adam7: where each pass begins and how far it steps, across and down.
_PASSES = (
    (0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2),
    (0, 1, 1, 2),
)  # fmt: skip
_LONGEST_PROFILE = 1 << 20


@dataclass(slots=True)
class Png:
    """The parts of a PNG file.

    Attributes:
        header: IHDR's 13 bytes.
        chunks: those with one meaning, by their name: PLTE, tRNS, sRGB, gAMA, cHRM, cICP.
        compressed: the zlib stream in the pieces that it came in, not copied.
        profile: ICC, uncompressed; empty where there is none that can be read.
        exif: TIFF bytes, empty where there are none.
        is_animated: whether there are further pictures to show.
    """

    header: bytes = b""
    chunks: dict[bytes, bytes] = field(default_factory=dict)
    compressed: list[Bytes] = field(default_factory=list)
    profile: bytes = b""
    exif: bytes = b""
    is_animated: bool = False

    @property
    def size(self) -> tuple[int, int]:
        """Width and height as stored."""
        return size_of(self.header[:8])

    def assembled(self, *, orientation: int = 1, colour: dict[bytes, bytes] | None = None) -> bytes:
        """The file.

        Args:
            orientation: 1 to 8.
            colour: chunks that say what the colours mean, `iCCP` as the bare profile.
        """
        parts: list[Bytes] = [_SIGNATURE, _chunk(b"IHDR", self.header)]
        for name, body in (colour or {}).items():
            packed = b"icc\x00\x00" + zlib.compress(body) if name == b"iCCP" else body
            parts.append(_chunk(name, packed))
        parts += [_chunk(n, self.chunks[n]) for n in (b"PLTE", b"tRNS") if n in self.chunks]
        if orientation != 1:
            parts.append(_chunk(b"eXIf", exif.turned(orientation)))
        for piece in self.compressed:
            parts += _pieces(b"IDAT", piece)
        return b"".join([*parts, _chunk(b"IEND", b"")])

    def cut_tail(self) -> None:
        """Leave no more compressed than the picture's rows.

        Raises:
            DomainError: INVALID_ARGUMENT / IMAGE_TRUNCATED where rows are missing.
        """
        wanted = self._row_bytes()
        used, unfolded = unfolded_bytes(self.compressed, wanted)
        if unfolded < wanted:
            raise damaged()
        if unfolded > wanted or used is None:
            self.compressed = [compressed_again(self.compressed, wanted)]
            return
        kept = []
        for piece in self.compressed:
            kept.append(piece[:used])
            used -= len(kept[-1])
        self.compressed = [piece for piece in kept if piece]

    def blank_colours(self, counts: list[int]) -> None:
        """Make each colour of the palette that no pixel has black and opaque."""
        if self.header[9] != _PALETTE:
            return
        for name, width in ((b"PLTE", 3), (b"tRNS", 1)):
            if body := self.chunks.get(name):
                filler = bytes(3) if width == 3 else b"\xff"
                entries = (body[at : at + width] for at in range(0, len(body), width))
                self.chunks[name] = b"".join(
                    entry if counts[index] else filler for index, entry in enumerate(entries)
                )

    def _row_bytes(self) -> int:
        """How many bytes all rows have, each with the byte that names its filter."""
        width, height = self.size
        depth, colour, _, _, is_interlaced = self.header[8:13]
        bits = depth * _CHANNELS.get(colour, 0)
        sizes = [(width, height)]
        if is_interlaced:
            sizes = [
                (-(-(width - left) // across), -(-(height - top) // down))
                for left, top, across, down in _PASSES
                if width > left and height > top
            ]
        return sum((-(-w * bits // 8) + 1) * h for w, h in sizes)


def size_of(header: bytes) -> tuple[int, int]:
    """Width and height, of the first eight bytes of a header."""
    width, height = struct.unpack(">II", header)
    return width, height


def parse(data: bytes) -> Png:
    """Take a PNG file apart.

    Raises:
        DomainError: INVALID_ARGUMENT / IMAGE_TRUNCATED when its chunks don't follow one another.
    """
    png = Png()
    for name, body in _chunks(data):
        if name == b"IDAT":
            if body:
                png.compressed.append(body)
        elif name == b"eXIf" or not png.compressed:
            _take(png, name, bytes(body))
    if not png.header or not png.compressed:
        raise damaged()
    _bound(png)
    return png


def _take(png: Png, name: bytes, body: bytes) -> None:
    if len(body) != _FIXED.get(name, len(body)):
        return
    if name == b"IHDR":
        png.header = png.header or body
    elif name in _KEPT:
        png.chunks.setdefault(name, body)
    elif name == b"iCCP":
        png.profile = png.profile or _profile(body)
    elif name == b"eXIf":
        png.exif = png.exif or body
    elif name == b"acTL":
        png.is_animated = int.from_bytes(body[:4]) > 1


def _chunks(data: bytes) -> Iterator[tuple[bytes, Bytes]]:
    at, view = len(_SIGNATURE), memoryview(data)
    while at + 8 <= len(data):
        end = at + 12 + int.from_bytes(data[at : at + 4])
        name, body = data[at + 4 : at + 8], view[at + 8 : end - 4]
        if name == b"IEND":
            return
        # Damaged pixels show when they are unfolded: zlib has a sum of its own.
        if name == b"IDAT" or zlib.crc32(body, zlib.crc32(name)) == int.from_bytes(
            data[end - 4 : end]
        ):
            yield name, body
        elif name in {b"IHDR", b"PLTE"}:
            raise damaged()
        at = end
    raise damaged()


def _bound(png: Png) -> None:
    """Leave of palette and transparency what the picture's kind of colours has a meaning for."""
    depth, colour = png.header[8], png.header[9]
    colours = 0
    if colour == _PALETTE:
        colours = min(1 << min(depth, 8), len(png.chunks.get(b"PLTE", b"")) // 3)
        png.chunks[b"PLTE"] = png.chunks.get(b"PLTE", b"")[: 3 * colours]
    else:
        png.chunks.pop(b"PLTE", None)
    key = png.chunks.pop(b"tRNS", b"")[: _KEY.get(colour, colours)]
    if key:
        png.chunks[b"tRNS"] = key


def _profile(body: bytes) -> bytes:
    """An iCCP chunk's profile: after a name of up to 79 bytes and the method, a zlib stream."""
    _, _, rest = body.partition(b"\x00")
    unpacking = zlib.decompressobj()
    try:
        unpacked = unpacking.decompress(rest[1:], _LONGEST_PROFILE)
    except zlib.error:
        return b""
    return unpacked if unpacking.eof else b""


def _chunk(name: bytes, body: bytes) -> bytes:
    return b"".join(_pieces(name, body))


def _pieces(name: bytes, body: Bytes) -> tuple[bytes, Bytes, bytes]:
    return len(body).to_bytes(4) + name, body, zlib.crc32(body, zlib.crc32(name)).to_bytes(4)
