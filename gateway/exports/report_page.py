"""The pages of a report: letterhead first, the patient's identity on every one, "page n of m"."""

import io
from pathlib import Path

import font_source_sans_pro
from fpdf import FPDF
from fpdf.enums import DocumentCompliance, XPos, YPos
from fpdf.fonts import TTFFont
from PIL import Image

from dermis.auth.v1 import auth_pb2
from dermis.patient.v1 import patient_pb2 as pb
from gateway.exports import body_diagram
from gateway.exports.report_words import Words
from service_kit.clock import now

_FONTS = Path(font_source_sans_pro.__file__).parent / "files"
_LOGO_MM = (50, 18)
_FOOT_MM = 22
_PICTURE_MM = 80
_DIM = 90
# Stands for a character of a script that the font does not have.
_MISSING = "?"


class ReportPage(FPDF):
    """A4 as PDF/A-2U: fonts embedded, text as Unicode, pictures with a description.

    Args:
        patient: whose report it is.
        letterhead: of the clinic.
        words: of the reader.

    Attributes:
        figure: whose body is drawn.
    """

    def __init__(self, patient: pb.Patient, letterhead: auth_pb2.Letterhead, words: Words) -> None:
        super().__init__(enforce_compliance=DocumentCompliance.PDFA_2U)
        self.words = words
        self._patient = patient
        self._letterhead = letterhead
        self.figure = body_diagram.figure_of(patient.profile.birth_date, now().date())
        self.set_title(f"Dermis: {patient.profile.record_number}")
        self.set_creator("Dermis")
        self.set_lang(words.language)
        for style, file in (("", "Regular"), ("B", "Semibold")):
            self.add_font("Source", style, _FONTS / f"SourceSansPro-{file}.ttf")
        self.set_auto_page_break(auto=True, margin=_FOOT_MM + 4)
        self.add_page()

    def header(self) -> None:
        """The letterhead on the first page, and whose page this is on every one."""
        if self.page_no() == 1 and self._letterhead.name:
            self._draw_letterhead()
        profile = self._patient.profile
        born = profile.birth_date and self.words("born", self.words.iso_day(profile.birth_date))
        known = (profile.full_name, born, self.words("record", profile.record_number))
        self.text_line("  ·  ".join(part for part in known if part), size=10, bold=True)
        self.line(self.l_margin, self.get_y() + 1, self.w - self.r_margin, self.get_y() + 1)
        self.ln(4)

    def footer(self) -> None:
        """What the report is not, and which page this is."""
        self.set_y(-_FOOT_MM + 6)
        page = self.words("page", self.page_no(), "{nb}")
        self.text_line(f"{self.words('intended')}  ·  {page}", size=8)

    def text_line(
        self, text: str, *, size: int = 10, bold: bool = False, dim: bool = False
    ) -> None:
        """One paragraph over the whole width."""
        self.set_font("Source", "B" if bold else "", size)
        self.set_text_color(_DIM if dim else 0)
        shown = "".join(self._shape(character) for character in text)
        self.multi_cell(0, size * 0.5, shown, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.set_text_color(0)

    def picture(self, jpeg: bytes, x: float, y: float, alt: str) -> tuple[float, float]:
        """Draw a picture `_PICTURE_MM` wide and high at most; its size in millimetres."""
        encoded = io.BytesIO(jpeg)
        pixels = Image.open(encoded).size
        width = min(_PICTURE_MM, _PICTURE_MM * pixels[0] / pixels[1])
        height = width * pixels[1] / pixels[0]
        self.image(encoded, x, y, width, height, alt_text=alt)
        return width, height

    def _draw_letterhead(self) -> None:
        top = self.get_y()
        if self._letterhead.logo:
            logo = Image.open(io.BytesIO(self._letterhead.logo)).convert("RGB")
            scale = min(_LOGO_MM[0] / logo.width, _LOGO_MM[1] / logo.height)
            width, height = logo.width * scale, logo.height * scale
            x = self.w - self.r_margin - width
            self.image(logo, x, top, width, height, alt_text=self.words("logo"))
        self.text_line(self._letterhead.name, size=13, bold=True)
        for line in self._letterhead.address.splitlines():
            self.text_line(line, size=9, dim=True)
        self.set_y(max(self.get_y(), top + (_LOGO_MM[1] if self._letterhead.logo else 0)) + 4)

    def _shape(self, character: str) -> str:
        """A character, or a mark where the font lacks it: no part of a name may just vanish."""
        if not character.isprintable():
            return " "
        font = self.current_font
        is_there = isinstance(font, TTFFont) and ord(character) in font.cmap
        return character if is_there else _MISSING
