"""How much of a JPEG's scans its picture needs: less than all, or more than there is.

A decoder that has every block does not look at what follows, so the question is answered by
decoding: what changes no pixel isn't needed. That is asked only where a file gives reason to.
"""

import hashlib
import io
import string

from PIL.JpegImagePlugin import JpegImageFile

from imaging.jpeg import Jpeg
from imaging.jpeg_segments import Bytes

# Rows that are looked at together.
_ROWS = 256
# What might follow, in bytes that make no marker. Two, since one may begin with the code for "the
# rest of this block is zero", which is what a decoder takes for missing.
_PROBES = tuple(bytes((73 * n + first) % 251 for n in range(256)) for first in (41, 183))
# One compressed scan in some 400 ends with as much that could be text.
_SUSPICIOUS = 6
_TEXT = frozenset(string.printable.encode())
_LONGEST_TAIL = 1 << 16


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


def ending_as_text(jpeg: Jpeg) -> list[int]:
    """Which of the parts are scans that end with what may be text."""
    return [
        index
        for index in jpeg.scan_places
        if len(jpeg.parts[index]) > _SUSPICIOUS
        and _TEXT.issuperset(jpeg.parts[index][-_SUSPICIOUS:])
    ]


def cut_texts(jpeg: Jpeg, places: list[int]) -> None:
    """Take off what stands as text between a scan's last block and the next marker.

    Args:
        jpeg: one that has been decoded before.
        places: see `ending_as_text`.
    """
    for index in places:
        scan, whole = jpeg.parts[index], _digest(jpeg)
        needed, enough = max(0, len(scan) - _LONGEST_TAIL), len(scan)
        if _digest(jpeg, index, scan[:-_SUSPICIOUS]) != whole:
            continue
        while needed < enough:
            middle = (needed + enough) // 2
            if _digest(jpeg, index, scan[:middle]) == whole:
                enough = middle
            else:
                needed = middle + 1
        jpeg.parts[index] = scan[:enough]


def _digest(jpeg: Jpeg, index: int = 0, instead: Bytes | None = None) -> bytes:
    """Of all pixels, with another scan for the one at `index`."""
    kept = jpeg.parts[index]
    jpeg.parts[index] = kept if instead is None else instead
    try:
        image, sums = JpegImageFile(io.BytesIO(jpeg.assembled())), hashlib.sha256()
    finally:
        jpeg.parts[index] = kept
    for top in range(0, image.height, _ROWS):
        bottom = min(top + _ROWS, image.height)
        sums.update(image.crop((0, top, image.width, bottom)).tobytes())
    return sums.digest()
