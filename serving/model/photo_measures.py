"""A photo's colour and sharpness in 18 numbers, cheap enough for every prediction. No torch."""

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from serving.archives.weights_file import Floats

# Radii, in those of the circle: of what is measured, clear of its edge, and of a lesion's place.
VISIBLE, MIDDLE = 0.95, 0.5
# Keeps the logarithm of nothing finite; inputs are about −1 to 1.
LEAST = 1e-6


def measures(batch: Floats) -> Floats:
    """N×MEASURES of colour and sharpness, inside the circle that the model sees.

    Means, variances, percentiles of grey and the difference of the middle are measured on cells of
    4×4 pixels, `sharpness` at three scales. What has no upper bound is given as its logarithm,
    which is closer to a normal distribution.
    """
    half = _halved(batch)
    cells = _halved(half)
    visible, middle = (_inside(cells, radius) for radius in (VISIBLE, MIDDLE))
    mean = visible.mean(axis=2)
    red, green, blue = visible.transpose(1, 0, 2)
    sharp, half_sharp, cell_sharp = (_square(scale) for scale in (batch, half, cells))
    described = [
        mean,
        middle.mean(axis=2) - mean,
        np.percentile(_grey(visible), [5, 95], axis=1).T,
        _log(_variance(visible)),
        _log(np.stack([_variance(red - green), _variance(green - blue)], axis=1)),
        _log(np.stack([sharpness(s) for s in (sharp, half_sharp, cell_sharp)], axis=1)),
        _log(np.stack([np.abs(np.diff(half_sharp, axis=a)).mean((1, 2)) for a in (1, 2)], axis=1)),
    ]
    return np.hstack(described).astype(np.float32)


def _halved(batch: Floats) -> Floats:
    """Means of 2×2 pixels; an odd last row or column is left out."""
    even = batch[..., : batch.shape[-2] // 2 * 2, : batch.shape[-1] // 2 * 2]
    rows = even[..., ::2, :] + even[..., 1::2, :]
    halved: Floats = np.multiply(rows[..., ::2] + rows[..., 1::2], 0.25, dtype=np.float32)
    return halved


def _inside(batch: Floats, radius: float) -> Floats:
    """N×3×M, the pixels closer to the middle than `radius`."""
    return batch.reshape(*batch.shape[:-2], -1).take(_places(batch.shape[-1], radius), axis=-1)


@lru_cache
def _places(side: int, radius: float) -> npt.NDArray[np.intp]:
    """Of side×side pixels, row by row, those nearer than `radius`; 1 is the circle."""
    axis = np.linspace(-1, 1, side, dtype=np.float32)
    return np.flatnonzero(np.hypot(axis[None, :], axis[:, None]) < radius)


def _square(batch: Floats) -> Floats:
    """Grey values of the square inside the circle, N×H×W: the circle's edge is no sharpness."""
    margin = round(batch.shape[-1] * 0.15)
    return _grey(batch[..., margin:-margin, margin:-margin])


def _grey(batch: Floats) -> Floats:
    """Means of the three colours, along the second axis; `mean` takes three times as long."""
    grey: Floats = batch[:, 0] + batch[:, 1]
    grey += batch[:, 2]
    grey /= np.float32(3)
    return grey


def sharpness(grey: Floats) -> Floats:
    """N variances of the 4-neighbour Laplacian of N×H×W (Pech-Pacheco et al. 2000)."""
    laplacian = grey[:, :-2, 1:-1] + grey[:, 2:, 1:-1]
    laplacian += grey[:, 1:-1, :-2]
    laplacian += grey[:, 1:-1, 2:]
    laplacian -= 4 * grey[:, 1:-1, 1:-1]
    return _variance(laplacian.reshape(len(laplacian), -1))


def _variance(values: Floats) -> Floats:
    """Along the last axis; `var` takes twice as long."""
    apart = values - values.mean(axis=-1, keepdims=True)
    variance: Floats = np.vecdot(apart, apart) / np.float32(values.shape[-1])
    return variance


def _log(values: Floats) -> Floats:
    logarithm: Floats = np.log(values + LEAST)
    return logarithm
