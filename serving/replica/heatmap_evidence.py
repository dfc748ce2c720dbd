"""Does a version's heatmap show where its evidence lies? Measured on malignant reference cases.

One half of a photo is painted over in the colour of the skin at its edges, then the other half:
what speaks for malignant is left in the half that still shows the lesion, so the heatmap of
malignant has to move there. A map that is mirrored, turned, transposed, or always the same does
not, though the answer beside it may be right.
"""

import asyncio
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from PIL import Image

from imaging.decoding import decode_reduced
from serving.contract.findings import Finding
from serving.replica.torchserve.probe import SECONDS, Ask, ask_until_room

# Of the malignant cases, those that a version is surest of: elsewhere it has no evidence to show.
MOST_CASES = 12
# How much of the map has to move over, from −1 to 1. The shipped versions have 0.65 to 0.74, and
# mirrored as much below zero; a sound model whose map is 3 × 3 cells had 0.19.
LEAST_MOVED = 0.1

Axis = Literal["across", "down"]
_AXES: dict[Axis, int] = {"across": 1, "down": 0}
# Pixels that a photo keeps at least, where it has them, and over how many the paint fades out.
_SIDE, _FADE = 512, 6
_JPEG_QUALITY = 95


@dataclass(frozen=True, slots=True)
class Moved:
    """How much of a heatmap moves with what is left of a lesion, on average, −1 to 1.

    Attributes:
        along: the way that it should; −1 is all of it the wrong way.
        aside: across it, where nothing has changed.
    """

    along: float
    aside: float


async def moved(ask: Ask, photos: Sequence[bytes]) -> dict[Axis, Moved]:
    """What a heatmap does when halves of a lesion are painted over: left and right, up and down.

    Args:
        ask: gives a finding with the heatmap of malignant.
        photos: that show something malignant; not empty.

    Raises:
        DomainError: a photo can't be read.
        TorchServeError, TimeoutError: there was no answer.
    """
    found: dict[Axis, list[tuple[float, float]]] = {axis: [] for axis in _AXES}
    for photo in photos:
        for axis in _AXES:
            one, other = [
                await _answer(ask, painted)
                for painted in await asyncio.to_thread(_halves, photo, axis)
            ]
            aside: Axis = "down" if axis == "across" else "across"
            found[axis].append((
                second_half(one, axis) - second_half(other, axis),
                second_half(one, aside) - second_half(other, aside),
            ))  # fmt: skip
    return {axis: Moved(*np.mean(values, axis=0).tolist()) for axis, values in found.items()}


async def _answer(ask: Ask, photo: bytes) -> Finding:
    async with asyncio.timeout(SECONDS):
        return await ask_until_room(ask, photo)


def objections(found: dict[Axis, Moved]) -> list[str]:
    """Why a version is refused by what `moved` returned; empty where its heatmap shows evidence."""
    if all(way.along >= max(LEAST_MOVED, abs(way.aside)) for way in found.values()):
        return []
    shown = " and ".join(
        f"{way.along:.2f} {axis} ({way.aside:.2f} aside)" for axis, way in found.items()
    )
    return [
        "its heatmap does not show where its evidence lies: with one half of a lesion painted over "
        f"it moves to the other by {shown}, at least {LEAST_MOVED} is asked and more than aside; "
        "are the features mirrored or turned, or height and width swapped? Or is it a transformer "
        "that takes the mean of its tokens, each of which has seen the whole photo? Then take one "
        "with a class token, which is explained by occlusion"
    ]


def second_half(finding: Finding, axis: Axis) -> float:
    """The share of a heatmap that lies in a photo's right or lower half; 0.5 of an empty one."""
    across = axis == "across"
    cells = np.asarray(finding.heatmap.grid, np.float64).sum(axis=0 if across else 1)
    if not cells.sum():
        return 0.5
    seen = finding.seen
    start, length = 0.0, 1.0
    if seen:
        start, length = (seen.left, seen.width) if across else (seen.top, seen.height)
    ends = start + length * np.arange(1, len(cells) + 1) / len(cells)
    # A cell that the middle cuts through counts in part.
    beyond = np.clip((ends - 0.5) / (length / len(cells)), 0, 1)
    return float((cells * beyond).sum() / cells.sum())


def _halves(photo: bytes, axis: Axis) -> tuple[bytes, bytes]:
    """The photo with its first half painted over, and with its second."""
    picture = decode_reduced(photo, shorter_side=_SIDE)[0]
    picture.thumbnail((2 * _SIDE, 2 * _SIDE))
    pixels = np.asarray(picture, np.float32)
    skin = _skin(pixels)
    side = pixels.shape[_AXES[axis]]
    paint = 1 / (1 + np.exp((np.arange(side, dtype=np.float32) + 0.5 - side / 2) / _FADE))
    shape = [1, 1, 1]
    shape[_AXES[axis]] = side
    first, second = (
        _jpeg(pixels * (1 - cover) + skin * cover)
        for cover in (paint.reshape(shape), (1 - paint).reshape(shape))
    )
    return first, second


def _skin(pixels: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """The median colour of the upper and lower eighth, where dermoscopes show skin."""
    eighth = max(len(pixels) // 8, 1)
    edges = np.concatenate([pixels[:eighth], pixels[-eighth:]]).reshape(-1, 3)
    skin: npt.NDArray[np.float32] = np.median(edges, axis=0)
    return skin


def _jpeg(pixels: npt.NDArray[np.float32]) -> bytes:
    out = io.BytesIO()
    Image.fromarray(pixels.astype(np.uint8)).save(out, "JPEG", quality=_JPEG_QUALITY)
    return out.getvalue()
