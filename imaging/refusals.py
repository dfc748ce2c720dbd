"""Why a file is not taken for a lesion photo: each refusal says how to go on."""

from enum import Enum

from service_kit.errors import DomainError
from service_kit.reasons import Reason


class FileKind(Enum):
    """What a refused file is, as it is called; clients get the name and say it in their language.

    HEAVY and RARE are of a format that is read: one needs more memory than there is, the other is
    written in a way that hardly anything writes.
    """

    AVIF = "an AVIF file"
    BMP = "a BMP"
    DICOM = "a DICOM file"
    GIF = "a GIF"
    GZIP = "a gzip archive"
    JPEG_2000 = "a JPEG 2000 file"
    JPEG_XL = "a JPEG XL file"
    PDF = "a PDF"
    PHOTOSHOP = "a Photoshop file"
    RAR = "a RAR archive"
    RAW = "a raw file of a camera"
    SEVEN_ZIP = "a 7z archive"
    SVG = "an SVG drawing"
    TEXT = "a text file"
    VIDEO = "a video"
    WEB_PAGE = "a web page"
    ZIP = "a ZIP archive"
    HEAVY = "a photo that takes too much memory"
    RARE = "a rare kind of photo"


def refused(reason: Reason, message: str = "", kind: FileKind | None = None) -> DomainError:
    """A refusal of the file that was sent."""
    told = {"kind": kind.name.lower()} if kind else {}
    return DomainError(reason, message, metadata={"field": "file", **told})


def damaged() -> DomainError:
    """The file begins as a photo and does not end as one."""
    return refused(Reason.IMAGE_TRUNCATED)


def several() -> DomainError:
    """Frames or pages, none of which counts more than the others."""
    return refused(Reason.IMAGE_ANIMATED)


def too_much_memory(name: str) -> DomainError:
    """Not too many pixels, and still more than there is room for."""
    return refused(
        Reason.IMAGE_TOO_MANY_PIXELS,
        f"A {name} of this size takes too much memory. Export it smaller, or as baseline JPEG.",
        FileKind.HEAVY,
    )


def not_read(kind: FileKind) -> DomainError:
    """A file of a kind that no photo is read from."""
    message = f"This is {kind.value}. Export the picture as JPEG and send that."
    return refused(Reason.NOT_AN_IMAGE, message, kind)


def rare_kind(name: str) -> DomainError:
    """A format that is read, in a way of writing it that isn't."""
    return refused(
        Reason.NOT_AN_IMAGE,
        f"This kind of {name} can't be read. Export the picture as an ordinary JPEG.",
        FileKind.RARE,
    )
