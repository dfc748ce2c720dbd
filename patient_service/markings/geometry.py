"""Lengths, areas, diameters and angles of what is drawn, in pixels of the upright photo."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from math import atan2, degrees, dist
from typing import NamedTuple


class Point(NamedTuple):
    """A place on a photo, in its pixels."""

    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Diameters:
    """How large an outline is, in pixels.

    Attributes:
        longest: the largest distance between two of its points.
        across: its width at a right angle to that, as callipers would take it.
    """

    longest: float
    across: float


def pixels(points: Sequence[float], width: int, height: int) -> list[Point]:
    """Points of x and y in turns, 0 to 1, on a photo of so many pixels."""
    return [Point(x * width, y * height) for x, y in zip(points[::2], points[1::2], strict=True)]


def length(points: Sequence[Point]) -> float:
    """From the first point to the last."""
    return dist(points[0], points[-1])


def angle(points: Sequence[Point]) -> float:
    """At the second of three points, 0 to 180 degrees."""
    first, corner, last = points
    turn = atan2(last.y - corner.y, last.x - corner.x) - atan2(
        first.y - corner.y, first.x - corner.x
    )
    turn = abs(degrees(turn))
    return min(turn, 360 - turn)


def area(outline: Sequence[Point]) -> float:
    """Of a closed outline that doesn't cross itself (the shoelace formula), square pixels."""
    # From its first point: far from the origin, the products would lose digits.
    origin = outline[0]
    moved = [Point(x - origin.x, y - origin.y) for x, y in outline]
    return abs(sum(one.x * two.y - two.x * one.y for one, two in pairwise(moved))) / 2


def diameters(outline: Sequence[Point]) -> Diameters:
    """The largest diameter of an outline, and how wide it is across."""
    one, other = max(combinations(outline, 2), key=lambda pair: dist(*pair))
    longest = dist(one, other)
    if not longest:
        return Diameters(0, 0)
    along = Point((other.x - one.x) / longest, (other.y - one.y) / longest)
    sideways = [(y - one.y) * along.x - (x - one.x) * along.y for x, y in outline]
    return Diameters(longest, max(sideways) - min(sideways))


def crosses_itself(outline: Sequence[Point]) -> bool:
    """Whether two sides of a closed outline meet anywhere but at a corner that they share."""
    sides = list(_sides(outline))
    last = len(sides) - 1
    return any(
        _meet(*sides[one], *sides[other])
        for one, other in combinations(range(len(sides)), 2)
        if other - one > 1 and (one, other) != (0, last)
    )


def _sides(outline: Sequence[Point]) -> Iterator[tuple[Point, Point]]:
    yield from pairwise(outline)
    yield outline[-1], outline[0]


def _meet(a: Point, b: Point, c: Point, d: Point) -> bool:
    """Whether the line from `a` to `b` and the one from `c` to `d` have a point in common."""
    if max(a.x, b.x) < min(c.x, d.x) or max(c.x, d.x) < min(a.x, b.x):
        return False
    if max(a.y, b.y) < min(c.y, d.y) or max(c.y, d.y) < min(a.y, b.y):
        return False
    return _side_of(a, b, c) * _side_of(a, b, d) <= 0 and _side_of(c, d, a) * _side_of(c, d, b) <= 0


def _side_of(a: Point, b: Point, point: Point) -> float:
    """Positive on one side of the line through `a` and `b`, negative on the other, 0 on it."""
    return (b.x - a.x) * (point.y - a.y) - (b.y - a.y) * (point.x - a.x)
