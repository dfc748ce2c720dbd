"""Read a lesion photo safely: the one module that every process decodes with.

Order matters: the length is checked before anything is parsed, the pixel count is read from the
header before anything is decoded, and in this process only JPEG and PNG decoders are reachable.
Whoever decodes, sees the same: one picture, upright, in sRGB, without transparency.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from math import ceil

from PIL import Image

from imaging import exif, refusals
from imaging.budget import IN_MEMORY
from imaging.jpeg import Jpeg
from imaging.jpeg_scans import cut_texts, texts
from imaging.limits import MAX_BYTES, MAX_PIXELS
from imaging.photo_file import PhotoFile, photo_file
from imaging.png import Png
from imaging.rendering import rendered

__all__ = [
    "MAX_BYTES",
    "MAX_PIXELS",
    "MEASURED_SIDE",
    "CleanImage",
    "clean",
    "decode",
    "decode_reduced",
]

# A JPEG can be decoded straight to these parts of its size.
_FACTORS = (8, 4, 2)
# What a photo's quality is measured on: so many pixels of the longer side, at least, by whole
# reductions.
MEASURED_SIDE = 320
# Pixels of the shorter side that suffice for that, whatever the reduction that is left to do.
_ENOUGH = 640

# Our own limit is checked against the header, with a clear error; Pillow's global one would only
# warn, and would be shared with whatever else runs in the process.
Image.MAX_IMAGE_PIXELS = None


@dataclass(frozen=True, slots=True)
class CleanImage:
    """A photo as it is stored: nothing but the picture, its pixels as they came.

    Attributes:
        data: JPEG or PNG bytes. One that was sent turned still lies turned, and says so.
        media_type: image/jpeg or image/png.
        width, height: pixels, upright.
        sha256: hex digest of `data`.
        pixels: the upright RGB picture, for quality measures; most at reduced scale.
        captured_at: when it was taken, by its file; None where the file doesn't say so.
        original: where it was sent as HEIC, WebP or TIFF and nothing else is in there for certain,
            that file without its metadata; else empty.
        original_type: its media type.
    """

    data: bytes
    media_type: str
    width: int
    height: int
    sha256: str
    pixels: Image.Image
    captured_at: datetime | None = None
    original: bytes = b""
    original_type: str = ""


def decode(data: bytes) -> Image.Image:
    """Decode a photo to an upright picture in sRGB, for whoever needs every pixel.

    CMYK, palette, grey and 16-bit pictures are converted; transparency is laid on white.

    Args:
        data: JPEG, PNG, HEIC, WebP or TIFF, at most 20 MiB and 50 megapixels.

    Raises:
        DomainError: INVALID_ARGUMENT with IMAGE_EMPTY, IMAGE_TOO_LARGE, NOT_AN_IMAGE,
            IMAGE_TOO_MANY_PIXELS, IMAGE_ANIMATED or IMAGE_TRUNCATED.
    """
    return _upright(photo_file(data), 1)[0]


def decode_reduced(data: bytes, *, shorter_side: int) -> tuple[Image.Image, tuple[int, int]]:
    """Decode a photo for looking at: a large one at a half to an eighth.

    Not for a model: a pixel in twenty that is off by 1 of 255 was seen to move a probability by
    0.015, and no decoder reduces JPEG just as pixels are averaged.

    Args:
        data: as for `decode`.
        shorter_side: pixels that the picture's shorter side keeps at least, if it has them.

    Returns:
        The upright picture in sRGB, and the upright size that it has without reduction.

    Raises:
        DomainError: as `decode`.
    """
    photo = photo_file(data)
    return _upright(photo, _factor(photo.size, shorter_side))[0], photo.upright_size


def clean(data: bytes) -> CleanImage:
    """Decode a photo and take everything from its file that is not the picture.

    Metadata (EXIF with GPS, XMP, comments, embedded thumbnails), further pictures and whatever a
    decoder would not look at goes; how the photo is turned and its colour profile stay. JPEG and
    PNG keep their compressed pixels bit for bit. Other formats are stored as JPEG or PNG, beside
    which they are kept.

    Raises:
        DomainError: as `decode`.
    """
    photo = photo_file(data)
    pixels, colours = _upright(photo, _measured_factor(photo.size))
    if isinstance(photo.parts, Png):
        photo.parts.cut_tail()
        photo.parts.blank_colours(colours)
    elif places := texts(photo.parts):
        with IN_MEMORY.hold(photo.decoding_bytes(1)):
            cut_texts(photo.parts, places)
    stored = photo.bare()
    width, height = photo.upright_size
    return CleanImage(
        data=stored,
        media_type=photo.media_type,
        width=width,
        height=height,
        sha256=hashlib.sha256(stored).hexdigest(),
        pixels=pixels,
        captured_at=photo.taken_at,
        original=photo.original,
        original_type=photo.original_type,
    )


def _factor(size: tuple[int, int], shorter_side: int) -> int:
    scale = shorter_side / min(size)
    if scale >= 1:
        return 1
    most = min(side // ceil(side * scale) for side in size)
    return next((factor for factor in _FACTORS if factor <= most), 1)


def _measured_factor(size: tuple[int, int]) -> int:
    """A reduction after which quality is measured on as many pixels as without it."""
    whole = max(size) // MEASURED_SIDE
    part = next((factor for factor in _FACTORS if whole and whole % factor == 0), 1)
    return max(part, _factor(size, _ENOUGH))


def _upright(photo: PhotoFile, factor: int) -> tuple[Image.Image, list[int]]:
    """The picture, and how many pixels have which colour of its palette, if it has one."""
    with IN_MEMORY.hold(photo.decoding_bytes(factor)):
        # A function of its own: what it held is gone before the next one begins.
        picture, colours = _decoded(photo, factor)
        turn = exif.TURNS.get(photo.orientation)
        return picture if turn is None else picture.transpose(turn), colours


def _decoded(photo: PhotoFile, factor: int) -> tuple[Image.Image, list[int]]:
    image = photo.opened()
    try:
        if factor > 1 and isinstance(photo.parts, Jpeg):
            image.draft(None, (image.width // factor, image.height // factor))
            factor = 1
        image.load()
        colours = image.histogram() if image.mode == "P" else []
        return rendered(image, photo.conversion, factor), colours
    except (OSError, SyntaxError, ValueError, EOFError, IndexError):
        raise refusals.damaged() from None
