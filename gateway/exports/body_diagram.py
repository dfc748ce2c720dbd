"""The drawing of the body with a lesion's region and place, the same as the web client's.

The client's outlines are written to `body_figures.json` by one of its tests
(`frontend/src/patient/body/figures.ts`), which fails where the two differ.
"""

from datetime import date
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

import orjson
from fpdf import FPDF
from fpdf.drawing import ClippingPath, PaintedPath
from fpdf.drawing_primitives import Transform
from fpdf.svg import svg_path_converter

from dermis.patient.v1 import patient_pb2 as pb

Figure = Literal["adult", "child"]

_FILE = Path(__file__).with_name("body_figures.json")
# A child's figure is drawn below this age, in years, as in the client.
_GROWN = 10
_SKIN, _EDGE, _LINE = "#ece7e2", "#a79b90", "#b9aea4"
_REGION, _MARK = "#9fc0e2", "#b02020"
_MARK_MM = 1.3
_MIDDLE = 50


def figure_of(birth_date: str, today: date) -> Figure:
    """Whose body is drawn for a patient: an adult's where the birth date isn't known."""
    if not birth_date:
        return "adult"
    born = date.fromisoformat(birth_date)
    age = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    return "child" if age < _GROWN else "adult"


def view_of(profile: pb.LesionProfile) -> str | None:
    """The drawing that shows a lesion: its pin's, or else the first that has its region."""
    if profile.position.view:
        return pb.BodyView.Name(profile.position.view).removeprefix("BODY_VIEW_").lower()
    word = _region_word(profile)
    return next(
        (view for view, drawn in _figures()["adult"].items() if word in drawn["areas"]), None
    )


def shape_of(view: str) -> float:
    """Width by height."""
    drawn = _figures()["adult"][view]
    return float(drawn["width"] / drawn["height"])


def draw(
    page: FPDF,
    profile: pb.LesionProfile,
    view: str,
    *,
    figure: Figure,
    x: float,
    y: float,
    height: float,
) -> None:
    """Draw one view, with the lesion's region filled and its place marked.

    Args:
        page: to draw on.
        profile: of the lesion.
        view: as `view_of` says.
        figure: whose body.
        x: of the upper left corner, in millimetres.
        y: likewise.
        height: of the drawing in millimetres.
    """
    figures = _figures()
    drawn = figures[figure].get(view) or figures["adult"][view]
    scale = height / drawn["height"]
    to_page = Transform.scaling(scale, scale).translate(x, y)

    def path(notation: str, fill: str | None, edge: str | None, millimetres: float) -> PaintedPath:
        made = PaintedPath()
        svg_path_converter(made, notation)
        made.transform = to_page
        made.style.fill_color, made.style.stroke_color = fill, edge
        made.style.stroke_width = millimetres / scale
        made.style.auto_close = False
        return made

    with page.drawing_context() as context:
        context.add_item(path(drawn["outline"], _SKIN, None, 0))
        if area := drawn["areas"].get(_region_word(profile)):
            region = path(area, _REGION, None, 0)
            clip = ClippingPath()
            svg_path_converter(clip, drawn["outline"])
            region.clipping_path = clip
            context.add_item(region)
        context.add_item(path(drawn["lines"], None, _LINE, 0.12))
        context.add_item(path(drawn["outline"], None, _EDGE, 0.2))
        if _shows(profile, view):
            mark = PaintedPath()
            at = _point(profile.position, view, figure, drawn)
            mark.circle(x + at[0] * scale, y + at[1] * scale, _MARK_MM)
            mark.style.fill_color, mark.style.stroke_color = _MARK, "#ffffff"
            mark.style.stroke_width = 0.3
            context.add_item(mark)


@cache
def _figures() -> Any:
    return orjson.loads(_FILE.read_bytes())


def _region_word(profile: pb.LesionProfile) -> str:
    """A region with its side as the client writes it: "upper_back.left"; "" where not stated."""
    if not profile.region:
        return ""
    region = pb.BodyRegion.Name(profile.region).removeprefix("BODY_REGION_").lower()
    side = pb.BodySide.Name(profile.side).removeprefix("BODY_SIDE_").lower()
    return f"{region}.{side}" if profile.side else region


def _shows(profile: pb.LesionProfile, view: str) -> bool:
    return bool(profile.position.view) and view_of(profile) == view


def _point(
    position: pb.BodyPosition, view: str, figure: Figure, drawn: dict[str, Any]
) -> tuple[float, float]:
    """Where a position lies in a drawing; a child's is stored where it lies on an adult."""
    point = position.x * drawn["width"], position.y * drawn["height"]
    if figure == "adult" or view not in _figures()["child"]:
        return point
    wide = _between(_figures()["widths"], point[1])
    return _MIDDLE + (point[0] - _MIDDLE) * wide, _between(_figures()["heights"], point[1])


def _between(steps: list[tuple[float, float]], at: float) -> float:
    """On straight lines from step to step."""
    found = next((pair for pair in pairwise(steps) if pair[1][0] >= at), (steps[-2], steps[-1]))
    (x1, y1), (x2, y2) = found
    return y1 + (at - x1) * (y2 - y1) / (x2 - x1)
