"""Preprocessing: from an upright RGB photo to a model's input, for every prediction. No torch.

The same resampling as torchvision's `Resize(antialias=True)` and `CenterCrop`: no channel of any
pixel differs by more than 1 in 255.
"""

import numpy as np
from PIL import Image

from serving.archives.card import Preprocessing
from serving.archives.weights_file import Floats


class Preprocess:
    """One model's preprocessing, as described by its card.

    Attributes:
        size: pixels of the input's side.
        visible: 1×size×size, 1 where the model sees the photo, 0 where it is hidden.
    """

    def __init__(self, description: Preprocessing) -> None:
        size = description.input_size
        self.size = size
        mask = circle(size) if description.circular_mask else np.ones((1, size, size), np.float32)
        self.visible = mask
        self._mean = np.asarray(description.mean, np.float32)[:, None, None]
        self._scale = mask / np.asarray(description.std, np.float32)[:, None, None]

    def __call__(self, image: Image.Image) -> Floats:
        """3×size×size, float32, normalised."""
        return self.normalised(central_square(image, self.size))

    def normalised(self, square: Image.Image) -> Floats:
        """3×size×size, float32, of a `central_square` of this size."""
        # In this order, because transposing bytes moves a quarter of what floats would.
        planes = np.ascontiguousarray(np.asarray(square).transpose(2, 0, 1))
        normalised: Floats = np.subtract(planes, self._mean, dtype=np.float32)
        normalised *= self._scale
        return normalised


def central_square(image: Image.Image, size: int) -> Image.Image:
    """The central square of a photo whose shorter side is scaled to `size`.

    Args:
        image: RGB, upright.
        size: pixels of the square.
    """
    # Only this part of the scaled photo is computed.
    part = central_part(image.size, size)
    return image.resize((size, size), Image.Resampling.BILINEAR, box=part)


def central_part(sides: tuple[int, int], size: int) -> tuple[float, float, float, float]:
    """Left, upper, right and lower edge of `central_square`, in pixels of the photo.

    Args:
        sides: the photo's width and height.
        size: pixels of the square.
    """
    width, height = (size * side // min(sides) for side in sides)
    left, top = round((width - size) / 2), round((height - size) / 2)
    across, down = sides[0] / width, sides[1] / height
    return left * across, top * down, (left + size) * across, (top + size) * down


def circle(size: int) -> Floats:
    """1×size×size: 1 inside the inscribed circle, 0 outside."""
    axis = np.linspace(-1, 1, size, dtype=np.float32)
    inside = axis[None, :] ** 2 + axis[:, None] ** 2 <= 1
    return inside.astype(np.float32)[None]
