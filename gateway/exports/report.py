"""A patient's report, or a single result, as a PDF to print and hand on.

Everything that is drawn is text or a picture of ours; nothing is fetched, and no text is markup.
"""

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import font_source_sans_pro
from fpdf import FPDF
from fpdf.enums import XPos, YPos
from fpdf.fonts import TTFFont
from PIL import Image

from dermis.patient.v1 import patient_pb2 as pb
from gateway.assessments.findings import display_name, grid_of
from gateway.assessments.heatmaps import overlay_png, shown_photo
from gateway.assessments.quality import quality_text
from gateway.exports.fhir import INTENDED_USE, verdict_text
from gateway.exports.patient_record import standing
from service_kit.clock import from_timestamp, now
from serving.contract.probability import probability_text

_FONTS = Path(font_source_sans_pro.__file__).parent / "files"
_PICTURE_PIXELS = 640
_PICTURE_MM = 80
# For paper; who needs the pixels as they came downloads the photo.
_JPEG_QUALITY = 88
_BLOCK_MM = 110
_OPACITY = 0.5
# Of the differential.
_LISTED = 3
# Stands for a character of a script that the font does not have.
_MISSING = "?"


@dataclass(frozen=True, slots=True)
class ReportEntry:
    """One detection for paper.

    Attributes:
        detection: with its heatmap.
        photo: as `printable` made it; twenty photos as they came may be 400 MB.
        reviews: all on its photo, newest first.
        names: of their authors, by account; whoever is missing stays unnamed.
    """

    detection: pb.Detection
    photo: bytes
    reviews: Sequence[pb.Review]
    names: Mapping[str, str] = field(default_factory=dict)


def printable(photo: bytes) -> bytes:
    """A photo for paper: a JPEG of `_PICTURE_PIXELS` at most; call it in a thread."""
    out = io.BytesIO()
    shown_photo(photo, _PICTURE_PIXELS).save(out, "JPEG", quality=_JPEG_QUALITY)
    return out.getvalue()


class _Page(FPDF):
    """A4 with the intended use at the foot of every page."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self.set_title(title)
        self.set_creator("Dermis")
        for style, file in (("", "Regular"), ("B", "Semibold")):
            self.add_font("Source", style, _FONTS / f"SourceSansPro-{file}.ttf")
        self.set_auto_page_break(auto=True, margin=24)
        self.add_page()

    def footer(self) -> None:
        """Say what the report is not, and which page this is."""
        self.set_y(-18)
        self.text_line(f"{INTENDED_USE}  ·  {self.page_no()} of {{nb}}", size=8)

    def text_line(self, text: str, *, size: int = 10, bold: bool = False) -> None:
        """One paragraph over the whole width."""
        self.set_font("Source", "B" if bold else "", size)
        shown = "".join(self._shape(character) for character in text)
        self.multi_cell(0, size * 0.5, shown, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def _shape(self, character: str) -> str:
        """A character, or a mark where the font lacks it: no part of a name may just vanish."""
        if not character.isprintable():
            return " "
        font = self.current_font
        is_there = isinstance(font, TTFFont) and ord(character) in font.cmap
        return character if is_there else _MISSING


def report(patient: pb.Patient, entries: Sequence[ReportEntry], left_out: int = 0) -> bytes:
    """The report as PDF; takes tens of milliseconds per entry, so call it in a thread.

    Args:
        patient: whose it is.
        entries: complete detections, newest first.
        left_out: how many older ones the report leaves out; it says so.
    """
    profile = patient.profile
    page = _Page(f"Dermis: {profile.record_number}")
    page.text_line("Skin lesions", size=20, bold=True)
    page.text_line(f"{profile.full_name}  ·  {profile.record_number}", size=13)
    known = [
        profile.birth_date and f"born {profile.birth_date}",
        profile.sex and pb.Sex.Name(profile.sex).removeprefix("SEX_").lower(),
        profile.fitzpatrick_type and f"Fitzpatrick type {profile.fitzpatrick_type}",
        f"printed {now():%Y-%m-%d %H:%M} UTC",
    ]
    page.text_line("  ·  ".join(part for part in known if part))
    if not entries:
        page.ln(6)
        page.text_line("No photo of this patient has been assessed yet.")
    for entry in entries:
        _add(page, entry)
    if left_out:
        page.ln(6)
        page.text_line(f"{left_out} older results are not included in this report.")
    return bytes(page.output())


def _add(page: _Page, entry: ReportEntry) -> None:
    detection, finding = entry.detection, entry.detection.finding
    page.ln(6)
    if page.will_page_break(_BLOCK_MM):
        page.add_page()
    taken = from_timestamp(detection.created_at)
    page.text_line(f"{taken:%Y-%m-%d %H:%M} UTC", size=12, bold=True)
    top = page.get_y() + 1
    heights = [_picture(page, entry.photo, page.l_margin, top)]
    if finding.assessable:
        seen = finding.seen if finding.HasField("seen") else None
        drawn = overlay_png(grid_of(finding.heatmap), entry.photo, _OPACITY, seen)
        overlay = printable(drawn)
        heights.append(_picture(page, overlay, page.l_margin + _PICTURE_MM + 10, top))
    page.set_y(top + max(heights) + 2)
    for line, bold in _answer(finding):
        page.text_line(line, bold=bold)
    if finding.quality:
        page.text_line(f"About the photo: {quality_text(finding.quality)}")
    for review in entry.reviews:
        author = entry.names.get(review.author_id, "")
        given = f"{from_timestamp(review.created_at):%Y-%m-%d}{author and f', {author}'}"
        taken_back = " (corrected or withdrawn later)" if review.replaced_by else ""
        page.text_line(f"{given}: {verdict_text(review)}{taken_back}")
    if not standing(entry.reviews):
        page.text_line("No clinician has given a verdict yet.")


def _answer(finding: pb.Finding) -> Iterator[tuple[str, bool]]:
    """What the model says, line by line, and which of them are bold."""
    model = f"{finding.model_name} {finding.model_version}"
    if not finding.assessable:
        yield "The model can't assess this photo.", True
        yield model, False
        return
    probability = probability_text(finding.probability_malignant)
    yield (
        f"Model: {finding.label}  ·  probability of malignancy {probability}"
        f" (threshold {finding.threshold:.3f})",
        True,
    )
    yield f"{model}  ·  right picture: where the model looked ({finding.heatmap.target})", False
    if finding.differential:
        listed = finding.differential[:_LISTED]
        diagnoses = (f"{display_name(d)} {probability_text(d.probability)}" for d in listed)
        yield f"Most likely diagnoses according to the model: {', '.join(diagnoses)}", False


def _picture(page: _Page, jpeg: bytes, x: float, y: float) -> float:
    """Draw a picture `_PICTURE_MM` wide at most; its height in millimetres."""
    encoded = io.BytesIO(jpeg)
    pixels = Image.open(encoded).size
    width = min(_PICTURE_MM, _PICTURE_MM * pixels[0] / pixels[1])
    height = width * pixels[1] / pixels[0]
    page.image(encoded, x, y, width, height)
    return height
