"""Does a heatmap point at what the answer rests on? Deletion and insertion (Petsiuk et al. 2018).

Cells of a photo are painted over in the order of a map, the highest first, and the probability of
the explained class is followed: the sooner it falls, the better the map. Insertion goes the other
way, from a photo that is all painted over. The paint is the colour of the skin around the lesion:
training has shown the model that there is no right answer on it.
"""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import torch
from rich.progress import track
from torch import Tensor
from torch.nn import functional

from serving.model.classifier import Classifier, calibrated

Floats = npt.NDArray[np.float64]

# Shares of the cells at which a curve is measured: 0, 1/8, ... 1.
STEPS = 8
_BATCH = 64


def curve_areas(
    classifier: Classifier, inputs: Tensor, maps: Floats, targets: list[int]
) -> tuple[Floats, Floats]:
    """Areas under the deletion and the insertion curve of each photo, 0 to 1.

    Args:
        classifier: with its calibration.
        inputs: N×3×S×S, preprocessed.
        maps: N×H×W, the highest cell counts most; cells of one value in the order of reading.
        targets: N class indices, whose probability is followed.
    """
    order = np.argsort(-maps.reshape(len(maps), -1), axis=1, kind="stable")
    rank = np.argsort(order, axis=1).reshape(maps.shape)
    painted = _skin(inputs)
    deletion, insertion = [], []
    for step in track(range(STEPS + 1), description="Covering photos by their heatmaps"):
        first = torch.from_numpy(rank < round(step / STEPS * order.shape[1]))
        chosen = _enlarged(first, inputs.shape[-1])
        deletion.append(_shares(classifier, torch.where(chosen, painted, inputs), targets))
        insertion.append(_shares(classifier, torch.where(chosen, inputs, painted), targets))
    return _area(deletion), _area(insertion)


def random_maps(count: int, side: int, seed: int = 7) -> Floats:
    """N×side×side of noise: what a map that knows nothing gets."""
    return np.random.default_rng(seed).random((count, side, side))


def centred_maps(count: int, side: int) -> Floats:
    """N×side×side that fall off from the middle: lesions lie there, so it is hard to beat."""
    axis = np.linspace(-1, 1, side)
    one = -(axis[None, :] ** 2 + axis[:, None] ** 2)
    return np.repeat(one[None], count, axis=0)


MAPS: dict[str, Callable[[int, int], Floats]] = {"random": random_maps, "centred": centred_maps}


def _skin(inputs: Tensor) -> Tensor:
    """N×3×1×1 mean colours of a ring near the edge of the circle that the model sees."""
    axis = torch.linspace(-1, 1, inputs.shape[-1])
    radius = (axis[None, :] ** 2 + axis[:, None] ** 2).sqrt()
    ring = ((radius > 0.75) & (radius < 0.95)).float()
    return (inputs * ring).sum((2, 3), keepdim=True) / ring.sum()


def _enlarged(cells: Tensor, size: int) -> Tensor:
    """N×1×size×size of N×H×W."""
    return functional.interpolate(cells[:, None].float(), size=(size, size)) > 0


def _shares(classifier: Classifier, inputs: Tensor, targets: list[int]) -> Floats:
    """N probabilities of the targets; what lies outside the model's circle stays hidden."""
    card = classifier.card
    inside = torch.from_numpy(classifier.preprocess.visible)
    shown = (inputs * inside).numpy()
    starts = range(0, len(shown), _BATCH)
    logits = np.concatenate([classifier.logits(shown[n : n + _BATCH]) for n in starts])
    shares = calibrated(logits, card.temperature, card.intercept)
    return shares[np.arange(len(targets)), targets]


def _area(curve: list[Floats]) -> Floats:
    """By the trapezoidal rule, over shares of 0 to 1."""
    heights = np.stack(curve)
    area: Floats = ((heights[1:] + heights[:-1]) / 2).mean(axis=0)
    return area
