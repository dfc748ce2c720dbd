"""Does the lesion lie in the middle of a photo, and if not, where? For every prediction. No torch.

Skin varies smoothly over a photo, a lesion does not: a surface of second order is fitted robustly
to the logarithms of brightness and of two ratios of colours (which shade leaves alone), and what
differs from it, by Otsu's threshold (1979), is a candidate. Measured in decision 34.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from PIL import Image

from serving.archives.weights_file import Floats

Mask = npt.NDArray[np.bool_]
Labels = npt.NDArray[np.intp]

# Pixels of the copy's shorter side.
SIDE = 48
# Shares of the photo's shorter side: a lesion this near the middle needs no further look, nor does
# a photo with at least this share of the contrast within this distance of the middle.
NEAR, INNER_RADIUS, INNER_SHARE = 0.33, 0.25, 0.25
# Further spots count from this share of the strongest one's weight on, so many at most.
LEAST_WEIGHT, MOST_SPOTS = 0.4, 3
# The strongest spot's least share of all contrast.
LEAST_OF_ALL = 0.3
# A region whose outermost pixels differ from skin by so much more than its mean is shade.
SHADE = 1.15

# Shading changes brightness most, so that counts less than colour.
_BRIGHTNESS = 0.3
# A dermoscope's dark rim: darker than this share of the median, and reaching the photo's edge.
_RIM = 0.25
_ROUNDS = 5
# Of a large photo, a side: so many samples are averaged for a pixel of the copy.
_SAMPLES = 4
# Keeps the fit solvable where pixels are few.
_RIDGE = np.eye(6, dtype=np.float32) * np.float32(1e-2)
_LEAST_SKIN = 30
_BINS = 64


@dataclass(frozen=True, slots=True)
class Spot:
    """Something that may be the lesion, in pixels of the photo.

    Attributes:
        x, y: its centre.
        reaches_edge: whether it touches the photo's edge, so that a part may be missing.
    """

    x: float
    y: float
    reaches_edge: bool


def spots_off_centre(image: Image.Image) -> list[Spot]:
    """Where the lesion may be, the strongest first; empty where the middle is the place to look.

    Args:
        image: RGB, upright.
    """
    scale, whole = min(image.size) / SIDE, image.size
    size = (max(1, round(image.width / scale)), max(1, round(image.height / scale)))
    if scale > _SAMPLES:
        # Of a large photo sixteen samples a pixel are enough, and reading all would take longer
        # than the model.
        copy = (size[0] * _SAMPLES, size[1] * _SAMPLES)
        image = image.resize(copy, Image.Resampling.NEAREST)
    small = image.resize(size, Image.Resampling.BOX)
    contrast, skin = _contrast(np.asarray(small, np.float32))
    found = (contrast > _otsu(contrast[skin])) & skin
    weights = np.where(found, contrast, 0)
    if _is_in_the_middle(weights):
        return []
    labels = _components(found)
    shading = _grows_to_the_edge(labels, contrast, skin)
    weights = np.where(np.isin(labels, shading), 0, weights)
    if _is_in_the_middle(weights):
        return []
    return _spots(labels, weights, (whole[0] / size[0], whole[1] / size[1]))


def _is_in_the_middle(weights: Floats) -> bool:
    """Whether enough of the contrast lies near the middle, or there is none."""
    near = weights[_from_middle(weights.shape) < INNER_RADIUS * SIDE].sum()
    return bool(near >= INNER_SHARE * weights.sum())


def _grows_to_the_edge(labels: Labels, contrast: Floats, skin: Mask) -> Labels:
    """Labels of regions that differ most where the photo or its rim begins: shade, not a lesion."""
    edge = np.zeros_like(skin)
    edge[0] = edge[-1] = edge[:, 0] = edge[:, -1] = True
    edge |= _spread(~skin)
    count = int(labels.max()) + 1
    every, outer = labels.ravel(), labels[edge]
    mean = np.bincount(every, contrast.ravel(), count) / np.maximum(np.bincount(every), 1)
    held = np.bincount(outer, minlength=count)
    outermost = np.bincount(outer, contrast[edge], count) / np.maximum(held, 1)
    return np.flatnonzero((held > 0) & (outermost > SHADE * mean))


def _spots(labels: Labels, weights: Floats, scale: tuple[float, float]) -> list[Spot]:
    height, width = labels.shape
    summed = np.bincount(labels.ravel(), weights.ravel())
    summed[0] = 0
    strongest = np.argsort(-summed)[:MOST_SPOTS]
    # Where contrast is scattered all over, a single place to look at is no better than the middle.
    if summed[strongest[0]] < LEAST_OF_ALL * summed.sum():
        return []
    spots: list[Spot] = []
    for label in strongest:
        if summed[label] < LEAST_WEIGHT * summed[strongest[0]]:
            break
        rows, columns = np.nonzero(labels == label)
        shares = weights[rows, columns] / summed[label]
        x, y = float(shares @ columns) + 0.5, float(shares @ rows) + 0.5
        if np.hypot(x - width / 2, y - height / 2) <= NEAR * SIDE:
            # The middle is looked at anyway; where the strongest spot lies there, it is enough.
            if not spots:
                return []
            continue
        edge = min(rows.min(), columns.min(), height - 1 - rows.max(), width - 1 - columns.max())
        spots.append(Spot(x * scale[0], y * scale[1], bool(edge == 0)))
    return spots


def _contrast(pixels: Floats) -> tuple[Floats, Mask]:
    """H×W of how much each pixel differs from the skin, and where there is skin or a lesion.

    Args:
        pixels: H×W×3, RGB, 0 to 255.
    """
    # Colours first: sums over a last axis of three take several times as long.
    planes = np.ascontiguousarray(pixels.transpose(2, 0, 1))
    skin = ~_rim((planes[0] + planes[1] + planes[2]) / np.float32(3))
    red, green, blue = np.log(_smoothed(planes) + np.float32(10))
    brightness = (red + green + blue) * np.float32(_BRIGHTNESS / 3)
    values = np.stack([brightness, red - green, green - blue])
    every = _terms(skin.shape)
    # The surface is fitted to every second pixel of every second row: as good, and faster.
    inside = skin[::2, ::2]
    if inside.sum() < _LEAST_SKIN:
        inside = np.ones_like(inside)
    fitted, terms = values[:, ::2, ::2][:, inside], every[:, ::2, ::2][:, inside]
    away = np.abs(fitted - np.median(fitted, axis=1, keepdims=True)).sum(axis=0)
    trust = (away <= np.percentile(away, 60)).astype(np.float32)
    surface = np.zeros((6, 3), np.float32)
    for _ in range(_ROUNDS):
        weighted = terms * trust
        surface = np.linalg.solve(weighted @ terms.T + _RIDGE, weighted @ fitted.T)
        rest = fitted - surface.T @ terms
        # 1.48 times the median is the standard deviation of a normal distribution.
        spread = np.maximum(np.median(np.abs(rest), axis=1, keepdims=True) * 1.48, 0.01)
        rest /= spread.astype(np.float32)
        trust = 1 / (1 + (rest * rest).sum(axis=0) / 4) ** 2
    fit = (surface.T @ every.reshape(6, -1)).reshape(values.shape)
    apart = values - fit
    contrast = np.sqrt((apart * apart).sum(axis=0))
    # Highlights and hairs would stretch the histogram.
    return np.minimum(contrast, np.percentile(contrast[skin], 99)).astype(np.float32), skin


def _rim(grey: Floats) -> Mask:
    """Dark pixels that reach the edge, with two pixels around them."""
    dark = grey < _RIM * np.median(grey)
    labels = _components(dark)
    at_edge = np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]])
    if not at_edge.any():
        return np.zeros_like(dark)
    rim: Mask = np.isin(labels, at_edge[at_edge > 0])
    for _ in range(2):
        rim = _spread(rim)
    # A photo that is all dark has no rim.
    return rim if not rim.all() else np.zeros_like(rim)


def _components(mask: Mask) -> Labels:
    """H×W labels, 0 outside the mask; pixels that touch by a side share one.

    A label is the place of a pixel of the same component, so that following labels leads on at
    once, and a few rounds reach from one end to the other (pointer jumping).
    """
    held = np.zeros((mask.shape[0] + 2, mask.shape[1] + 2), np.intp)
    labels, places = held[1:-1, 1:-1], held.reshape(-1)
    labels[mask] = np.flatnonzero(np.pad(mask, 1))
    while True:
        before = labels.copy()
        for neighbour in (held[2:, 1:-1], held[:-2, 1:-1], held[1:-1, 2:], held[1:-1, :-2]):
            np.maximum(labels, neighbour * mask, out=labels)
        labels[...] = places[labels]
        if (labels == before).all():
            return before


def _spread(mask: Mask) -> Mask:
    held = np.pad(mask, 1)
    return mask | held[2:, 1:-1] | held[:-2, 1:-1] | held[1:-1, 2:] | held[1:-1, :-2]


def _smoothed(planes: Floats) -> Floats:
    """Means of 3×3 pixels of 3×H×W."""
    held = np.pad(planes, ((0, 0), (1, 1), (1, 1)), mode="edge")
    rows = held[:, :-2] + held[:, 1:-1] + held[:, 2:]
    means: Floats = (rows[..., :-2] + rows[..., 1:-1] + rows[..., 2:]) / np.float32(9)
    return means


@lru_cache(maxsize=16)
def _terms(shape: tuple[int, int]) -> Floats:
    """6×H×W, the terms of a surface of second order at each pixel."""
    height, width = shape
    y, x = np.mgrid[:height, :width].astype(np.float32)
    x, y = (x - width / 2) / SIDE * 2, (y - height / 2) / SIDE * 2
    terms = np.stack([np.ones_like(x), x, y, x * x, x * y, y * y])
    return terms.astype(np.float32)


@lru_cache(maxsize=16)
def _from_middle(shape: tuple[int, int]) -> Floats:
    """H×W distances from the middle, in pixels."""
    y, x = (np.arange(side) + 0.5 - side / 2 for side in shape)
    distance: Floats = np.hypot(x[None, :], y[:, None]).astype(np.float32)
    return distance


def _otsu(values: Floats) -> float:
    """The threshold that separates two classes best."""
    counts, edges = np.histogram(values, _BINS)
    middles = (edges[1:] + edges[:-1]) / 2
    below = np.cumsum(counts)[:-1]
    above = len(values) - below
    sums = np.cumsum(counts * middles)
    gap = sums[:-1] / np.maximum(below, 1) - (sums[-1] - sums[:-1]) / np.maximum(above, 1)
    return float(middles[np.argmax(below * above * gap**2)])
