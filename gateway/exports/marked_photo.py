"""A photo on paper with what clinicians drew over it: lines over a copy, never in its pixels."""

from collections.abc import Mapping, Sequence
from itertools import combinations, pairwise
from math import atan2, cos, dist, pi, sin

from fpdf import FPDF

from dermis.patient.v1 import patient_pb2 as pb
from gateway.exports import marking_words
from gateway.exports.report_page import ReportPage

_BLOCK_MM = 95
_DARK, _LIGHT = 0, 255
_WIDE_MM, _NARROW_MM = 0.9, 0.4
_TIP_MM = 2.6
_TIP_ANGLE = pi / 7
_DOT_MM = 0.6
_NUMBER_SIZE = 7

Place = tuple[float, float]


def add(
    page: ReportPage, photo: bytes, shown: pb.ListMarkingsResponse, names: Mapping[str, str]
) -> None:
    """The photo with what is drawn on it, and each drawing in words; nothing without any.

    Args:
        page: to write on.
        photo: as a JPEG.
        shown: its markings and its scale.
        names: of authors, by account.
    """
    drawn = marking_words.drawn(shown)
    if not drawn:
        return
    words, texts = page.words, marking_words.TEXTS[page.words.language]
    page.ln(3)
    if page.will_page_break(_BLOCK_MM):
        page.add_page()
    page.text_line(texts["marks"], bold=True)
    top = page.get_y() + 1
    size = page.picture(photo, page.l_margin, top, texts["marked"])
    draw(page, drawn, page.l_margin, top, size)
    page.set_y(top + size[1] + 2)
    for number, marking in enumerate(drawn, start=1):
        unit = shown.millimetres_per_pixel
        page.text_line(f"{number}. {marking_words.sentence(marking, unit, words, names)}")
    page.text_line(marking_words.scale(shown, words), dim=True)


def draw(
    page: FPDF, markings: Sequence[pb.Marking], left: float, top: float, size: tuple[float, float]
) -> None:
    """Draw markings over a picture that is on the page, each with its number.

    Args:
        page: to draw on.
        markings: of the photo; their places are shares of it.
        left: of the picture, in millimetres.
        top: likewise.
        size: its width and height, in millimetres.
    """
    for number, marking in enumerate(markings, start=1):
        places = [(left + at.x * size[0], top + at.y * size[1]) for at in marking.points]
        # A light line over a dark one shows on any skin.
        for grey, width in ((_DARK, _WIDE_MM), (_LIGHT, _NARROW_MM)):
            page.set_draw_color(grey)
            page.set_fill_color(grey)
            page.set_line_width(width)
            for start, end in _lines(marking.kind, places):
                page.line(*start, *end)
        if places:
            _number(page, number, places[0])
    page.set_line_width(0.2)
    page.set_draw_color(0)


def _lines(
    kind: pb.MarkingKind.ValueType, places: Sequence[Place]
) -> Sequence[tuple[Place, Place]]:
    lines = list(pairwise(places))
    if kind == pb.MARKING_KIND_OUTLINE:
        longest = max(combinations(places, 2), key=lambda pair: dist(*pair))
        lines += [(places[-1], places[0]), longest]
    if kind == pb.MARKING_KIND_ARROW:
        tail, tip = places
        back = atan2(tail[1] - tip[1], tail[0] - tip[0])
        lines += [
            (tip, (tip[0] + _TIP_MM * cos(back + turn), tip[1] + _TIP_MM * sin(back + turn)))
            for turn in (-_TIP_ANGLE, _TIP_ANGLE)
        ]
    return lines


def _number(page: FPDF, number: int, at: Place) -> None:
    """Which line of the list says what this is."""
    page.set_fill_color(_DARK)
    page.circle(*at, 1.9, style="F")
    page.set_font("Source", "B", _NUMBER_SIZE)
    page.set_text_color(_LIGHT)
    text = str(number)
    page.text(at[0] - page.get_string_width(text) / 2, at[1] + 0.9, text)
    page.set_text_color(0)
