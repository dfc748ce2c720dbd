"""Heatmaps as pictures: the model's own small grid, laid where the model looked.

A finding says which part of the photo its answer rests on, so that is where the grid lies; in those
from before this was recorded it is the central square. Values are logits per cell, not scaled; a
picture states the maximum that it was scaled by, and a weak map stays weak because that maximum
has a floor.
"""

import io
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

from dermis.patient.v1 import patient_pb2 as pb
from imaging.decoding import decode_reduced

# One of 7x7 cells that adds this much to a logit is worth full colour; less stays pale.
WEAKEST_MAXIMUM = 0.05
LARGEST_SIDE = 1024
# Over this share of half a side a drawn map fades to nothing; the stored grid does not.
_FADED = 0.12

Grid = npt.NDArray[np.float32]

# Seventeen anchors of the perceptually uniform map "inferno" (Smith & van der Walt 2015), dark to
# bright; between them straight lines, at most 7 of 255 off the original.
_ANCHORS = np.array(
    [[0, 0, 4], [11, 7, 36], [33, 12, 74], [61, 9, 101], [87, 16, 110], [113, 25, 110],
     [138, 34, 106], [163, 44, 97], [188, 55, 84], [210, 70, 68], [228, 90, 49], [241, 115, 29],
     [249, 142, 9], [252, 172, 17], [249, 203, 53], [242, 234, 105], [252, 255, 164]],
    np.float32,
)  # fmt: skip


def display_maximum(grid: Grid) -> float:
    """What full colour stands for when this grid is shown."""
    return max(float(grid.max()), WEAKEST_MAXIMUM)


def colours(strength: Grid) -> Grid:
    """RGB, 0 to 255, of strengths 0 to 1; adds a last axis of 3."""
    position = strength * (len(_ANCHORS) - 1)
    lower = np.minimum(position.astype(int), len(_ANCHORS) - 2)
    rest = (position - lower)[..., None]
    between: Grid = _ANCHORS[lower] * (1 - rest) + _ANCHORS[lower + 1] * rest
    return between


# The same in 256 steps, as Pillow takes a palette.
_PALETTE = colours(np.linspace(0, 1, 256, dtype=np.float32)).round().astype(np.uint8).tobytes()


def heatmap_png(grid: Grid, size: tuple[int, int], seen: pb.SeenPart | None = None) -> bytes:
    """The map alone, in the shape of a photo of `size`, transparent where it is zero.

    A pixel is its strength, in a palette of 256 colours that are as opaque as they are strong.
    """
    width, height = size
    scale = min(1.0, LARGEST_SIDE / max(size))
    shown = (max(1, round(width * scale)), max(1, round(height * scale)))
    layer = Image.new("P", shown)
    part, place = _strengths(grid, shown, seen)
    layer.paste(part, place)
    layer.putpalette(_PALETTE)
    return _png(layer, compress_level=3, transparency=bytes(range(256)))


def overlay(
    grid: Grid, photo: bytes, opacity: float, seen: pb.SeenPart | None = None
) -> Image.Image:
    """The map over the photo; strong places cover more than weak ones.

    Args:
        grid: rows by columns, ≥ 0.
        photo: JPEG or PNG bytes.
        opacity: 0 to 1, of the strongest place.
        seen: the part of the photo that the grid lies on; None for the central square.
    """
    shown = shown_photo(photo, LARGEST_SIDE).convert("RGB")
    part, place = _strengths(grid, shown.size, seen)
    mask = part.point([round(strength * opacity) for strength in range(256)])
    coloured = part.copy()
    coloured.putpalette(_PALETTE)
    shown.paste(coloured.convert("RGB"), place, mask)
    return shown


def overlay_png(grid: Grid, photo: bytes, opacity: float, seen: pb.SeenPart | None = None) -> bytes:
    """`overlay` to be kept or sent on; who only looks lays `heatmap_png` over the photo."""
    # Packed tighter it takes twice the CPU and 6 % less room; in 256 colours skin shows bands.
    return _png(overlay(grid, photo, opacity, seen), compress_level=1)


def shown_photo(photo: bytes, side: int) -> Image.Image:
    """A photo for looking at, `side` pixels at most; a large JPEG is never decoded whole.

    Args:
        photo: JPEG or PNG bytes.
        side: of the longer side.
    """
    image, _ = decode_reduced(photo, shorter_side=side)
    image.thumbnail((side, side))
    return image


def _strengths(
    grid: Grid, size: tuple[int, int], seen: pb.SeenPart | None
) -> tuple[Image.Image, tuple[int, int]]:
    """Where the model looked, 0 to 255 by pixel of the seen part, and that part's upper left."""
    left, top, width, height = _pixels_of(seen, size)
    share = np.clip(grid / display_maximum(grid), 0, 1)
    smooth = Image.fromarray(share.astype(np.float32)).resize(
        (width, height), Image.Resampling.BICUBIC
    )
    strength = np.clip(np.asarray(smooth), 0, 1) * _fading(height, width)
    return Image.fromarray((strength * 255).round().astype(np.uint8)), (left, top)


def _fading(height: int, width: int) -> Grid:
    """H×W, 1 inside and 0 at the edge, so that a map ends softly where nothing more was seen."""
    across, down = (
        np.clip((1 - np.abs(np.linspace(-1, 1, side))) / _FADED, 0, 1) if side > 1 else np.ones(1)
        for side in (width, height)
    )
    faded: Grid = (down[:, None] * across[None, :]).astype(np.float32)
    return faded


def _pixels_of(seen: pb.SeenPart | None, size: tuple[int, int]) -> tuple[int, int, int, int]:
    """Left, top, width and height of the seen part of a picture; one pixel at least."""
    width, height = size
    if seen is None:
        side = min(size)
        return (width - side) // 2, (height - side) // 2, side, side
    left, top = round(seen.left * width), round(seen.top * height)
    right, bottom = (
        round((seen.left + seen.width) * width),
        round((seen.top + seen.height) * height),
    )
    return left, top, max(1, right - left), max(1, bottom - top)


def _png(image: Image.Image, **options: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, "PNG", **options)
    return out.getvalue()
