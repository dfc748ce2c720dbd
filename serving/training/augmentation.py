"""Augmentation: how a lesion may look through another dermoscope, camera, light or compression.

Aimed at the shortcut in the public data: black corners and sharpness give away the source, and the
source gives away the label. So both classes get the same corners, blur and colour casts, and
everything outside the inscribed circle is hidden in training and at prediction.
"""

import math

import torch
from torch import Tensor
from torch.nn import functional

from serving.archives.card import Preprocessing
from serving.model.preprocessing import circle
from serving.training.perturbations import jpeg

Generator = torch.Generator


class Augmentation:
    """Turns a batch of cached photos into training inputs.

    Args:
        preprocessing: of the model; its mask and normalisation are applied last.
        generator: the source of all randomness, so that a run can be repeated.
    """

    def __init__(self, preprocessing: Preprocessing, generator: Generator) -> None:
        self._size = preprocessing.input_size
        self._mean = torch.tensor(preprocessing.mean)[:, None, None]
        self._std = torch.tensor(preprocessing.std)[:, None, None]
        self._mask = torch.from_numpy(circle(self._size))
        axis = torch.linspace(-1, 1, self._size)
        self._radius = (axis[None, :] ** 2 + axis[:, None] ** 2).sqrt()[None, None]
        self._generator = generator

    def train(self, pixels: Tensor) -> Tensor:
        """Nx3xSxS model inputs from Nx3x256x256 pixels of 0 to 255."""
        if self._draw((1,)).item() < 0.4:
            pixels = self._blurred(pixels)
        moved = self._moved(pixels) / 255
        shown = self._field_of_view(self._recoloured(moved).clamp(0, 1))
        return self._normalised(shown * 255)

    def plain(self, pixels: Tensor) -> Tensor:
        """The same without randomness, as the handler's preprocessing does it."""
        size = (self._size, self._size)
        return self._normalised(
            functional.interpolate(pixels, size=size, mode="bilinear", antialias=True)
        )

    def blanked(self, inputs: Tensor) -> Tensor:
        """The inputs with the lesion painted over in the colour of the skin around it."""
        ring = ((self._radius > 0.75) & (self._radius < 0.95)).float()
        skin = (inputs * ring).sum((2, 3), keepdim=True) / ring.sum()
        radius = self._between(0.6, 0.85, len(inputs))
        cover = torch.sigmoid((radius - self._radius) * 25)
        grain = torch.randn(inputs.shape, generator=self._generator) * 0.03
        return (inputs * (1 - cover) + cover * (skin + grain)) * self._mask

    def without_border(self, inputs: Tensor) -> Tensor:
        """The inputs with all but the central disc hidden."""
        return inputs * (self._radius < 0.8)

    def compressed(self, pixels: Tensor) -> Tensor:
        """Photos through JPEG of a quality of 50 to 95, one for all."""
        return jpeg(pixels, int(self._between(50, 95, 1).item()))

    def _blurred(self, pixels: Tensor) -> Tensor:
        scale = self._between(0.3, 0.8, 1).item()
        side = int(pixels.shape[-1] * scale)
        return functional.interpolate(pixels, size=(side, side), mode="bilinear", antialias=True)

    def _moved(self, pixels: Tensor) -> Tensor:
        count = len(pixels)
        angle = self._between(0, 2 * math.pi, count).flatten()
        scale = self._between(0.7, 1.1, count).flatten()
        aspect = self._between(0.9, 1.1, count).flatten()
        flip = torch.where(self._draw((count,)) < 0.5, -1.0, 1.0)
        affine = torch.zeros(count, 2, 3)
        affine[:, 0, 0] = angle.cos() * scale * flip * aspect
        affine[:, 0, 1] = -angle.sin() * scale
        affine[:, 1, 0] = angle.sin() * scale * flip
        affine[:, 1, 1] = angle.cos() * scale / aspect
        affine[:, :, 2] = self._draw((count, 2)) * 0.24 - 0.12
        grid = functional.affine_grid(
            affine, [count, 3, self._size, self._size], align_corners=False
        )
        return functional.grid_sample(pixels, grid, padding_mode="reflection", align_corners=False)

    def _recoloured(self, shares: Tensor) -> Tensor:
        count = len(shares)
        shares = shares.clamp(1e-3, 1) ** self._between(0.75, 1.33, count)
        cast = self._draw((count, 3, 1, 1)) * 0.3 + 0.85
        shares = shares * cast * self._between(0.8, 1.2, count)
        mean = shares.mean((2, 3), keepdim=True)
        shares = (shares - mean) * self._between(0.75, 1.25, count) + mean
        grey = shares.mean(1, keepdim=True)
        shares = grey + (shares - grey) * self._between(0.6, 1.4, count)
        noisy = (self._draw((count, 1, 1, 1)) < 0.3) * 0.02
        return shares + torch.randn(shares.shape, generator=self._generator) * noisy

    def _field_of_view(self, shares: Tensor) -> Tensor:
        """Dark corners of a dermoscope, for three photos in ten of either class."""
        count = len(shares)
        edge = (self._radius - self._between(0.72, 1.05, count)) * self._between(20, 120, count)
        dark = torch.sigmoid(edge) * (self._draw((count, 1, 1, 1)) < 0.3)
        return shares * (1 - dark) + dark * self._between(0, 0.12, count)

    def _normalised(self, pixels: Tensor) -> Tensor:
        return (pixels - self._mean) / self._std * self._mask

    def _between(self, low: float, high: float, count: int) -> Tensor:
        return self._draw((count, 1, 1, 1)) * (high - low) + low

    def _draw(self, shape: tuple[int, ...]) -> Tensor:
        return torch.rand(shape, generator=self._generator)
