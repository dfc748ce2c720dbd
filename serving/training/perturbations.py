"""Perturbations of a photo that a label should not depend on, since the lesion stays the same.

Each maps N×3×S×S pixels of 0 to 255 to as many.
"""

import io
from collections.abc import Callable

import numpy as np
import torch
from PIL import Image
from torch import Tensor

JPEG_QUALITY = 70


def jpeg(pixels: Tensor, quality: int = JPEG_QUALITY) -> Tensor:
    """Compressed as JPEG and decoded again."""
    return torch.stack([_compressed(photo, quality) for photo in pixels])


def _compressed(photo: Tensor, quality: int) -> Tensor:
    levels = photo.round().to(torch.uint8).permute(1, 2, 0).contiguous().numpy()
    held = io.BytesIO()
    Image.fromarray(levels).save(held, "JPEG", quality=quality)
    return torch.from_numpy(np.array(Image.open(held))).permute(2, 0, 1).float()


PERTURBATIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "mirrored": lambda pixels: pixels.flip(3),
    "upside_down": lambda pixels: pixels.flip(2),
    "turned_by_90": lambda pixels: pixels.rot90(1, (2, 3)),
    "turned_by_180": lambda pixels: pixels.rot90(2, (2, 3)),
    "turned_by_270": lambda pixels: pixels.rot90(3, (2, 3)),
    "brighter_by_10_percent": lambda pixels: (pixels * 1.1).clamp(0, 255),
    "darker_by_10_percent": lambda pixels: pixels * 0.9,
    "jpeg_70": jpeg,
}
