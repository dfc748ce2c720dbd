"""Does the answer stay when the lesion lies elsewhere in the photo? Lesions moved about in frames.

A lesion that is whole, compact and surrounded by skin is moved to a fifth of the width, to the edge
and into a corner of 4:3, 3:2 and 16:9 frames. What the photo leaves empty is filled with its skin
beside the lesion, mirrored to and fro; the lesion itself is never repeated.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image
from scipy import ndimage

from serving.archives.card import Evaluation
from serving.evaluation.metrics import median, proportion
from serving.model.attention import looked_at
from serving.model.classifier import Classifier
from serving.model.quality import LESION_CUT, OFF_CENTRE
from serving.training.datasets import Sample
from serving.training.pixel_cache import PixelCache

Pixels = npt.NDArray[np.uint8]

LESIONS = 110
ASPECTS = (4 / 3, 3 / 2, 16 / 9)
PLACES = ("fifth", "edge", "corner")
# Pixels of 256 between a lesion and the edge that it is moved to.
GAP = 3
DESCRIPTION = (
    "Held-out lesions moved to a fifth, to the edge and into a corner of 4:3, 3:2 and 16:9 frames, "
    "against the same frame with the lesion in the middle. Changed: share of labels that differ "
    "(goal ≤ 0.065). Missed: malignant in the middle, but benign and assessable when moved; in "
    "silence: without a warning. Not assessable: for this reason. Off in the middle: share of the "
    "centred frames that were looked at elsewhere. Centroid: median distance between the map's "
    "centroid and the lesion's, in cells of the map."
)


@dataclass(frozen=True, slots=True)
class Lesion:
    """A photo of one lesion: 256×256×3, the lesion's box and its centre in pixels."""

    pixels: Pixels
    box: tuple[int, int, int, int]
    centre: tuple[float, float]

    def framed(self, aspect: float, x: float, y: float) -> Image.Image:
        """A frame of this shape, as high as the photo, with the lesion's centre at x, y."""
        side = len(self.pixels)
        left, top, right, bottom = self.box
        columns = _indices(round(side * aspect), side, round(x - self.centre[0]), left, right)
        rows = _indices(side, side, round(y - self.centre[1]), top, bottom)
        return Image.fromarray(self.pixels[rows][:, columns])

    def places(self, aspect: float, random: np.random.Generator) -> dict[str, tuple[float, float]]:
        """Where its centre is moved to, by name; the side is drawn."""
        side = len(self.pixels)
        width = side * aspect
        (left, top, right, bottom), (x, y) = self.box, self.centre
        across = (x - left + GAP, width - (right - x) - GAP)
        down = (y - top + GAP, side - (bottom - y) - GAP)
        first, second = (int(drawn) for drawn in random.integers(2, size=2))
        return {
            "fifth": ((0.2, 0.8)[first] * width, y),
            "edge": (across[first], y),
            "corner": (across[first], down[second]),
        }


def moved_lesions(
    classifier: Classifier, samples: Sequence[Sample], cache: PixelCache, *, seed: int = 7
) -> Evaluation | None:
    """How answers change with the lesion's place; None where no photo shows a lesion clearly.

    Args:
        classifier: with its calibration and threshold.
        samples: all photos; those of the test split are used.
        cache: their pixels, in the same order.
        seed: of the draw.
    """
    random = np.random.default_rng(seed)
    order = [int(i) for i in random.permutation(len(samples)) if samples[i].split == "test"]
    moved, malignant = [], 0
    for index, lesion in _clear(order, cache):
        malignant += samples[index].label
        moved += list(_answers(classifier, lesion, random))
    if not moved:
        return None
    return _evaluation(moved, malignant)


@dataclass(frozen=True, slots=True)
class _Moved:
    """One frame's answer, beside that of the centred one."""

    before: bool
    after: bool
    doubts: list[str]
    cells: float
    off_in_the_middle: bool


def _answers(
    classifier: Classifier, lesion: Lesion, random: np.random.Generator
) -> Iterator[_Moved]:
    threshold = classifier.card.threshold
    side = len(lesion.pixels)
    for aspect, name in zip(ASPECTS, random.permutation(PLACES).tolist(), strict=True):
        centred = lesion.framed(aspect, side * aspect / 2, side / 2)
        _, first, off = looked_at(classifier, centred)
        x, y = lesion.places(aspect, random)[name]
        look, answer, doubts = looked_at(classifier, lesion.framed(aspect, x, y))
        grid = look.on_photo(np.asarray(answer.cam, np.float32))
        yield _Moved(
            first.probability_malignant >= threshold,
            answer.probability_malignant >= threshold,
            doubts,
            _distance(grid, look.part, (x, y)),
            bool(off),
        )


def _evaluation(moved: Sequence[_Moved], malignant: int) -> Evaluation:
    missed = [m.before and not m.after and LESION_CUT not in m.doubts for m in moved]
    silent = [m.before and not m.after and not m.doubts for m in moved]
    metrics = {
        "changed": proportion(np.array([m.before != m.after for m in moved])),
        "missed": proportion(np.array(missed)),
        "missed_in_silence": proportion(np.array(silent)),
        "not_assessable": proportion(np.array([LESION_CUT in m.doubts for m in moved])),
        "warned": proportion(np.array([OFF_CENTRE in m.doubts for m in moved])),
        "off_in_the_middle": proportion(np.array([m.off_in_the_middle for m in moved])),
    }
    cells = np.array([m.cells for m in moved if np.isfinite(m.cells)])
    if len(cells):
        metrics["centroid_distance_median"] = median(cells)
    return Evaluation(
        name="moved lesions",
        description=DESCRIPTION,
        images=len(moved),
        malignant=malignant * len(ASPECTS),
        metrics=metrics,
    )


def _distance(
    grid: npt.NDArray[np.float32],
    part: tuple[float, float, float, float],
    lesion: tuple[float, float],
) -> float:
    """From a map's centroid to the lesion's centre, in cells; NaN where the map is empty."""
    if not grid.sum():
        return float("nan")
    left, top, right, bottom = part
    height, width = grid.shape
    across, down = (right - left) / width, (bottom - top) / height
    shares = grid / grid.sum()
    x = left + float(shares.sum(axis=0) @ (np.arange(width) + 0.5)) * across
    y = top + float(shares.sum(axis=1) @ (np.arange(height) + 0.5)) * down
    return float(np.hypot((x - lesion[0]) / across, (y - lesion[1]) / down))


def _clear(order: Sequence[int], cache: PixelCache) -> Iterator[tuple[int, Lesion]]:
    """The first photos with a clear lesion, with their places among all."""
    found = 0
    for index in order:
        pixels = cache.batch([index])[0].permute(1, 2, 0).numpy().astype(np.uint8)
        if lesion := clear_lesion(pixels):
            found += 1
            yield index, lesion
        if found == LESIONS:
            return


def clear_lesion(pixels: Pixels) -> Lesion | None:
    """The lesion of a square photo, if it is whole, compact and surrounded by skin."""
    side = len(pixels)
    axis = (np.arange(side) + 0.5) / side * 2 - 1
    radius = np.hypot(axis[None, :], axis[:, None])
    smooth = ndimage.gaussian_filter(_lab(pixels), (2, 2, 0))
    skin = np.median(smooth[(radius > 0.8) & (radius < 0.98)], axis=0)
    apart = np.sqrt(((smooth - skin) ** 2).sum(axis=2))
    threshold = _otsu(apart[radius < 0.98])
    found = ndimage.binary_opening((apart > threshold) & (radius < 1), iterations=2)
    labels, count = ndimage.label(found)
    if not count:
        return None
    sizes = np.bincount(labels.ravel())[1:]
    mask = ndimage.binary_fill_holes(labels == 1 + sizes.argmax())
    rows, columns = np.nonzero(mask)
    box = (int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1)
    width, height = box[2] - box[0], box[3] - box[1]
    clear = (
        min(box[0], box[1], side - box[2], side - box[3]) >= 0.1 * side
        and 0.01 < mask.mean() < 0.35
        # One region, with a contrast that anyone sees, neither ragged nor a line.
        and sizes.sum() - sizes.max() <= 0.1 * sizes.max()
        and apart[mask].mean() - apart[(radius < 0.98) & ~mask].mean() >= 12
        and mask.sum() >= 0.5 * width * height
        and max(width, height) <= 2.2 * min(width, height)
    )
    return Lesion(pixels, box, (float(columns.mean()), float(rows.mean()))) if clear else None


def _indices(length: int, side: int, offset: int, start: int, end: int) -> npt.NDArray[np.intp]:
    """Of a frame's pixels along one side, those of the photo; start to end is the lesion."""
    place = np.arange(length) - offset
    beside = (max(8, start - 4), min(side - 8, end + 4))
    after = _mirrored(place, beside[1], side)
    return np.where(place < 0, _mirrored(place, 0, beside[0]), np.where(place < side, place, after))


def _mirrored(place: npt.NDArray[np.intp], start: int, end: int) -> npt.NDArray[np.intp]:
    """To and fro between start and end."""
    length = end - start
    phase = (place - start) % (2 * length)
    return start + np.where(phase < length, phase, 2 * length - 1 - phase)


def _lab(pixels: Pixels) -> npt.NDArray[np.float32]:
    planes = np.asarray(Image.fromarray(pixels).convert("LAB"))
    signed = planes.view(np.int8)[..., 1:]
    return np.concatenate([planes[..., :1], signed], axis=2, dtype=np.float32)


def _otsu(values: npt.NDArray[np.float32]) -> float:
    counts, edges = np.histogram(values, 128)
    middles = (edges[1:] + edges[:-1]) / 2
    below = np.cumsum(counts)[:-1]
    sums = np.cumsum(counts * middles)
    above = len(values) - below
    gap = sums[:-1] / np.maximum(below, 1) - (sums[-1] - sums[:-1]) / np.maximum(above, 1)
    return float(middles[np.argmax(below * above * gap**2)])
