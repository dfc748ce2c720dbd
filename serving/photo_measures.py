"""What a photo looks like in 18 numbers, cheap enough for every prediction. No torch here."""

import numpy as np

from serving.preprocessing import Floats

MEASURES = 18

# Radii, in those of the circle: of what is measured, clear of its edge, and of a lesion's place.
VISIBLE, MIDDLE = 0.95, 0.5
# Keeps the logarithm of nothing finite; inputs are about −1 to 1.
LEAST = 1e-6


def measures(batch: Floats) -> Floats:
    """N×MEASURES of colour and sharpness, inside the circle that the model sees.

    Means, variances, percentiles of grey and how the middle differs are of cells of 4×4 pixels;
    sharpness is the variance of the 4-neighbour Laplacian (see `quality`) at three scales. What
    has no upper bound is taken as its logarithm, which is nearer to a normal distribution.
    """
    half = _halved(batch)
    cells = _halved(half)
    radius = _radius(cells.shape[-1])
    visible = cells[..., radius < VISIBLE]
    grey = visible.mean(axis=1)
    red, green, blue = visible.transpose(1, 0, 2)
    middle = cells[..., radius < MIDDLE].mean(axis=2)
    sharp, half_sharp, cell_sharp = (_square(scale) for scale in (batch, half, cells))
    described = [
        visible.mean(axis=2),
        middle - visible.mean(axis=2),
        np.percentile(grey, [5, 95], axis=1).T,
        _log(visible.var(axis=2)),
        _log(np.stack([(red - green).var(axis=1), (green - blue).var(axis=1)], axis=1)),
        _log(np.stack([_sharpness(s) for s in (sharp, half_sharp, cell_sharp)], axis=1)),
        _log(np.stack([np.abs(np.diff(half_sharp, axis=a)).mean((1, 2)) for a in (1, 2)], axis=1)),
    ]
    return np.hstack(described).astype(np.float32)


def _halved(batch: Floats) -> Floats:
    """Means of 2×2 pixels; an odd last row or column is left out."""
    even = batch[..., : batch.shape[-2] // 2 * 2, : batch.shape[-1] // 2 * 2]
    rows = even[..., ::2, :] + even[..., 1::2, :]
    halved: Floats = np.multiply(rows[..., ::2] + rows[..., 1::2], 0.25, dtype=np.float32)
    return halved


def _radius(side: int) -> Floats:
    """side×side distances from the middle; 1 at the circle."""
    axis = np.linspace(-1, 1, side, dtype=np.float32)
    return np.hypot(axis[None, :], axis[:, None])


def _square(batch: Floats) -> Floats:
    """Grey values of the square inside the circle, N×H×W: the circle's edge is no sharpness."""
    margin = round(batch.shape[-1] * 0.15)
    grey: Floats = batch[..., margin:-margin, margin:-margin].mean(axis=1)
    return grey


def _sharpness(grey: Floats) -> Floats:
    inner = grey[:, 1:-1, 1:-1]
    around = grey[:, :-2, 1:-1] + grey[:, 2:, 1:-1] + grey[:, 1:-1, :-2] + grey[:, 1:-1, 2:]
    variance: Floats = (around - 4 * inner).var(axis=(1, 2))
    return variance


def _log(values: Floats) -> Floats:
    logarithm: Floats = np.log(values + LEAST)
    return logarithm
