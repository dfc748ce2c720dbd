"""A patient's report, or a single result, as a PDF that a hospital files.

Everything that is drawn is text or a picture of ours; nothing is fetched, and no text is markup.
"""

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from PIL import Image

from dermis.auth.v1 import auth_pb2
from dermis.patient.v1 import patient_pb2 as pb
from gateway.assessments.cautions import Caution
from gateway.assessments.findings import grid_of
from gateway.assessments.heatmaps import overlay, shown_photo
from gateway.exports import body_diagram, marked_photo
from gateway.exports.patient_record import standing
from gateway.exports.report_page import ReportPage
from gateway.exports.report_words import Words
from service_kit.clock import from_timestamp, now

_PICTURE_PIXELS = 640
# For paper; who needs the pixels as they came downloads the photo.
_JPEG_QUALITY = 88
_BLOCK_MM = 125
_PAIR_MM = 95
_SIGN_MM = 30
_MAP_MM = 32
_MAP_WIDEST_MM = 26
_SECOND_X = 90
_OPACITY = 0.5
# Of the differential.
_LISTED = 3


@dataclass(frozen=True, slots=True)
class ReportEntry:
    """One detection for paper.

    Attributes:
        detection: with its heatmap.
        photo: as `printable` made it; twenty photos as they came may be 400 MB.
        reviews: all on its photo, newest first.
        names: of their authors, by account; whoever is missing stays unnamed.
        image: what is known about the photo.
        cautions: why to rely less on the answer; None where the card doesn't say, and where there
            is no answer to rely on.
        markings: what is drawn over the photo, and its scale.
    """

    detection: pb.Detection
    photo: bytes
    reviews: Sequence[pb.Review]
    names: Mapping[str, str] = field(default_factory=dict)
    image: pb.Image = field(default_factory=pb.Image)
    cautions: Sequence[Caution] | None = ()
    markings: pb.ListMarkingsResponse = field(default_factory=pb.ListMarkingsResponse)

    @property
    def taken_at(self) -> datetime:
        """When the photo was taken or, where that isn't known, assessed."""
        is_known = self.image.HasField("captured_at")
        return from_timestamp(self.image.captured_at if is_known else self.detection.created_at)


@dataclass(frozen=True, slots=True)
class Report:
    """What a report is about, and for whom.

    Attributes:
        lesions: of the patient, in the order of their numbers.
        entries: complete detections, newest first.
        left_out: how many older ones the report leaves out; it says so.
    """

    patient: pb.Patient
    entries: Sequence[ReportEntry]
    lesions: Sequence[pb.Lesion] = ()
    letterhead: auth_pb2.Letterhead = field(default_factory=auth_pb2.Letterhead)
    words: Words = field(default_factory=Words)
    left_out: int = 0


def printable(photo: bytes) -> bytes:
    """A photo for paper: a JPEG of `_PICTURE_PIXELS` at most; call it in a thread."""
    return _jpeg(shown_photo(photo, _PICTURE_PIXELS))


def _jpeg(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=_JPEG_QUALITY)
    return out.getvalue()


def write(report: Report) -> bytes:
    """The report as PDF; takes tens of milliseconds per entry, so call it in a thread."""
    page = ReportPage(report.patient, report.letterhead, report.words)
    _head(page, report)
    numbers = {lesion.id: number for number, lesion in enumerate(report.lesions, start=1)}
    lesions = {lesion.id: lesion for lesion in report.lesions}
    for lesion_id in [*numbers, ""]:
        shown = [one for one in report.entries if _lesion_of(one, lesions) == lesion_id]
        for entry in shown:
            _add(page, entry, lesions.get(lesion_id), numbers.get(lesion_id))
        if lesion_id and len({entry.detection.image_id for entry in shown}) > 1:
            _pair(page, shown)
    if report.left_out:
        page.ln(6)
        page.text_line(report.words("left_out", report.left_out))
    _sign(page)
    return bytes(page.output())


def _lesion_of(entry: ReportEntry, lesions: Mapping[str, pb.Lesion]) -> str:
    return entry.image.lesion_id if entry.image.lesion_id in lesions else ""


def _head(page: ReportPage, report: Report) -> None:
    words, profile = report.words, report.patient.profile
    page.text_line(words("title"), size=20, bold=True)
    sex = pb.Sex.Name(profile.sex).removeprefix("SEX_").lower()
    known = [
        sex != "unspecified" and words(sex),
        profile.fitzpatrick_type and words("skin", profile.fitzpatrick_type),
        words("printed", words.moment(now())),
    ]
    page.text_line("  ·  ".join(part for part in known if part))
    if profile.risk_notes:
        page.ln(2)
        page.text_line(words("risks"), bold=True)
        for line in profile.risk_notes.splitlines():
            page.text_line(line)
    if not report.entries:
        page.ln(6)
        page.text_line(words("nothing"))


def _add(
    page: ReportPage, entry: ReportEntry, lesion: pb.Lesion | None, number: int | None
) -> None:
    finding, words = entry.detection.finding, page.words
    page.ln(5)
    if page.will_page_break(_BLOCK_MM):
        page.add_page()
    top = page.get_y()
    page.text_line(_lesion_line(words, lesion, number), size=12, bold=True)
    page.text_line(words("taken", words.moment(entry.taken_at)), dim=True)
    if lesion and (view := body_diagram.view_of(lesion.profile)):
        _map(page, lesion.profile, view, top)
    top = page.get_y() + 1
    heights = [page.picture(entry.photo, page.l_margin, top, words("photo"))[1]]
    if finding.assessable:
        seen = finding.seen if finding.HasField("seen") else None
        drawn = overlay(grid_of(finding.heatmap), entry.photo, _OPACITY, seen)
        drawn.thumbnail((_PICTURE_PIXELS, _PICTURE_PIXELS))
        x = page.l_margin + _SECOND_X
        heights.append(page.picture(_jpeg(drawn), x, top, words("overlay"))[1])
    page.set_y(top + max(heights) + 2)
    for line, bold in _answer(finding, words):
        page.text_line(line, bold=bold)
    for caution in words.cautions(entry.cautions) if finding.assessable else ():
        page.text_line(caution)
    if finding.quality:
        page.text_line(words("about", words.quality(finding.quality)))
    _verdicts(page, entry)
    marked_photo.add(page, entry.photo, entry.markings, entry.names)


def _verdicts(page: ReportPage, entry: ReportEntry) -> None:
    words = page.words
    for review in entry.reviews:
        author = entry.names.get(review.author_id, "")
        given = f"{words.moment(from_timestamp(review.created_at))}{author and f', {author}'}"
        later = f" {words('replaced')}" if review.replaced_by else ""
        page.text_line(f"{given}: {words.verdict(review)}{later}")
    if not standing(entry.reviews):
        page.text_line(words("no_verdict"))


def _lesion_line(words: Words, lesion: pb.Lesion | None, number: int | None) -> str:
    if lesion is None:
        return words("unsorted")
    profile = lesion.profile
    noted = profile.first_noted and words("first_noted", words.iso_day(profile.first_noted))
    known = [profile.label or words("unnamed"), words.place(profile), noted]
    return words("lesion", number, "  ·  ".join(part for part in known if part))


def _map(page: ReportPage, profile: pb.LesionProfile, view: str, top: float) -> None:
    """The body with the lesion's region and place, in the right margin of its heading."""
    width = min(_MAP_WIDEST_MM, _MAP_MM * body_diagram.shape_of(view))
    height = width / body_diagram.shape_of(view)
    page.set_y(max(page.get_y(), top + height + 2))
    x = page.w - page.r_margin - width
    body_diagram.draw(page, profile, view, figure=page.figure, x=x, y=top, height=height)
    page.set_font("Source", "", 8)
    page.text(x - page.get_string_width(page.words(view)) - 2, top + 4, page.words(view))


def _answer(finding: pb.Finding, words: Words) -> Iterator[tuple[str, bool]]:
    """What the model says, line by line, and which of them are bold."""
    model = f"{finding.model_name} {finding.model_version}"
    if not finding.assessable:
        yield words("not_assessable"), True
        yield model, False
        return
    probability, limit = words.percent(finding.probability_malignant), finding.threshold
    yield words("answer", words(finding.label), probability, words.percent(limit)), True
    if finding.zone in ("below", "borderline", "above"):
        yield words(finding.zone), False
    yield words("model", model, words(finding.heatmap.target)), False
    if finding.differential:
        listed = finding.differential[:_LISTED]
        diagnoses = (f"{words.diagnosis(d)} {words.percent(d.probability)}" for d in listed)
        yield words("likely", "; ".join(diagnoses)), False


def _pair(page: ReportPage, entries: Sequence[ReportEntry]) -> None:
    """The first and the newest photo of one lesion, side by side."""
    words = page.words
    in_order = sorted(entries, key=lambda entry: entry.taken_at)
    pair = (in_order[0], in_order[-1])
    page.ln(4)
    if page.will_page_break(_PAIR_MM):
        page.add_page()
    days = (pair[1].taken_at - pair[0].taken_at).days
    page.text_line(words("pair", days), bold=True)
    top = page.get_y() + 1
    heights = []
    for number, entry in enumerate(pair):
        alt = words("taken", words.moment(entry.taken_at))
        x = page.l_margin + number * _SECOND_X
        heights.append(page.picture(entry.photo, x, top, alt)[1])
    page.set_y(top + max(heights) + 2)
    page.text_line("  –  ".join(words.moment(entry.taken_at) for entry in pair), dim=True)


def _sign(page: ReportPage) -> None:
    if page.will_page_break(_SIGN_MM):
        page.add_page()
    page.ln(18)
    page.line(page.l_margin, page.get_y(), page.l_margin + 90, page.get_y())
    page.ln(1)
    page.text_line(page.words("sign"), size=8, dim=True)
