"""Warnings about a photo, cheap enough to be measured at every prediction.

The limits were set by looking at dermoscopic photos; they warn, they do not diagnose.
"""

import numpy as np
from PIL import Image

# Measured on a copy of this many pixels on its shorter side, so that limits mean the same for
# every camera.
MEASURED_AT = 224

SMALLEST_SIDE = 200
DARKEST_MEAN, BRIGHTEST_MEAN = 40.0, 235.0
# Variance of the 4-neighbour Laplacian of grey values (Pech-Pacheco et al. 2000).
LEAST_SHARPNESS = 3.0
# Standard deviation of grey values; below it there is nothing to see.
LEAST_CONTRAST = 4.0

# Told by the model's `Novelty`, of archives that hold one.
NOT_A_LESION = "NOT_A_LESION"
NOT_ASSESSABLE = frozenset({"NO_CONTRAST", "TOO_DARK", "TOO_BRIGHT", NOT_A_LESION})


def warnings(image: Image.Image) -> list[str]:
    """What may make a prediction on this photo unreliable.

    Args:
        image: RGB, upright.

    Returns:
        Some of SMALL, TOO_DARK, TOO_BRIGHT, NO_CONTRAST, BLURRED.
    """
    found = []
    if min(image.size) < SMALLEST_SIDE:
        found.append("SMALL")
    grey = _central_grey(image)
    mean, contrast = float(grey.mean()), float(grey.std())
    if mean < DARKEST_MEAN:
        found.append("TOO_DARK")
    if mean > BRIGHTEST_MEAN:
        found.append("TOO_BRIGHT")
    if contrast < LEAST_CONTRAST:
        found.append("NO_CONTRAST")
    elif _sharpness(grey) < LEAST_SHARPNESS:
        found.append("BLURRED")
    return found


def _central_grey(image: Image.Image) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    scale = MEASURED_AT / min(image.size)
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    grey = np.asarray(image.convert("L").resize(size, Image.Resampling.BILINEAR), np.float32)
    height, width = grey.shape
    # The corners may belong to the dermoscope, not to the skin.
    return grey[height // 8 : height - height // 8, width // 8 : width - width // 8]


def _sharpness(grey: np.ndarray[tuple[int, int], np.dtype[np.float32]]) -> float:
    inner = grey[1:-1, 1:-1]
    laplacian = grey[:-2, 1:-1] + grey[2:, 1:-1] + grey[1:-1, :-2] + grey[1:-1, 2:] - 4 * inner
    return float(laplacian.var())
