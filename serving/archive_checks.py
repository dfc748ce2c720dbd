"""Every reason to refuse a model archive, as two lists of checks.

An archive is read as if an attacker had built it: its directory first, without unpacking
anything, and its content only if that directory promises a bounded amount of it.
"""

import hashlib
import stat
import struct
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, Literal, cast

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from serving import archive_members as members
from serving.model_card import ModelCard, Share
from serving.weights_file import wrong_weights


class GoldenImage(BaseModel):
    """An image in the archive with the answer that the model gave where it was built."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    file: str
    probability_malignant: Share


GOLDEN_IMAGES = TypeAdapter(list[GoldenImage])


@dataclass(frozen=True, slots=True)
class Reason:
    """Why an archive is refused: a code for programs and a sentence for people."""

    code: str
    message: str


Check = Callable[[zipfile.ZipFile], Iterator[Reason]]

_END_OF_DIRECTORY = struct.Struct("<4s4H2LH")  # APPNOTE.TXT 4.3.16
_ZIP64_LOCATOR = b"PK\x06\x07"
_ZIP64_LOCATOR_BYTES = 20
_ENCRYPTED = 0x1
_JPEG = b"\xff\xd8\xff"
# A directory entry of ours takes about 70 bytes.
_MAX_DIRECTORY_BYTES = members.MAX_MEMBERS * 1024


class _ManifestModel(BaseModel):
    model_config = ConfigDict(extra="forbid")

    modelName: str  # noqa: N815  torch-model-archiver's names
    modelVersion: str  # noqa: N815
    handler: Literal["dermis_handler.py"]
    serializedFile: Literal["model.safetensors"]  # noqa: N815
    configFile: Literal["model-config.yaml"]  # noqa: N815


class _Manifest(BaseModel):
    """TorchServe obeys more keys than these (`envelope`, `requirementsFile`): none of them."""

    model_config = ConfigDict(extra="forbid")

    createdOn: str  # noqa: N815
    runtime: Literal["python"]
    archiverVersion: str  # noqa: N815
    model: _ManifestModel


def wrong_file(path: Path) -> Iterator[Reason]:
    """What the file's last bytes show, before any list of members is built in memory."""
    size = path.stat().st_size
    if size > members.MAX_ARCHIVE_BYTES:
        yield Reason("TOO_LARGE", "The archive is larger than 512 MiB.")
        return
    tail_bytes = _END_OF_DIRECTORY.size + _ZIP64_LOCATOR_BYTES
    with path.open("rb") as file:
        file.seek(max(0, size - tail_bytes))
        tail = file.read()
    end = tail[-_END_OF_DIRECTORY.size :]
    if len(end) < _END_OF_DIRECTORY.size or not end.startswith(b"PK\x05\x06"):
        yield Reason("NOT_AN_ARCHIVE", "The file is not a whole zip file.")
        return
    _, _, _, _, count, directory_bytes, _, _ = _END_OF_DIRECTORY.unpack(end)
    if tail.startswith(_ZIP64_LOCATOR) or count > members.MAX_MEMBERS:
        yield Reason("TOO_MANY_MEMBERS", f"More than {members.MAX_MEMBERS} members.")
    elif directory_bytes > _MAX_DIRECTORY_BYTES:
        yield Reason("TOO_LARGE", "The archive's table of contents is too large.")


# --- Is it safe to read? ------------------------------------------------------------------------


def _too_many(archive: zipfile.ZipFile) -> Iterator[Reason]:
    if len(archive.infolist()) > members.MAX_MEMBERS:
        yield Reason("TOO_MANY_MEMBERS", f"More than {members.MAX_MEMBERS} members.")


def _twice(archive: zipfile.ZipFile) -> Iterator[Reason]:
    names = archive.namelist()
    if len(set(names)) != len(names):
        yield Reason("DUPLICATE_MEMBER", "Two members have the same name.")


def _too_large(archive: zipfile.ZipFile) -> Iterator[Reason]:
    infos = archive.infolist()
    if sum(info.file_size for info in infos) > members.MAX_UNPACKED_BYTES:
        yield Reason("TOO_LARGE", "Unpacked, the archive is larger than 1 GiB.")
    for info in infos:
        if info.filename != members.WEIGHTS and info.file_size > members.MAX_SMALL_BYTES:
            yield Reason("MEMBER_TOO_LARGE", f"{_shown(info)} is larger than 1 MiB.")
        if info.file_size > members.MAX_RATIO * max(info.compress_size, 1):
            yield Reason(
                "RATIO_TOO_HIGH",
                f"{_shown(info)} unpacks to more than {members.MAX_RATIO} times its size.",
            )


def _unreadable(archive: zipfile.ZipFile) -> Iterator[Reason]:
    for info in archive.infolist():
        if info.flag_bits & _ENCRYPTED:
            yield Reason("MEMBER_ENCRYPTED", f"{_shown(info)} is encrypted.")
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            yield Reason("COMPRESSION_UNKNOWN", f"{_shown(info)} is neither stored nor deflated.")


# --- Is it one of ours? -------------------------------------------------------------------------


def _out_of_place(archive: zipfile.ZipFile) -> Iterator[Reason]:
    for info in archive.infolist():
        name, kind = info.filename, stat.S_IFMT(info.external_attr >> 16)
        if name.startswith("/") or "\\" in name or ".." in PurePosixPath(name).parts:
            yield Reason("PATH_ESCAPES", f"{_shown(info)} leads out of the archive.")
        elif kind == stat.S_IFLNK:
            yield Reason("SYMLINK", f"{_shown(info)} is a link.")
        elif kind not in (0, stat.S_IFREG) or not _belongs(name):
            yield Reason("MEMBER_NOT_ALLOWED", f"{_shown(info)} has no place in a model archive.")


def _missing(archive: zipfile.ZipFile) -> Iterator[Reason]:
    for name in members.REQUIRED:
        if name not in archive.namelist():
            yield Reason("MEMBER_MISSING", f"{name} is missing.")


def _foreign_code(archive: zipfile.ZipFile) -> Iterator[Reason]:
    for name, own in members.FIXED.items():
        content = _content(archive, name)
        if content is not None and content != own.read_bytes():
            yield Reason("FOREIGN_HANDLER", f"{name} is not the one that Dermis ships.")


def _card(archive: zipfile.ZipFile) -> Iterator[Reason]:
    content = _content(archive, members.CARD)
    if content is None:
        return
    try:
        ModelCard.model_validate_json(content)
    except ValidationError as error:
        for problem in error.errors(include_url=False, include_input=False)[:10]:
            where = ".".join(str(part) for part in problem["loc"])
            yield Reason("CARD_INVALID", f"{members.CARD}: {where}: {problem['msg']}")


def _manifest(archive: zipfile.ZipFile) -> Iterator[Reason]:
    content = _content(archive, members.MANIFEST)
    if content is None:
        return
    try:
        manifest = _Manifest.model_validate_json(content)
    except ValidationError:
        yield Reason("MANIFEST_INVALID", "The manifest names more or other files than ours.")
        return
    card = _valid_card(archive)
    # TorchServe registers what the manifest says; everything else goes by the card.
    if card and manifest.model.modelVersion != card.version:
        yield Reason("MANIFEST_INVALID", "The manifest's version is not the card's.")


def _digest(archive: zipfile.ZipFile) -> Iterator[Reason]:
    card = _valid_card(archive)
    if card is None or members.WEIGHTS not in archive.namelist():
        return
    with archive.open(members.WEIGHTS) as weights:
        digest = hashlib.file_digest(cast(Any, weights), "sha256").hexdigest()
    if digest != card.weights_sha256:
        yield Reason("DIGEST_MISMATCH", "The weights are not those that the card describes.")


def _weights(archive: zipfile.ZipFile) -> Iterator[Reason]:
    if members.WEIGHTS not in archive.namelist():
        return
    size = archive.getinfo(members.WEIGHTS).file_size
    with archive.open(members.WEIGHTS) as weights:
        for code, message in wrong_weights(cast(BinaryIO, weights), size):
            yield Reason(code, f"{members.WEIGHTS} {message}")


def _golden(archive: zipfile.ZipFile) -> Iterator[Reason]:
    content = _content(archive, members.GOLDEN)
    if content is None:
        return
    try:
        listed = [image.file for image in GOLDEN_IMAGES.validate_json(content)]
    except ValidationError:
        yield Reason("GOLDEN_INVALID", f"{members.GOLDEN} does not describe golden images.")
        return
    held = [name for name in archive.namelist() if members.is_golden_image(name)]
    if not 1 <= len(listed) <= members.MAX_GOLDEN_IMAGES or sorted(listed) != sorted(held):
        yield Reason(
            "GOLDEN_INVALID",
            f"{members.GOLDEN} must list the archive's golden images, 1 to "
            f"{members.MAX_GOLDEN_IMAGES} of them.",
        )
    for name in held:
        if not archive.read(name).startswith(_JPEG):
            yield Reason("GOLDEN_INVALID", f"{name} is not a JPEG file.")


# Content is read only from an archive that passed all of these.
BOUNDS: Sequence[Check] = (_too_many, _twice, _too_large, _unreadable)
CONTENT: Sequence[Check] = (
    _out_of_place, _missing, _foreign_code, _card, _manifest, _digest, _weights, _golden,
)  # fmt: skip


def reasons(archive: zipfile.ZipFile) -> list[Reason]:
    """Every reason to refuse an open archive; empty when there is none.

    Raises:
        zipfile.BadZipFile, OSError, zlib.error: the archive is damaged.
    """
    if found := [reason for check in BOUNDS for reason in check(archive)]:
        return found
    return [reason for check in CONTENT for reason in check(archive)]


def _belongs(name: str) -> bool:
    return name in members.REQUIRED or members.is_golden_image(name) or name == "MAR-INF/"


def _content(archive: zipfile.ZipFile, name: str) -> bytes | None:
    return archive.read(name) if name in archive.namelist() else None


def _valid_card(archive: zipfile.ZipFile) -> ModelCard | None:
    try:
        return ModelCard.model_validate_json(_content(archive, members.CARD) or b"")
    except ValidationError:
        return None


def _shown(info: zipfile.ZipInfo) -> str:
    return repr(info.filename[:100])
