"""Warnings about a photo, cheap enough to be measured at every prediction.

The limits were set by looking at dermoscopic photos; they warn, they do not diagnose.
"""

import numpy as np
from PIL import Image

from serving.model.photo_measures import sharpness
from serving.model.preprocessing import central_square

# Measured on a square of this many pixels, so that limits mean the same for every camera.
MEASURED_AT = 224

SMALLEST_SIDE = 200
DARKEST_MEAN, BRIGHTEST_MEAN = 40.0, 235.0
# See `photo_measures.sharpness`; of grey values of 0 to 255.
LEAST_SHARPNESS = 3.0
# Standard deviation of grey values; below it there is nothing to see.
LEAST_CONTRAST = 4.0

# Told by the model's `Novelty`, of archives that hold one.
NOT_A_LESION = "NOT_A_LESION"
NOT_ASSESSABLE = frozenset({"NO_CONTRAST", "TOO_DARK", "TOO_BRIGHT", NOT_A_LESION})


def warnings(image: Image.Image, square: Image.Image) -> list[str]:
    """What may make a prediction on this photo unreliable.

    Args:
        image: RGB, upright.
        square: what the model sees of it, `preprocessing.central_square`.

    Returns:
        Some of SMALL, TOO_DARK, TOO_BRIGHT, NO_CONTRAST, BLURRED.
    """
    found = []
    if min(image.size) < SMALLEST_SIDE:
        found.append("SMALL")
    # A square of fewer pixels has lost what sharpness is measured by.
    enough = square.width >= MEASURED_AT
    grey = _central_grey(square if enough else central_square(image, MEASURED_AT))
    mean, contrast = float(grey.mean()), float(grey.std())
    if mean < DARKEST_MEAN:
        found.append("TOO_DARK")
    if mean > BRIGHTEST_MEAN:
        found.append("TOO_BRIGHT")
    if contrast < LEAST_CONTRAST:
        found.append("NO_CONTRAST")
    elif sharpness(grey[None]).item() < LEAST_SHARPNESS:
        found.append("BLURRED")
    return found


def _central_grey(square: Image.Image) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    grey = square.convert("L")
    if grey.width != MEASURED_AT:
        grey = grey.resize((MEASURED_AT, MEASURED_AT), Image.Resampling.BILINEAR)
    # The corners may belong to the dermoscope, not to the skin.
    margin = MEASURED_AT // 8
    return np.asarray(grey, np.float32)[margin:-margin, margin:-margin]
