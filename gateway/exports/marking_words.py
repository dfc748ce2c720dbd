"""What clinicians drew over a photo, in words for a report."""

from collections.abc import Mapping

from dermis.patient.v1 import patient_pb2 as pb
from gateway.exports.place_words import Language
from gateway.exports.report_words import Words
from service_kit.clock import from_timestamp

TEXTS: Mapping[Language, Mapping[str, str]] = {
    "en": {
        "marked": "The same photo with what was drawn on it", "marks": "Measures and markings",
        "length": "Length", "outline": "Outline", "angle": "Angle", "arrow": "Arrow",
        "text": "Text", "ruler": "Scale: a ruler in the photo, {}.",
        "field_of_view": "Scale: {} across the photo's longer side.",
        "no_scale": "The photo has no scale: lengths are in pixels.",
    },
    "de": {
        "marked": "Dasselbe Foto mit dem, was eingezeichnet wurde",
        "marks": "Maße und Markierungen",
        "length": "Länge", "outline": "Umriss", "angle": "Winkel", "arrow": "Pfeil",
        "text": "Text", "ruler": "Maßstab: Lineal im Foto, {}.",
        "field_of_view": "Maßstab: {} über die längere Seite des Fotos.",
        "no_scale": "Das Foto hat keinen Maßstab: Längen sind in Pixeln angegeben.",
    },
}  # fmt: skip
_SCALES = (pb.MARKING_KIND_RULER, pb.MARKING_KIND_FIELD_OF_VIEW)


def drawn(shown: pb.ListMarkingsResponse) -> list[pb.Marking]:
    """The markings that are to be seen on a photo: all but its scale."""
    return [marking for marking in shown.markings if marking.kind not in _SCALES]


def sentence(marking: pb.Marking, unit: float, words: Words, names: Mapping[str, str]) -> str:
    """A marking with what it measures, who drew it, and when.

    Args:
        marking: no scale.
        unit: millimetres that one pixel shows; 0 where the photo has no scale.
        words: of the reader.
        names: of authors, by account.
    """
    said = [TEXTS[words.language][_word(marking)], marking.text, _figures(marking, unit, words)]
    author = names.get(marking.author_id, "")
    given = f"{words.moment(from_timestamp(marking.created_at))}{author and f', {author}'}"
    return f"{': '.join(part for part in said if part)} ({given})"


def scale(shown: pb.ListMarkingsResponse, words: Words) -> str:
    """How many millimetres a photo shows, or that its scale is not set."""
    texts = TEXTS[words.language]
    for marking in shown.markings:
        if marking.kind in _SCALES:
            return texts[_word(marking)].format(f"{words.number(marking.millimetres, 1)} mm")
    return texts["no_scale"]


def _word(marking: pb.Marking) -> str:
    return pb.MarkingKind.Name(marking.kind).removeprefix("MARKING_KIND_").lower()


def _figures(marking: pb.Marking, unit: float, words: Words) -> str:
    found, digits, name = marking.measures, 1 if unit else 0, "mm" if unit else "px"
    unit = unit or 1
    if marking.kind == pb.MARKING_KIND_ANGLE:
        return f"{words.number(found.angle, 0)}°"
    if marking.kind == pb.MARKING_KIND_LENGTH:
        return f"{words.number(found.length * unit, digits)} {name}"
    if marking.kind == pb.MARKING_KIND_OUTLINE:
        longest, across, area = (
            words.number(value, digits)
            for value in (found.longest * unit, found.across * unit, found.area * unit**2)
        )
        return f"{longest} × {across} {name}, {area} {name}²"
    return ""
