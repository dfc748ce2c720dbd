"""How much of a JPEG's scans its picture needs: less than all, or more than there is.

A decoder that has every block does not look at what follows, so the question is answered by
decoding: what changes no pixel isn't needed. That is asked only where a file gives reason to.
"""

import hashlib
import io

from PIL.JpegImagePlugin import JpegImageFile

from imaging.hidden_text import end_of_text
from imaging.jpeg import Jpeg
from imaging.jpeg_segments import Bytes
from imaging.refusals import rare_kind

# Rows that are looked at together.
_ROWS = 256
# What might follow, in bytes that make no marker. Two, since one may begin with the code for "the
# rest of this block is zero", which is what a decoder takes for missing.
_PROBES = tuple(bytes((73 * n + first) % 251 for n in range(256)) for first in (41, 183))
_SUSPICIOUS = 6
# What looking for hidden text may decode of one file, in pixels: some 10 s of one core.
_MOST_PIXELS = 1_500_000_000


def is_whole(jpeg: Jpeg) -> bool:
    """Whether a file without an end mark has all of its picture."""
    if not jpeg.is_covered:
        return False
    try:
        last, scan = len(jpeg.parts) - 1, bytes(jpeg.parts[-1])
        whole = _digest(jpeg)
        return all(_digest(jpeg, last, scan + probe) == whole for probe in _PROBES)
    except (SyntaxError, ValueError, OSError, EOFError):
        return False


def texts(jpeg: Jpeg) -> dict[int, int]:
    """Which of the parts are scans that hold what may be text, and where its first run ends."""
    found = {index: end_of_text(jpeg.parts[index]) for index in jpeg.scan_places}
    return {index: end for index, end in found.items() if end}


def cut_texts(jpeg: Jpeg, places: dict[int, int]) -> None:
    """Take off what stands as text, and all behind it, between a scan's last block and the marker.

    Args:
        jpeg: one that has been decoded before.
        places: see `texts`.

    Raises:
        DomainError: INVALID_ARGUMENT / NOT_AN_IMAGE where many scans do, to keep us busy.
    """
    left = [_MOST_PIXELS]
    for index, end in places.items():
        scan, whole = jpeg.parts[index], _digest(jpeg, left=left)
        needed, enough = 0, max(0, end - _SUSPICIOUS)
        if _digest(jpeg, index, scan[:enough], left=left) != whole:
            continue
        while needed < enough:
            middle = (needed + enough) // 2
            if _digest(jpeg, index, scan[:middle], left=left) == whole:
                enough = middle
            else:
                needed = middle + 1
        jpeg.parts[index] = scan[:enough]


def _digest(
    jpeg: Jpeg, index: int = 0, instead: Bytes | None = None, *, left: list[int] | None = None
) -> bytes:
    """Of all pixels, with another scan for the one at `index`; as long as pixels are `left`."""
    kept = jpeg.parts[index]
    jpeg.parts[index] = kept if instead is None else instead
    try:
        image, sums = JpegImageFile(io.BytesIO(jpeg.assembled())), hashlib.sha256()
    finally:
        jpeg.parts[index] = kept
    if left is not None:
        left[0] -= image.width * image.height
        if left[0] < 0:
            raise rare_kind("JPEG")
    for top in range(0, image.height, _ROWS):
        bottom = min(top + _ROWS, image.height)
        sums.update(image.crop((0, top, image.width, bottom)).tobytes())
    return sums.digest()
