"""The squares of a photo that a model looks at, and what of them is photo.

A look beside the middle may reach over the photo's edge. What is missing there is taken from the
opposite side of the look, point by point through its centre: skin from across the lesion. Skin
continued by reflection at the edge would show the lesion twice.
"""

from dataclasses import dataclass

import numpy as np
from PIL import Image

from serving.archives.weights_file import Floats
from serving.model.locator import Spot
from serving.model.preprocessing import central_part, central_square

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Look:
    """One square that a model looks at.

    Attributes:
        square: RGB, as large as the model's input.
        box: left, upper, right and lower edge in pixels of the photo, perhaps beyond it.
        photo: the photo's width and height, in pixels.
    """

    square: Image.Image
    box: Box
    photo: tuple[int, int]

    @property
    def part(self) -> Box:
        """What of the look lies on the photo, in the photo's pixels."""
        left, top, right, bottom = self.box
        return max(left, 0), max(top, 0), min(right, self.photo[0]), min(bottom, self.photo[1])

    def on_photo(self, grid: Floats) -> Floats:
        """A map of the look, rows by columns, as one of as many cells of its part on the photo."""
        (left, top, right, bottom), part = self.box, self.part
        if part == self.box:
            return grid
        rows = _cells(part[1], part[3], top, bottom, grid.shape[0])
        columns = _cells(part[0], part[2], left, right, grid.shape[1])
        cut: Floats = (rows @ grid @ columns.T).astype(np.float32)
        return cut


def central_look(photo: Image.Image, size: int) -> Look:
    """The central square, scaled to `size` pixels."""
    return Look(central_square(photo, size), central_part(photo.size, size), photo.size)


def look_at(photo: Image.Image, spot: Spot, size: int) -> Look:
    """A square around a spot, as large as the central one, scaled to `size` pixels."""
    half = min(photo.size) / 2
    step = 2 * half / size
    # On whole pixels of the look, so that photo and continuation meet in a straight line.
    left, top = (round((middle - half) / step) for middle in (spot.x, spot.y))
    inside = [
        (max(0, -start), min(size, int(side / step + 1e-6) - start))
        for start, side in zip((left, top), photo.size, strict=True)
    ]
    (first_column, last_column), (first_row, last_row) = inside
    part = (
        (left + first_column) * step,
        (top + first_row) * step,
        min((left + last_column) * step, photo.width),
        min((top + last_row) * step, photo.height),
    )
    shape = (last_column - first_column, last_row - first_row)
    pixels = np.zeros((size, size, 3), np.uint8)
    pixels[first_row:last_row, first_column:last_column] = np.asarray(
        photo.resize(shape, Image.Resampling.BILINEAR, box=part)
    )
    columns, rows = (_continued(size, first, last) for first, last in inside)
    square = Image.fromarray(pixels[rows][:, columns])
    box = (left * step, top * step, (left + size) * step, (top + size) * step)
    return Look(square, box, photo.size)


def _continued(size: int, first: int, last: int) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
    """Indices of a look's pixels along one side; those beyond the photo mirrored at its middle."""
    place = np.arange(size)
    beyond = (place < first) | (place >= last)
    return np.clip(np.where(beyond, size - 1 - place, place), first, last - 1)


def _cells(first: float, last: float, start: float, end: float, count: int) -> Floats:
    """Count×count weights that interpolate a row of cells over start..end at cells of first..last.

    Between the middles of two cells the values change linearly; beyond the outermost they stay.
    """
    middles = first + (np.arange(count) + 0.5) * (last - first) / count
    places = np.clip((middles - start) / (end - start) * count - 0.5, 0, count - 1)
    lower = np.minimum(places.astype(int), max(count - 2, 0))
    weights = np.zeros((count, count), np.float32)
    weights[np.arange(count), lower] = 1 - (places - lower)
    weights[np.arange(count), np.minimum(lower + 1, count - 1)] += places - lower
    return weights
