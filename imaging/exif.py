"""What is read from a photo's EXIF before it goes: which way is up, and when it was taken.

Sources: EXIF 2.32, 4.6.4 A (Orientation), 4.6.5 F (dates and their offsets), 4.6.6 (GPS).
"""

import re
from datetime import UTC, datetime, timedelta

from PIL import Image
from PIL.Image import Transpose

from service_kit.clock import now

_ORIENTATION, _PHOTO, _GPS = 0x0112, 0x8769, 0x8825
DIRECTORIES = (_PHOTO, _GPS)
_TAKEN, _TAKEN_OFFSET = 0x9003, 0x9011
_GPS_TIME, _GPS_DATE = 7, 29
_OFFSET = re.compile(r"([+-])(\d\d):(\d\d)")
# No digital photo of skin is older; cameras that lost their clock begin in 1970 or 1980.
_EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
# The furthest zones are 14 hours ahead and 12 behind.
_LARGEST_OFFSET = timedelta(hours=14)
_QUARTER = timedelta(minutes=15)

TURNS = {
    2: Transpose.FLIP_LEFT_RIGHT,
    3: Transpose.ROTATE_180,
    4: Transpose.FLIP_TOP_BOTTOM,
    5: Transpose.TRANSPOSE,
    6: Transpose.ROTATE_270,
    7: Transpose.TRANSVERSE,
    8: Transpose.ROTATE_90,
}
_SIDEWAYS = frozenset({5, 6, 7, 8})


def upright_size(size: tuple[int, int], orientation: int) -> tuple[int, int]:
    """Width and height once a picture is turned upright."""
    return (size[1], size[0]) if orientation in _SIDEWAYS else size


def orientation_of(tiff: bytes) -> int:
    """1 to 8; 1, upright, where nothing or nothing sensible is said."""
    found = _read(tiff).get(_ORIENTATION) if tiff else None
    return found if isinstance(found, int) and found in TURNS else 1


def taken_at(tiff: bytes) -> datetime | None:
    """When the photo was taken; None where that moment isn't known.

    A time without its offset is no moment: it may lie half a day to either side. Where the
    camera knew its place, GPS time says it in UTC.
    """
    if not tiff:
        return None
    exif = _read(tiff)
    moment = _with_offset(exif) or _by_gps(exif)
    # A camera's clock may be ahead by as much as a sender's (`uploads.Header`).
    return moment if moment and _EARLIEST <= moment <= now() + timedelta(minutes=5) else None


def turned(orientation: int) -> bytes:
    """An EXIF block of one entry, the orientation: TIFF bytes, big-endian."""
    entry = _ORIENTATION.to_bytes(2) + b"\x00\x03" + b"\x00\x00\x00\x01"
    return b"MM\x00*\x00\x00\x00\x08\x00\x01" + entry + orientation.to_bytes(2) + bytes(2 + 4)


def _read(tiff: bytes) -> Image.Exif:
    exif = Image.Exif()
    try:
        exif.load(tiff)
        exif.get(_ORIENTATION)
    except Exception:  # noqa: BLE001  a damaged block brings up anything; the picture is whole
        return Image.Exif()
    return exif


def _with_offset(exif: Image.Exif) -> datetime | None:
    try:
        local = _local_time(exif)
        said = _OFFSET.fullmatch(str(exif.get_ifd(_PHOTO)[_TAKEN_OFFSET]).strip("\x00 "))
    except Exception:  # noqa: BLE001  as above; most cameras say none of this
        return None
    if said is None:
        return None
    ahead = timedelta(hours=int(said[2]), minutes=int(said[3])) * (1 if said[1] == "+" else -1)
    return local - ahead if abs(ahead) <= _LARGEST_OFFSET else None


def _by_gps(exif: Image.Exif) -> datetime | None:
    """The offset is what local time and GPS's differ by, in quarters of an hour."""
    try:
        local, place = _local_time(exif), exif.get_ifd(_GPS)
        year, month, day = str(place[_GPS_DATE]).strip("\x00 ").split(":")
        hour, minute, second = (int(part) for part in place[_GPS_TIME])
        fixed = datetime(int(year), int(month), int(day), hour, minute, second, tzinfo=UTC)
    except Exception:  # noqa: BLE001  as above
        return None
    ahead = round((local - fixed) / _QUARTER) * _QUARTER
    return local - ahead if abs(ahead) <= _LARGEST_OFFSET else None


def _local_time(exif: Image.Exif) -> datetime:
    """By the camera's clock, marked as UTC until its offset is known."""
    parts = re.findall(r"\d+", str(exif.get_ifd(_PHOTO)[_TAKEN]))
    year, month, day, hour, minute, second = (int(part) for part in parts)
    return datetime(year, month, day, hour, minute, second, tzinfo=UTC)
