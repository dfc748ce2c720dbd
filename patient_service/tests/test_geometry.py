"""Lengths, areas, diameters and angles are what a ruler and a planimeter would say."""

import json
from math import cos, dist, pi, sin
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from patient_service.markings import geometry, measures
from patient_service.markings.geometry import Point

# The web client measures while somebody draws: it passes the same cases.
CASES = json.loads(
    (Path(__file__).parents[2] / "frontend/src/viewer/markings/measure_cases.json").read_text()
)

radii = st.lists(st.floats(5, 500), min_size=3, max_size=60)
turns = st.floats(0, 2 * pi)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_a_known_drawing_has_known_figures(case: dict[str, Any]) -> None:
    flat = [value for point in case["points"] for value in point]
    found = measures.figures(case["kind"], geometry.pixels(flat, *case["size"]))
    for name in ("length", "area", "longest", "across", "angle"):
        assert getattr(found, name) == pytest.approx(case.get(name, 0)), name


@given(radii, turns)
def test_turning_and_moving_changes_no_figure(distances: list[float], turn: float) -> None:
    drawn = star(distances)
    moved = [
        Point(
            1000 + point.x * cos(turn) - point.y * sin(turn),
            700 + point.x * sin(turn) + point.y * cos(turn),
        )
        for point in drawn
    ]
    assert geometry.area(moved) == pytest.approx(geometry.area(drawn), rel=1e-6, abs=1e-6)
    longest = geometry.diameters(drawn).longest
    assert geometry.diameters(moved).longest == pytest.approx(longest)


@given(radii)
def test_an_outline_fits_into_its_two_diameters(distances: list[float]) -> None:
    outline = star(distances)
    found = geometry.diameters(outline)
    assert found.longest == max(dist(one, other) for one in outline for other in outline)
    assert found.across <= found.longest * (1 + 1e-9)
    assert geometry.area(outline) <= found.longest * found.across * (1 + 1e-9)


@given(radii)
def test_an_outline_around_a_point_never_crosses_itself(distances: list[float]) -> None:
    assert not geometry.crosses_itself(star(distances))


@given(radii, st.data())
def test_an_outline_with_two_corners_swapped_crosses_itself(
    distances: list[float], data: st.DataObject
) -> None:
    assume(len(distances) > 3)
    outline = star([100.0] * len(distances))
    place = data.draw(st.integers(0, len(outline) - 2))
    outline[place], outline[place + 1] = outline[place + 1], outline[place]
    assert geometry.crosses_itself(outline)


@given(st.floats(0.02, pi - 0.02), turns)
def test_an_angle_is_what_was_opened(opened: float, turn: float) -> None:
    corner = Point(10, 20)
    ends = [Point(10 + 50 * cos(t), 20 + 80 * sin(t) * 50 / 80) for t in (turn, turn + opened)]
    found = geometry.angle([ends[0], corner, ends[1]])
    assert found == pytest.approx(opened * 180 / pi, rel=1e-6)


def star(distances: list[float]) -> list[Point]:
    """An outline around the origin: every corner in another direction."""
    step = 2 * pi / len(distances)
    return [
        Point(distance * cos(step * number), distance * sin(step * number))
        for number, distance in enumerate(distances)
    ]
