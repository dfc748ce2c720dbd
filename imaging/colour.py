"""Colours as the file means them, turned into sRGB, in which everything here is shown and assessed.

LittleCMS through Pillow does the work; a profile that is broken, huge, or of another kind than the
picture changes nothing.

Source: ICC.1:2022.
"""

import io
from functools import lru_cache

from PIL import Image, ImageChops, ImageCms
from PIL.ImageCms import ImageCmsProfile, ImageCmsTransform

LARGEST_PROFILE = 1 << 20
_SPACES = {"RGB": "RGB ", "L": "GRAY", "CMYK": "CMYK"}
_PICTURES = frozenset({"mntr", "scnr", "prtr", "spac"})
_WHITES: dict[str, tuple[int, ...]] = {"RGB": (255, 255, 255), "L": (255,), "CMYK": (0, 0, 0, 0)}
_BLACKS: dict[str, tuple[int, ...]] = {"RGB": (0, 0, 0), "L": (0,), "CMYK": (255, 255, 255, 255)}
# White stays light and black dark, or the profile is none that a picture was made with.
_LIGHT, _DARK = 192, 96
# Two of 255 apart, at no place in the cube of colours: that is sRGB by another name.
_SAME = 2
_KEPT_CONVERSIONS = 32


def sized(profile: bytes) -> bytes:
    """A profile without what stands behind its own size; empty where it says a wrong one."""
    size = int.from_bytes(profile[:4])
    if not 128 < size <= min(len(profile), LARGEST_PROFILE) or profile[36:40] != b"acsp":
        return b""
    return profile[:size]


@lru_cache(_KEPT_CONVERSIONS)
def conversion(profile: bytes, mode: str) -> ImageCmsTransform | None:
    """What turns a picture of this profile into sRGB; None where nothing needs to or can.

    Args:
        profile: ICC, `sized`.
        mode: of the picture's colours: RGB, L or CMYK.
    """
    made = _made(profile, mode)
    return None if made is None or _changes_nothing(made, mode) else made


@lru_cache(_KEPT_CONVERSIONS)
def is_usable(profile: bytes, mode: str) -> bool:
    """Whether a profile says what the colours of such a picture mean."""
    return _made(profile, mode) is not None


def _made(profile: bytes, mode: str) -> ImageCmsTransform | None:
    if not profile or mode not in _SPACES:
        return None
    try:
        opened = ImageCmsProfile(io.BytesIO(profile))
        described = opened.profile
        if described.xcolor_space != _SPACES[mode] or described.device_class not in _PICTURES:
            return None
        made = ImageCms.buildTransform(opened, ImageCms.createProfile("sRGB"), mode, "RGB")
        return made if _is_sane(made, mode) else None
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return None


def _is_sane(made: ImageCmsTransform, mode: str) -> bool:
    white, black = (
        made.apply(Image.new(mode, (1, 1), ends[mode])).tobytes() for ends in (_WHITES, _BLACKS)
    )
    return min(white) >= _LIGHT and max(black) <= _DARK


def _changes_nothing(made: ImageCmsTransform, mode: str) -> bool:
    if mode == "CMYK":
        return False
    if mode == "L":
        cube = Image.linear_gradient("L")
    else:
        steps = range(0, 256, 15)
        cube = Image.new("RGB", (len(steps) ** 2, len(steps)))
        cube.putdata([(r, g, b) for r in steps for g in steps for b in steps])
    return max(ImageChops.difference(made.apply(cube), cube.convert("RGB")).tobytes()) <= _SAME
