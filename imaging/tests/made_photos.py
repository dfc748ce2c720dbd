"""Photos made for tests: every mode, format and orientation, from noise that no codec smooths."""

import io
import zlib
from collections.abc import Iterator

import numpy as np
from PIL import Image, ImageCms

RNG = np.random.default_rng(7)
_CHANNELS = {"L": (), "LA": (2,), "RGB": (3,), "RGBA": (4,), "CMYK": (4,)}
JPEG_MODES = ("L", "RGB", "CMYK")
PNG_MODES = ("1", "L", "LA", "P", "RGB", "RGBA", "I;16", "P with transparency")


def picture(mode: str = "RGB", size: tuple[int, int] = (64, 48)) -> Image.Image:
    if mode == "I;16":
        return Image.fromarray(RNG.integers(0, 65535, size[::-1], np.uint16))
    if mode == "1":
        return picture("L", size).convert("1")
    if mode.startswith("P"):
        image = picture("RGB", size).quantize(16)
        if mode != "P":
            image.info["transparency"] = bytes([0, 128])
        return image
    shape = (size[1], size[0], *_CHANNELS[mode])
    return Image.fromarray(RNG.integers(0, 255, shape, np.uint8), mode)


def encoded(image: Image.Image, kind: str = "JPEG", **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def exif(orientation: int) -> Image.Exif:
    data = Image.Exif()
    data[0x0112] = orientation
    data[0x010F] = "CameraMaker"
    data.get_ifd(0x8825)[1] = "N"
    return data


def taken(moment: str, offset: str | None = None, **gps: object) -> Image.Exif:
    data = exif(1)
    data.get_ifd(0x8769)[0x9003] = moment
    if offset:
        data.get_ifd(0x8769)[0x9011] = offset
    if gps:
        data.get_ifd(0x8825)[29] = gps["date"]
        data.get_ifd(0x8825)[7] = gps["time"]
    return data


def srgb() -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def segment(marker: int, body: bytes) -> bytes:
    return bytes([0xFF, marker]) + (len(body) + 2).to_bytes(2) + body


def chunk(name: bytes, body: bytes) -> bytes:
    return len(body).to_bytes(4) + name + body + zlib.crc32(name + body).to_bytes(4)


def chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 8
    while at < len(png):
        size = int.from_bytes(png[at : at + 4])
        yield png[at + 4 : at + 8], png[at + 8 : at + 8 + size]
        at += 12 + size


def png_of(parts: list[tuple[bytes, bytes]]) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(name, body) for name, body in parts)
