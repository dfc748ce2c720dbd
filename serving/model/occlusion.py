"""Where the model looked, of any model: what it loses where a part of the photo is covered.

Zeiler & Fergus 2014, "Visualizing and Understanding Convolutional Networks". It needs nothing but
logits, and some fifty of them for each photo.
"""

from collections.abc import Callable

import numpy as np

from serving.archives.weights_file import Floats

# Cells of a heatmap's side. A cover is twice as wide as a cell, so that neighbours overlap and
# nothing hides between two covers.
CELLS = 7
# Of the circle that the model sees, in radii: there a dermoscope shows skin.
_SKIN = (0.8, 0.95)

Logits = Callable[[Floats], Floats]


def by_occlusion(logits: Logits, batch: Floats, targets: list[int]) -> Floats:
    """How much less speaks for a class where a part is covered in the colour of the skin.

    Args:
        logits: Nx2 of N×3×S×S.
        batch: N×3×S×S, preprocessed.
        targets: N class indices.

    Returns:
        N×7×7, ≥ 0, not scaled: by how much the class's logit falls against the other's.
    """
    whole = _margins(logits(batch), targets)
    maps = np.zeros((len(batch), CELLS, CELLS), np.float32)
    covers = _covers(batch.shape[-1])
    for number, (photo, target) in enumerate(zip(batch, targets, strict=True)):
        skin = _skin(photo)
        # Row by row: all at once would take seven times the memory.
        for row in range(CELLS):
            covered = np.where(covers[row][:, None], skin, photo)
            left = _margins(logits(covered), [target] * CELLS)
            maps[number, row] = np.maximum(whole[number] - left, 0)
    return maps


def _margins(logits: Floats, targets: list[int]) -> Floats:
    rows = np.arange(len(targets))
    chosen = np.asarray(targets)
    margins: Floats = logits[rows, chosen] - logits[rows, 1 - chosen]
    return margins


def _covers(size: int) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    """7×7×S×S: what each cell's cover hides."""
    middles = (np.arange(CELLS) + 0.5) * size / CELLS
    pixels = np.arange(size) + 0.5
    along = np.abs(pixels[None, :] - middles[:, None]) <= size / CELLS
    return along[:, None, :, None] & along[None, :, None, :]


def _skin(photo: Floats) -> Floats:
    """3×1×1: the median colour near the edge of what the model sees."""
    axis = np.linspace(-1, 1, photo.shape[-1], dtype=np.float32)
    radius = np.hypot(axis[None, :], axis[:, None])
    ring = (radius >= _SKIN[0]) & (radius <= _SKIN[1])
    skin: Floats = np.median(photo[:, ring], axis=1).astype(np.float32)[:, None, None]
    return skin
