"""One whole photo of every way of writing one that we know: what malformed ones are made from."""

import struct
import zlib
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from imaging.tests.made_photos import chunk, encoded, segment, srgb, taken

_FILES = Path(__file__).parents[2] / "imaging" / "tests" / "files"
_SIZE = (61, 43)
_JPEG: dict[str, tuple[str, dict[str, Any]]] = {
    "baseline": ("RGB", {}),
    "4:2:0": ("RGB", {"subsampling": "4:2:0"}),
    "progressive": ("RGB", {"progressive": True}),
    "restarts": ("RGB", {"restart_marker_blocks": 3}),
    "grey": ("L", {}),
    "CMYK": ("CMYK", {}),
    "CMYK progressive": ("CMYK", {"progressive": True}),
    "without YCbCr": ("RGB", {"keep_rgb": True}),
}
_PNG = ("1", "L", "LA", "P", "RGB", "RGBA", "I;16", "P with transparency")
_TIFF = ("raw", "tiff_lzw", "tiff_deflate", "packbits", "jpeg", "tiff_adobe_deflate")
_WEBP: tuple[dict[str, Any], ...] = (
    {"quality": 80},
    {"lossless": True},
    {"quality": 30, "method": 6},
)


@lru_cache(1)
def whole_photos() -> dict[str, bytes]:
    """Files by what they are, a few kB each."""
    described = taken("2024:05:06 07:08:09", "+02:00")
    made = {
        f"JPEG {name}": encoded(_picture(mode), exif=described, icc_profile=srgb(), **options)
        for name, (mode, options) in _JPEG.items()
    }
    for mode in _PNG:
        image = _picture(mode)
        more = {k: image.info[k] for k in ("transparency",) if k in image.info}
        made[f"PNG {mode}"] = encoded(image, "PNG", exif=described, icc_profile=srgb(), **more)
    made["PNG interlaced"] = _interlaced()
    made["PNG animated"] = encoded(
        _picture(), "PNG", save_all=True, append_images=[_picture(seed=2)]
    )
    made["JPEG several"] = made["JPEG baseline"] + made["JPEG grey"]
    made["JPEG with MPF"] = _with_mpf(made["JPEG baseline"])
    for mode in ("RGB", "L", "CMYK", "RGBA", "I;16"):
        made[f"TIFF {mode}"] = encoded(_picture(mode), "TIFF", exif=described)
    for packing in _TIFF:
        made[f"TIFF {packing}"] = encoded(_picture(), "TIFF", compression=packing)
    made["TIFF pages"] = encoded(
        _picture(), "TIFF", save_all=True, append_images=[_picture(seed=2)]
    )
    for mode in ("RGB", "RGBA"):
        for number, options in enumerate(_WEBP):
            made[f"WebP {mode} {number}"] = encoded(
                _picture(mode), "WEBP", exif=described, icc_profile=srgb(), **options
            )
    made["WebP animated"] = encoded(
        _picture(), "WEBP", save_all=True, append_images=[_picture(seed=2)]
    )
    for path in sorted(_FILES.glob("*.heic")):
        made[f"HEIC {path.stem}"] = path.read_bytes()
    return made


def _picture(mode: str = "RGB", seed: int = 1) -> Image.Image:
    """Noise that no codec smooths; the same in every process."""
    noise = np.random.default_rng(seed).integers(0, 256, (*_SIZE[::-1], 3), np.uint8)
    if mode == "I;16":
        return Image.fromarray(noise[..., 0] * np.uint16(257))
    image = Image.fromarray(noise)
    if not mode.startswith("P"):
        return image.convert(mode)
    image = image.quantize(16)
    if mode != "P":
        image.info["transparency"] = bytes([0, 128])
    return image


def _interlaced() -> bytes:
    """Adam7, by hand: Pillow reads it and doesn't write it."""
    side = 8
    rows = b"".join(
        (b"\x00" + bytes(range(3 * across))) * down
        for across, down in ((1, 1), (1, 1), (2, 1), (2, 2), (4, 2), (4, 4), (8, 4))
    )
    header = struct.pack(">II5B", side, side, 8, 2, 0, 0, 1)
    parts = [chunk(b"IHDR", header), chunk(b"IDAT", zlib.compress(rows)), chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def _with_mpf(plain: bytes) -> bytes:
    index = b"MPF\0MM\0*\0\0\0\x08\0\x03\xb0\x00\0\x07\0\0\0\x040100" + bytes(40)
    return plain[:2] + segment(0xE2, index) + plain[2:] + encoded(Image.new("L", (8, 8)))
