"""Decodes photos safely: every process that reads one uses this file.

Order matters: the length is checked before anything is parsed, the pixel count is read from the
header before anything is decoded, and only JPEG and PNG decoders are ever reachable.
"""

import hashlib
import io
from dataclasses import dataclass
from math import ceil

from PIL import Image, UnidentifiedImageError
from PIL.Image import Transpose

from imaging.metadata import stripped_jpeg, stripped_png
from service_kit.errors import DomainError
from service_kit.reasons import Reason

MAX_BYTES = 20 * 1024 * 1024
MAX_PIXELS = 50_000_000
FORMATS = ("JPEG", "PNG")
MEDIA_TYPES = {"JPEG": "image/jpeg", "PNG": "image/png"}

_ORIENTATION_TAG = 0x0112
_UPRIGHT = 1
# What turns a picture upright, by its orientation (EXIF 2.32, 4.6.4 A). Pillow's `exif_transpose`
# also rewrites the whole EXIF block, and fails on a damaged one.
_TURNS = {
    2: Transpose.FLIP_LEFT_RIGHT,
    3: Transpose.ROTATE_180,
    4: Transpose.FLIP_TOP_BOTTOM,
    5: Transpose.TRANSPOSE,
    6: Transpose.ROTATE_270,
    7: Transpose.TRANSVERSE,
    8: Transpose.ROTATE_90,
}
_SWAP_SIDES = frozenset(
    {Transpose.TRANSPOSE, Transpose.ROTATE_270, Transpose.TRANSVERSE, Transpose.ROTATE_90}
)

# Our own limit is checked against the header, with a clear error; Pillow's global limit would only
# warn, and would apply to everything else in the process.
Image.MAX_IMAGE_PIXELS = None


@dataclass(frozen=True, slots=True)
class CleanImage:
    """An image as it is stored: no metadata, upright, pixels unchanged.

    Attributes:
        data: JPEG or PNG bytes.
        media_type: image/jpeg or image/png.
        width, height: pixels, upright.
        sha256: hex digest of `data`.
        pixels: the decoded RGB picture, for thumbnails and quality measures.
    """

    data: bytes
    media_type: str
    width: int
    height: int
    sha256: str
    pixels: Image.Image


def decode(data: bytes) -> Image.Image:
    """Decode a photo to an upright RGB picture.

    CMYK, palette, grey and 16-bit pictures are converted; transparency becomes white.

    Args:
        data: JPEG or PNG, at most 20 MiB and 50 megapixels.

    Raises:
        DomainError: INVALID_ARGUMENT with IMAGE_EMPTY, IMAGE_TOO_LARGE, NOT_AN_IMAGE,
            IMAGE_TOO_MANY_PIXELS, IMAGE_ANIMATED or IMAGE_TRUNCATED.
    """
    return _upright_rgb(_open(data))


def decode_reduced(data: bytes, *, shorter_side: int) -> tuple[Image.Image, tuple[int, int]]:
    """Decode a photo for a model that needs few pixels: a large JPEG at a half to an eighth.

    JPEG can be decoded directly to these sizes, in half the time or less.

    Args:
        data: as for `decode`.
        shorter_side: pixels that the picture's shorter side keeps at least, if it has that many.

    Returns:
        The upright RGB picture, and its upright size without reduction.

    Raises:
        DomainError: as `decode`.
    """
    image = _open(data)
    width, height = image.size
    scale = shorter_side / min(width, height)
    if scale < 1:
        image.draft("RGB", (ceil(width * scale), ceil(height * scale)))
    upright = _upright_rgb(image)
    return upright, (height, width) if _turn(image) in _SWAP_SIDES else (width, height)


def clean(data: bytes) -> CleanImage:
    """Decode a photo and remove everything from its file that is not the picture.

    Metadata (EXIF with GPS, XMP, comments, embedded thumbnails, trailing bytes) goes; an ICC
    profile stays. An upright photo keeps its compressed pixels bit for bit; a rotated one is
    turned and stored as PNG, so that the model always sees the same pixels.

    Raises:
        DomainError: as `decode`.
    """
    image = _open(data)
    kind = str(image.format)
    profile = image.info.get("icc_profile") if image.mode == "RGB" else None
    pixels = _upright_rgb(image)
    if _turn(image) is None:
        stored = stripped_jpeg(data) if kind == "JPEG" else stripped_png(data)
    else:
        kind, stored = _encoded(pixels, profile)
    return CleanImage(
        data=stored,
        media_type=MEDIA_TYPES[kind],
        width=pixels.width,
        height=pixels.height,
        sha256=hashlib.sha256(stored).hexdigest(),
        pixels=pixels,
    )


def _open(data: bytes) -> Image.Image:
    if not data:
        raise _refused(Reason.IMAGE_EMPTY)
    if len(data) > MAX_BYTES:
        raise _refused(Reason.IMAGE_TOO_LARGE)
    try:
        image = Image.open(io.BytesIO(data), formats=FORMATS)
    except (UnidentifiedImageError, SyntaxError, ValueError, OSError, EOFError):
        raise _refused(Reason.NOT_AN_IMAGE) from None
    if image.width * image.height > MAX_PIXELS:
        raise _refused(Reason.IMAGE_TOO_MANY_PIXELS)
    if getattr(image, "n_frames", 1) > 1:
        raise _refused(Reason.IMAGE_ANIMATED)
    return image


def _upright_rgb(image: Image.Image) -> Image.Image:
    try:
        image.load()
        turn = _turn(image)
        return _rgb(image if turn is None else image.transpose(turn))
    except (OSError, SyntaxError, ValueError, EOFError, IndexError):
        raise _refused(Reason.IMAGE_TRUNCATED) from None


def _turn(image: Image.Image) -> Transpose | None:
    """What turns a picture upright; None where it is upright, or its EXIF can't be read."""
    try:
        return _TURNS.get(image.getexif().get(_ORIENTATION_TAG, _UPRIGHT))
    except Exception:  # noqa: BLE001  a damaged block raises anything; the picture is intact
        return None


def _rgb(image: Image.Image) -> Image.Image:
    if image.mode == "RGB":
        return image
    if image.mode.startswith("I"):
        # 16 bits a sample: Pillow would clip, not scale.
        return image.convert("I").point(lambda sample: sample / 256).convert("L").convert("RGB")
    if image.has_transparency_data:
        return _on_white(image.convert("RGBA"))
    return image.convert("RGB")


def _on_white(image: Image.Image) -> Image.Image:
    white = Image.new("RGBA", image.size, "white")
    return Image.alpha_composite(white, image).convert("RGB")


def _encoded(pixels: Image.Image, icc_profile: bytes | None) -> tuple[str, bytes]:
    """A turned photo: lossless where that stays below the limit on file size."""
    # A new picture: what `pixels` carries in `info` must not be written as well.
    bare = Image.new("RGB", pixels.size)
    bare.paste(pixels)
    lossless = io.BytesIO()
    bare.save(lossless, "PNG", icc_profile=icc_profile, compress_level=1)
    if lossless.tell() <= MAX_BYTES:
        return "PNG", lossless.getvalue()
    lossy = io.BytesIO()
    bare.save(lossy, "JPEG", icc_profile=icc_profile, quality=98, subsampling="4:4:4")
    return "JPEG", lossy.getvalue()


def _refused(reason: Reason) -> DomainError:
    return DomainError(reason, metadata={"field": "file"})
