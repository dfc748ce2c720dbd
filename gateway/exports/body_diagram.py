"""A body's front and back with the place of a lesion, as the web client draws it."""

from itertools import pairwise

from fpdf import FPDF

from dermis.patient.v1 import patient_pb2 as pb

# The client's drawing (`BodyMap.tsx`) is 100 wide and 212 high.
_WIDTH, _HEIGHT = 100, 212
_GREY, _RED = 205, (176, 32, 32)
_STROKES = (
    (9, ((50, 26), (50, 36))),
    (9, ((36, 42), (25, 74), (20, 104))),
    (9, ((64, 42), (75, 74), (80, 104))),
    (7, ((19, 108), (17, 116))),
    (7, ((81, 108), (83, 116))),
    (13, ((43, 108), (41, 154), (40, 196))),
    (13, ((57, 108), (59, 154), (60, 196))),
    (8, ((39, 202), (35, 206))),
    (8, ((61, 202), (65, 206))),
)
_TRUNK = ((38, 40), (62, 40), (60, 74), (62, 106), (38, 106), (40, 74))
_MARK_RADIUS = 5


def draw(page: FPDF, position: pb.BodyPosition, x: float, y: float, height: float) -> None:
    """Draw one view with a mark.

    Args:
        page: to draw on.
        position: where the lesion is, as shares of the drawing's width and height.
        x: of the upper left corner, in millimetres.
        y: likewise.
        height: of the drawing in millimetres.
    """
    scale = height / _HEIGHT

    def at(point: tuple[float, float]) -> tuple[float, float]:
        return x + point[0] * scale, y + point[1] * scale

    page.set_draw_color(_GREY)
    page.set_fill_color(_GREY)
    page.ellipse(*at((40, 4)), 20 * scale, 24 * scale, style="F")
    page.polygon([at(point) for point in _TRUNK], style="F")
    for width, points in _STROKES:
        page.set_line_width(width * scale)
        for start, end in pairwise(points):
            page.line(*at(start), *at(end))
    page.set_fill_color(*_RED)
    page.circle(*at((position.x * _WIDTH, position.y * _HEIGHT)), _MARK_RADIUS * scale, style="F")
    page.set_line_width(0.2)
    page.set_draw_color(0)
