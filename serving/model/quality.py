"""Warnings about a photo's quality, cheap enough to check at every prediction.

The limits were set by looking at dermoscopic photos; they are hints, not findings.
"""

import numpy as np
from PIL import Image

from serving.model.photo_measures import sharpness
from serving.model.preprocessing import central_square

# Measured on a square of this side, so that limits mean the same for every camera.
MEASURED_AT = 224

SMALLEST_SIDE = 200
DARKEST_MEAN, BRIGHTEST_MEAN = 40.0, 235.0
# See `photo_measures.sharpness`; of grey values of 0 to 255.
LEAST_SHARPNESS = 3.0
# Standard deviation of grey values; below it there is nothing to see.
LEAST_CONTRAST = 4.0

# Decided by the model's `Novelty`, in archives that have one.
NOT_A_LESION = "NOT_A_LESION"
# Decided by where the lesion lies (`attention`): the first is a warning only.
OFF_CENTRE, LESION_CUT = "OFF_CENTRE", "LESION_CUT"
NOT_ASSESSABLE = frozenset({"NO_CONTRAST", "TOO_DARK", "TOO_BRIGHT", NOT_A_LESION, LESION_CUT})


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
    # A smaller square has lost the detail by which sharpness is measured.
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
    # The corners may show the dermoscope rather than skin.
    margin = MEASURED_AT // 8
    return np.asarray(grey, np.float32)[margin:-margin, margin:-margin]
