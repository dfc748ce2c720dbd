"""What may be drawn: how many points each kind has, and what else it says."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import isfinite

from patient_service.fields.text_fields import checked_text
from patient_service.markings import geometry
from patient_service.models.markings import SCALES
from service_kit.errors import DomainError
from service_kit.reasons import Reason

MAX_TEXT_LENGTH = 200
# The fewest and the most points of each kind.
_POINTS = {
    "length": (2, 2), "outline": (3, 100), "angle": (3, 3), "arrow": (2, 2), "text": (1, 1),
    "ruler": (2, 2), "field_of_view": (0, 0),
}  # fmt: skip
_MILLIMETRES = (0.1, 2000.0)
# Pixels, or square pixels: what is smaller was a slip of the hand.
_LEAST = 2.0


@dataclass(frozen=True, slots=True)
class Drawing:
    """What somebody draws over a photo, not checked.

    Attributes:
        kind: a word of the contract's `MarkingKind`; "" where none was given.
        points: x and y in turns, in shares of the upright photo.
        text: what stands there.
        millimetres: of a scale; 0 for anything else.
    """

    kind: str
    points: Sequence[float]
    text: str = ""
    millimetres: float = 0

    @property
    def is_scale(self) -> bool:
        """Whether it says how large a pixel is."""
        return self.kind in SCALES


def checked(drawing: Drawing, width: int, height: int) -> Drawing:
    """A drawing as it may be stored.

    Args:
        drawing: as it came.
        width: of the photo, pixels.
        height: of the photo, pixels.

    Raises:
        DomainError: INVALID_ARGUMENT with MARKING_INVALID, OUTLINE_CROSSES_ITSELF, SCALE_INVALID,
            or as `checked_text`.
    """
    fewest, most = _POINTS.get(drawing.kind, (1, 0))
    if not fewest <= len(drawing.points) // 2 <= most or not _on_photo(drawing.points):
        raise DomainError(Reason.MARKING_INVALID, metadata={"field": "points"})
    _check_shape(drawing, width, height)
    _check_distance(drawing)
    text = checked_text(
        drawing.text, "text", limit=MAX_TEXT_LENGTH, required=drawing.kind == "text"
    )
    return Drawing(drawing.kind, drawing.points, text, drawing.millimetres)


def _on_photo(points: Sequence[float]) -> bool:
    return all(isfinite(value) and 0 <= value <= 1 for value in points)


def _check_shape(drawing: Drawing, width: int, height: int) -> None:
    points = geometry.pixels(drawing.points, width, height)
    if drawing.kind == "outline" and geometry.crosses_itself(points):
        raise DomainError(Reason.OUTLINE_CROSSES_ITSELF, metadata={"field": "points"})
    is_small = (
        geometry.area(points) < _LEAST
        if drawing.kind == "outline"
        else any(geometry.length(side) < _LEAST for side in pairwise(points))
    )
    if is_small:
        raise DomainError(Reason.MARKING_INVALID, metadata={"field": "points"})


def _check_distance(drawing: Drawing) -> None:
    least, most = _MILLIMETRES if drawing.is_scale else (0.0, 0.0)
    if not (isfinite(drawing.millimetres) and least <= drawing.millimetres <= most):
        raise DomainError(Reason.SCALE_INVALID, metadata={"field": "millimetres"})
