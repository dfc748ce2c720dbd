"""A photo's file, taken apart but not yet decoded: how it lies, and what its colours mean."""

import io
from dataclasses import dataclass
from datetime import datetime

from PIL import Image
from PIL.ImageCms import ImageCmsTransform
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile

from imaging import colour, exif, jpeg, named_colours, png, refusals
from imaging.budget import IN_MEMORY
from imaging.foreign import translated
from imaging.formats import Format, format_of
from imaging.jpeg import Jpeg
from imaging.jpeg_scans import is_whole
from imaging.limits import MAX_BYTES, MAX_COEFFICIENT_BYTES, MAX_PIXELS
from imaging.png import Png
from service_kit.reasons import Reason

_JPEG_MODES = {1: "L", 3: "RGB", 4: "CMYK"}
_PNG_MODES = {0: "L", 4: "L"}
# What a picture of these takes in memory, bytes a pixel: Pillow keeps colours in four.
_FOUR_BYTES, _TWO_BYTES = 4, 2
_ONE_SAMPLE = {0, 3}


@dataclass(slots=True)
class PhotoFile:
    """A JPEG or PNG of one picture.

    Attributes:
        parts: of the file.
        size: width and height as it lies in the file.
        orientation: 1 to 8, how it is turned upright.
        colour: what is kept of what its colours mean: of a JPEG `iCCP` alone, the bare profile.
        conversion: to sRGB, if that changes anything.
        taken_at: see `exif.taken_at`.
        original: the file in the format it was sent in, see `foreign.Translated`; empty for JPEG
            and PNG, which are stored as they are.
        original_type: its media type.
    """

    parts: Jpeg | Png
    size: tuple[int, int]
    orientation: int
    colour: dict[bytes, bytes]
    conversion: ImageCmsTransform | None
    taken_at: datetime | None
    original: bytes = b""
    original_type: str = ""

    @property
    def file_bytes(self) -> int:
        """What the file takes once more, put together anew."""
        parts = self.parts
        return sum(map(len, parts.parts if isinstance(parts, Jpeg) else parts.compressed))

    @property
    def media_type(self) -> str:
        """image/jpeg or image/png."""
        return "image/jpeg" if isinstance(self.parts, Jpeg) else "image/png"

    @property
    def upright_size(self) -> tuple[int, int]:
        """Width and height once turned upright."""
        return exif.upright_size(self.size, self.orientation)

    def decoding_bytes(self, factor: int) -> int:
        """What decoding takes in memory at a `factor`-th of the size."""
        pixels = self.size[0] * self.size[1]
        shown = pixels * _FOUR_BYTES // factor**2
        if isinstance(self.parts, Jpeg):
            held = 2 * self.parts.coefficients if self.parts.is_kept_whole else 0
            return self.file_bytes + held + shown
        depth, kind = self.parts.header[8], self.parts.header[9]
        one = _TWO_BYTES if depth > 8 else 1
        return self.file_bytes + pixels * (one if kind in _ONE_SAMPLE else _FOUR_BYTES) + shown

    def bare(self) -> bytes:
        """The file with nothing but the picture, how it is turned, and what its colours mean."""
        if isinstance(self.parts, Jpeg):
            profile = self.colour.get(b"iCCP", b"")
            return self.parts.assembled(orientation=self.orientation, profile=profile)
        return self.parts.assembled(orientation=self.orientation, colour=self.colour)

    def opened(self) -> Image.Image:
        """The picture, to be loaded; at the size and in the mode of the file.

        Raises:
            DomainError: INVALID_ARGUMENT / NOT_AN_IMAGE for a rare kind of its format.
        """
        reader = JpegImageFile if isinstance(self.parts, Jpeg) else PngImageFile
        try:
            return reader(io.BytesIO(self.bare()))
        except (SyntaxError, ValueError, OSError, EOFError):
            raise refusals.rare_kind("JPEG or PNG") from None


def photo_file(data: bytes) -> PhotoFile:
    """Take a photo's file apart.

    Args:
        data: in any `Format`, at most 20 MiB and 50 megapixels.

    Raises:
        DomainError: INVALID_ARGUMENT with IMAGE_EMPTY, IMAGE_TOO_LARGE, NOT_AN_IMAGE,
            IMAGE_TOO_MANY_PIXELS, IMAGE_ANIMATED or IMAGE_TRUNCATED.
    """
    if not data:
        raise refusals.refused(Reason.IMAGE_EMPTY)
    if len(data) > MAX_BYTES:
        raise refusals.refused(Reason.IMAGE_TOO_LARGE)
    kind = format_of(data)
    if kind is Format.JPEG:
        return _jpeg(data)
    if kind is Format.PNG:
        return _png(data)
    found = translated(data, kind)
    photo = photo_file(found.data)
    photo.taken_at = found.taken_at
    if found.original:
        photo.original, photo.original_type = found.original, kind.media_type
    return photo


def _jpeg(data: bytes) -> PhotoFile:
    parts = jpeg.parse(data)
    body = parts.frame[1]
    size = (int.from_bytes(body[3:5]), int.from_bytes(body[1:3]))
    _check(size)
    if parts.is_kept_whole and 2 * parts.coefficients > MAX_COEFFICIENT_BYTES:
        raise refusals.too_much_memory("progressive JPEG")
    mode, profile = _JPEG_MODES.get(body[5], ""), colour.sized(parts.profile)
    usable = colour.is_usable(profile, mode)
    photo = PhotoFile(
        parts=parts,
        size=size,
        orientation=exif.orientation_of(parts.exif),
        colour={b"iCCP": profile} if usable else {},
        conversion=colour.conversion(profile, mode) if usable else None,
        taken_at=exif.taken_at(parts.exif),
    )
    if not parts.has_end:
        with IN_MEMORY.hold(photo.decoding_bytes(1)):
            if not is_whole(parts):
                raise refusals.damaged()
    return photo


def _png(data: bytes) -> PhotoFile:
    # Its header comes first: a canvas too large is refused before anything else is read.
    _check(png.size_of(data[16:24].ljust(8, b"\x00")))
    parts = png.parse(data)
    _check(parts.size)
    if parts.is_animated:
        raise refusals.several()
    mode = _PNG_MODES.get(parts.header[9], "RGB")
    kept, conversion = _png_colour(parts, mode)
    return PhotoFile(
        parts=parts,
        size=parts.size,
        orientation=exif.orientation_of(parts.exif),
        colour=kept,
        conversion=conversion,
        taken_at=exif.taken_at(parts.exif),
    )


def _png_colour(parts: Png, mode: str) -> tuple[dict[bytes, bytes], ImageCmsTransform | None]:
    """The chunks that count, and what they mean for the colours."""
    chunks = parts.chunks
    if (cicp := chunks.get(b"cICP")) and (made := named_colours.by_numbers(cicp[0], cicp[1])):
        return {b"cICP": cicp}, colour.conversion(made, "RGB")
    profile = colour.sized(parts.profile)
    if colour.is_usable(profile, mode):
        return {b"iCCP": profile}, colour.conversion(profile, mode)
    if b"sRGB" in chunks:
        return {b"sRGB": chunks[b"sRGB"]}, None
    said: dict[bytes, bytes] = {name: chunks[name] for name in (b"gAMA", b"cHRM") if name in chunks}
    made = named_colours.by_chunks(said.get(b"gAMA", b""), said.get(b"cHRM", b"")) if said else b""
    if colour.is_usable(made, "RGB"):
        return said, colour.conversion(made, "RGB")
    return {}, None


def _check(size: tuple[int, int]) -> None:
    if 0 in size:
        raise refusals.damaged()
    if size[0] * size[1] > MAX_PIXELS:
        raise refusals.refused(Reason.IMAGE_TOO_MANY_PIXELS)
