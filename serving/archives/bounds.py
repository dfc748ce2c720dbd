"""Is a model archive safe to read? Bounds that are checked before any content is.

Only its last bytes and its directory are read; nothing is unpacked.
"""

import struct
import zipfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from serving.archives import members
from serving.archives.reasons import ArchiveReason, Defect

Check = Callable[[zipfile.ZipFile], Iterator[Defect]]

_END_OF_DIRECTORY = struct.Struct("<4s4H2LH")  # APPNOTE.TXT 4.3.16
_ZIP64_LOCATOR = b"PK\x06\x07"
_ZIP64_LOCATOR_BYTES = 20
_ENCRYPTED = 0x1
# A directory entry of ours takes about 70 bytes.
_MAX_DIRECTORY_BYTES = members.MAX_MEMBERS * 1024


def wrong_file(path: Path) -> Iterator[Defect]:
    """What the file's last bytes reveal, before a list of members is built in memory."""
    size = path.stat().st_size
    if size > members.MAX_ARCHIVE_BYTES:
        yield Defect(ArchiveReason.TOO_LARGE, "The archive is larger than 512 MiB.")
        return
    tail_bytes = _END_OF_DIRECTORY.size + _ZIP64_LOCATOR_BYTES
    with path.open("rb") as file:
        file.seek(max(0, size - tail_bytes))
        tail = file.read()
    end = tail[-_END_OF_DIRECTORY.size :]
    if len(end) < _END_OF_DIRECTORY.size or not end.startswith(b"PK\x05\x06"):
        yield Defect(ArchiveReason.NOT_AN_ARCHIVE, "The file is not a complete zip file.")
        return
    _, _, _, _, count, directory_bytes, _, _ = _END_OF_DIRECTORY.unpack(end)
    if tail.startswith(_ZIP64_LOCATOR) or count > members.MAX_MEMBERS:
        yield Defect(ArchiveReason.TOO_MANY_MEMBERS, f"More than {members.MAX_MEMBERS} members.")
    elif directory_bytes > _MAX_DIRECTORY_BYTES:
        yield Defect(ArchiveReason.TOO_LARGE, "The archive's table of contents is too large.")


def _too_many(archive: zipfile.ZipFile) -> Iterator[Defect]:
    if len(archive.infolist()) > members.MAX_MEMBERS:
        yield Defect(ArchiveReason.TOO_MANY_MEMBERS, f"More than {members.MAX_MEMBERS} members.")


def _twice(archive: zipfile.ZipFile) -> Iterator[Defect]:
    names = archive.namelist()
    if len(set(names)) != len(names):
        yield Defect(ArchiveReason.DUPLICATE_MEMBER, "Two members have the same name.")


def _too_large(archive: zipfile.ZipFile) -> Iterator[Defect]:
    infos = archive.infolist()
    if sum(info.file_size for info in infos) > members.MAX_UNPACKED_BYTES:
        yield Defect(ArchiveReason.TOO_LARGE, "Unpacked, the archive is larger than 1 GiB.")
    for info in infos:
        if info.filename != members.WEIGHTS and info.file_size > members.MAX_SMALL_BYTES:
            yield Defect(ArchiveReason.MEMBER_TOO_LARGE, f"{shown(info)} is larger than 1 MiB.")
        if info.file_size > members.MAX_RATIO * max(info.compress_size, 1):
            yield Defect(
                ArchiveReason.RATIO_TOO_HIGH,
                f"{shown(info)} unpacks to more than {members.MAX_RATIO} times its size.",
            )


def _unreadable(archive: zipfile.ZipFile) -> Iterator[Defect]:
    for info in archive.infolist():
        if info.flag_bits & _ENCRYPTED:
            yield Defect(ArchiveReason.MEMBER_ENCRYPTED, f"{shown(info)} is encrypted.")
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            yield Defect(
                ArchiveReason.COMPRESSION_UNKNOWN, f"{shown(info)} is neither stored nor deflated."
            )


def shown(info: zipfile.ZipInfo) -> str:
    """A member's name for a reason: bounded, and without control characters for a terminal."""
    return repr(info.filename[:100])


# All of them run, whatever the ones before have found.
BOUNDS: Sequence[Check] = (_too_many, _twice, _too_large, _unreadable)
