"""What follows from a marking's points and a photo's scale."""

from collections.abc import Sequence
from dataclasses import dataclass

from patient_service.markings import geometry
from patient_service.markings.geometry import Point
from patient_service.models import Image, Marking


@dataclass(frozen=True, slots=True)
class Measures:
    """In pixels, square pixels and degrees; what a kind has not is 0."""

    length: float = 0
    area: float = 0
    longest: float = 0
    across: float = 0
    angle: float = 0


def of(marking: Marking, image: Image) -> Measures:
    """What a marking on a photo says in figures."""
    return figures(marking.kind, geometry.pixels(marking.points, image.width, image.height))


def figures(kind: str, points: Sequence[Point]) -> Measures:
    """What points in pixels say, by what they were drawn for."""
    match kind:
        case "length" | "ruler":
            return Measures(length=geometry.length(points))
        case "angle":
            return Measures(angle=geometry.angle(points))
        case "outline":
            found = geometry.diameters(points)
            return Measures(area=geometry.area(points), longest=found.longest, across=found.across)
    return Measures()


def millimetres_per_pixel(scale: Marking | None, image: Image) -> float:
    """How much one pixel of a photo shows; 0 where it has no scale."""
    if scale is None or scale.millimetres is None:
        return 0
    if scale.kind == "field_of_view":
        return scale.millimetres / max(image.width, image.height)
    return scale.millimetres / of(scale, image).length
