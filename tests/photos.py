"""Photos as they come from cameras, and what comes in their place."""

import io
import struct
import zlib

import numpy as np
from PIL import Image

from serving import examples

ORIENTATION, GPS = 0x0112, 0x8825
ROTATED_BY_A_QUARTER = 6


def malignant() -> bytes:
    """A dermoscopic photo of a melanoma."""
    return next(found.path.read_bytes() for found in examples.read() if found.truth == "malignant")


def picture() -> Image.Image:
    return Image.open(io.BytesIO(malignant())).convert("RGB").resize((320, 240))


def unique() -> bytes:
    """A photo that no other test has uploaded."""
    pixels = np.asarray(picture()) ^ np.random.default_rng().integers(0, 4, (240, 320, 3), np.uint8)
    return encoded(Image.fromarray(pixels), "PNG")


def blank() -> bytes:
    """Nothing to see on it."""
    return encoded(Image.new("RGB", (400, 400), (128, 128, 128)), "JPEG")


def cmyk() -> bytes:
    return encoded(picture().convert("CMYK"), "JPEG")


def palette() -> bytes:
    return encoded(picture().convert("P"), "PNG")


def sixteen_bit() -> bytes:
    grey = np.asarray(picture().convert("L")).astype(np.uint16) * 257
    return encoded(Image.fromarray(grey), "PNG")


def rotated_with_place() -> bytes:
    """A photo that lies on its side and says where it was taken."""
    exif = Image.Exif()
    exif[ORIENTATION] = ROTATED_BY_A_QUARTER
    exif[GPS] = {1: "N", 2: (59.0, 54.0, 49.0), 3: "E", 4: (10.0, 45.0, 8.0)}
    return encoded(picture(), "JPEG", exif=exif)


def animated() -> bytes:
    second = picture().transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    return encoded(picture(), "PNG", save_all=True, append_images=[second])


def animated_gif() -> bytes:
    return encoded(picture(), "GIF", save_all=True, append_images=[picture().rotate(90)])


def bomb() -> bytes:
    """A PNG of a few kilobytes that would unfold to 64 megapixels."""
    header = struct.pack(">IIBBBBB", 8000, 8000, 1, 0, 0, 0, 0)
    rows = zlib.compress(bytes(8000 * 1001), 9)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", rows) + _chunk(b"IEND")


def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    held = io.BytesIO()
    image.save(held, kind, **options)
    return held.getvalue()


def _chunk(name: bytes, content: bytes = b"") -> bytes:
    check = struct.pack(">I", zlib.crc32(name + content))
    return struct.pack(">I", len(content)) + name + content + check
