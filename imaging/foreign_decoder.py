"""The process that HEIC, WebP and TIFF are decoded in: `python -m imaging.foreign_decoder FORMAT`.

These decoders are large and have been attacked before. Here they have a file on standard input, an
answer on standard output, and little else: a limit on memory and time, no further file or socket,
and none of the service's secrets in the environment. Whatever happens here ends with this process.

The answer is a line of JSON, and behind it the picture as JPEG or PNG: upright, in 8 bits a sample
as a photo is decoded anyway, with its colour profile and nothing else. Behind that stands the file
as it was sent, bare of everything else too, where that could be done and shows the same pixels.
"""

import hashlib
import io
import json
import resource
import sys
from typing import Any

import pi_heif
from PIL import Image, TiffImagePlugin, WebPImagePlugin

from imaging import exif
from imaging.bare_heif import bare_heif
from imaging.bare_tiff import bare_tiff
from imaging.bare_webp import bare_webp
from imaging.colour import conversion, is_usable, sized
from imaging.limits import MAX_BYTES, MAX_PIXELS
from imaging.named_colours import by_numbers
from imaging.rendering import rendered
from service_kit.confinement import confine
from service_kit.reasons import Reason

# Of addresses; some 450 MiB of it are used at most.
_MEMORY = 608 << 20
_CPU_SECONDS = 15
# Its decoder holds four copies of four bytes a pixel.
_MOST_WEBP_PIXELS = 20_000_000
# Decoding it once more takes as long again.
_CPU_SECONDS_FOR_AN_ORIGINAL = 6
_STREAMS = 3
# Rows that are looked at together.
_ROWS = 256
_JPEG_QUALITY = 95
_SUBFILE, _COMPRESSION = 254, 259
_REDUCED_OR_MASK = 1 | 4
_JPEG_IN_TIFF = {6, 7}
_SUBSAMPLINGS = ("4:4:4", "4:2:0")


class Refused(Exception):
    """A file that is whole and still none of ours."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.name)
        self.reason = reason


def heic(data: bytes) -> tuple[Image.Image, bool]:
    """The primary picture, and that it was compressed with losses."""
    file = pi_heif.open_heif(data)
    primary = file[file.primary_index]
    _check(primary.size)
    image = primary.to_pillow()
    nclx = primary.info.get("nclx_profile") or {}
    made = by_numbers(nclx.get("color_primaries", 1), nclx.get("transfer_characteristics", 13))
    image.info["icc_profile"] = primary.info.get("icc_profile") or made
    image.info["tiff"] = primary.info.get("exif") or b""
    # The file's own turns have been followed; its EXIF often repeats them.
    image.info["is_upright"] = True
    return image, True


def webp(data: bytes) -> tuple[Image.Image, bool]:
    """The picture, and whether it was compressed with losses."""
    image = WebPImagePlugin.WebPImageFile(io.BytesIO(data))
    _check(image.size, _MOST_WEBP_PIXELS)
    if image.n_frames > 1:
        raise Refused(Reason.IMAGE_ANIMATED)
    image.load()
    image.info["tiff"] = image.info.get("exif") or b""
    return image, b"VP8L" not in data[:64] and image.mode == "RGB"


def tiff(data: bytes) -> tuple[Image.Image, bool]:
    """The only page, and whether it was compressed with losses."""
    try:
        image = TiffImagePlugin.TiffImageFile(io.BytesIO(data))
    except SyntaxError as error:
        # Samples of floats and the like: whole, and of no mode that Pillow has.
        if "pixel mode" in str(error):
            raise Refused(Reason.NOT_AN_IMAGE) from None
        raise
    _check(image.size)
    for page in range(1, image.n_frames):
        image.seek(page)
        if not int(image.tag_v2.get(_SUBFILE, 0)) & _REDUCED_OR_MASK:
            raise Refused(Reason.IMAGE_ANIMATED)
    image.seek(0)
    compression = image.tag_v2.get(_COMPRESSION)
    described = image.getexif()
    for directory in exif.DIRECTORIES:
        described.get_ifd(directory)
    image.info["tiff"] = described.tobytes()
    # Loading turns a TIFF upright.
    image.info["is_upright"] = True
    image.load()
    if image.mode in {"F", "I", "LAB"}:
        raise Refused(Reason.NOT_AN_IMAGE)
    return image, compression in _JPEG_IN_TIFF


def _check(size: tuple[int, int], most: int = MAX_PIXELS) -> None:
    if size[0] * size[1] > most:
        raise Refused(Reason.IMAGE_TOO_MANY_PIXELS)


def stored(image: Image.Image, *, is_lossy: bool) -> bytes:
    """Upright PNG, or JPEG where the picture has lost already or the PNG would be too large.

    Raises:
        Refused: IMAGE_TOO_LARGE.
    """
    profile = sized(image.info.get("icc_profile") or b"")
    turn = (
        None
        if image.info.get("is_upright")
        else exif.TURNS.get(exif.orientation_of(image.info["tiff"]))
    )
    if image.mode not in {"1", "L", "LA", "P", "RGB", "RGBA", "I;16"}:
        mode = "CMYK" if image.mode == "CMYK" else "RGB"
        image, profile = rendered(image, conversion(profile, mode), 1), b""
    image.info = {key: image.info[key] for key in ("transparency",) if key in image.info}
    if turn is not None:
        image = image.transpose(turn)
    mode = "L" if image.mode in {"1", "L", "LA", "I;16"} else "RGB"
    options: dict[str, Any] = {"icc_profile": profile} if is_usable(profile, mode) else {}
    if not is_lossy:
        out = io.BytesIO()
        image.save(out, "PNG", compress_level=3, **options)
        if out.tell() <= MAX_BYTES:
            return out.getvalue()
        del out
    if image.mode not in {"L", "RGB"}:
        image, options = rendered(image, conversion(profile, mode), 1), {}
    for subsampling in _SUBSAMPLINGS:
        out = io.BytesIO()
        image.save(out, "JPEG", quality=_JPEG_QUALITY, subsampling=subsampling, **options)
        if out.tell() <= MAX_BYTES:
            return out.getvalue()
    raise Refused(Reason.IMAGE_TOO_LARGE)


DECODERS = {"HEIC": heic, "WEBP": webp, "TIFF": tiff}
BARE = {"HEIC": bare_heif, "WEBP": bare_webp, "TIFF": bare_tiff}


def original(kind: str, data: bytes, shown: bytes) -> bytes:
    """The file without anything but its picture; empty where that isn't certain.

    Args:
        kind: a `formats.Format`.
        data: as it was sent.
        shown: `digest` of its picture.
    """
    used = resource.getrusage(resource.RUSAGE_SELF).ru_utime
    if used > _CPU_SECONDS_FOR_AN_ORIGINAL:
        return b""
    try:
        bare = BARE[kind](data)
        image, _ = DECODERS[kind](bare)
        return bare if digest(image) == shown else b""
    except Exception:  # noqa: BLE001  whatever is wrong with it, the picture itself is safe
        return b""


def digest(image: Image.Image) -> bytes:
    """Of all pixels."""
    sums = hashlib.sha256(f"{image.mode} {image.size}".encode())
    for top in range(0, image.height, _ROWS):
        bottom = min(top + _ROWS, image.height)
        sums.update(image.crop((0, top, image.width, bottom)).tobytes())
    return sums.digest()


def limit() -> None:
    """Take from this process what decoding needs not: everything is imported by now."""
    Image.preinit()
    # No file and no socket is opened from here on.
    confine(memory=_MEMORY, cpu_seconds=_CPU_SECONDS, descriptors=_STREAMS)
    Image.MAX_IMAGE_PIXELS = None
    pi_heif.options.DECODE_THREADS = 1


def answer(kind: str, data: bytes) -> bytes:
    """What is answered for one file of a `formats.Format`.

    Raises:
        Exception: of any kind, where it can't be decoded.
    """
    head: dict[str, Any] = {}
    picture = b""
    try:
        image, is_lossy = DECODERS[kind](data)
        tiff_bytes, shown = image.info["tiff"], digest(image)
        picture = stored(image, is_lossy=is_lossy)
        del image
        head["picture"] = len(picture)
        picture += original(kind, data, shown)
        moment = exif.taken_at(tiff_bytes)
        head["taken_at"] = moment.isoformat() if moment else None
    except Refused as refusal:
        head["refused"] = refusal.reason.name
    except MemoryError:
        head["refused"] = Reason.IMAGE_TOO_MANY_PIXELS.name
    return json.dumps(head).encode() + b"\n" + picture


def main() -> None:
    """Answer for one file; without an answer, what was sent can't be decoded."""
    limit()
    sys.stdout.buffer.write(answer(sys.argv[1], sys.stdin.buffer.read()))


if __name__ == "__main__":
    main()
