"""Model archives (.mar): built as data only, and checked as if an attacker had built them.

TorchServe runs what an archive holds, so an unchecked archive is remote code execution. Ours
hold weights, a card, golden images and our own handler stub, byte for byte; nothing else passes.
No torch here: the gateway checks uploads with this file.
"""

import hashlib
import json
import stat
import struct
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO, cast

from model_archiver import ModelArchiver, ModelArchiverConfig
from pydantic import BaseModel, ConfigDict, ValidationError

from serving.model_card import ModelCard, Share

WEIGHTS = "model.safetensors"
CARD = "model_card.json"
HANDLER = "dermis_handler.py"
CONFIG = "model-config.yaml"
GOLDEN = "golden.json"
MANIFEST = "MAR-INF/MANIFEST.json"

MAX_ARCHIVE_BYTES = 512 * 1024 * 1024
MAX_UNPACKED_BYTES = 1024 * 1024 * 1024
MAX_MEMBERS = 64
MAX_RATIO = 100
MAX_TEXT_BYTES = 1024 * 1024
MAX_GOLDEN_IMAGES = 16

_OWN = Path(__file__).parent / "config"
# What every archive carries byte for byte: the stub that leads to our handler, and its settings.
_FIXED = {HANDLER: _OWN / HANDLER, CONFIG: _OWN / CONFIG}
_REQUIRED = (WEIGHTS, CARD, HANDLER, CONFIG, GOLDEN, MANIFEST)


class GoldenImage(BaseModel):
    """An image in the archive with the answer that the model gave where it was built."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    file: str
    probability_malignant: Share


@dataclass(frozen=True, slots=True)
class Reason:
    """Why an archive is refused: a code for programs and a sentence for people."""

    code: str
    message: str


class ArchiveRefused(Exception):
    """The archive is not one of ours, or not whole. `reasons` holds every one found."""

    def __init__(self, reasons: Sequence[Reason]) -> None:
        super().__init__("; ".join(f"{reason.code}: {reason.message}" for reason in reasons))
        self.reasons = list(reasons)


@dataclass(frozen=True, slots=True)
class CheckedArchive:
    """An archive that passed every check."""

    path: Path
    sha256: str
    card: ModelCard
    golden: list[GoldenImage]

    def read(self, member: str) -> bytes:
        """A member's bytes."""
        with zipfile.ZipFile(self.path) as archive:
            return archive.read(member)


def build_archive(
    *, weights: Path, card: ModelCard, golden: Sequence[tuple[Path, float]], out: Path
) -> Path:
    """Pack a model with torch-model-archiver.

    Args:
        weights: safetensors; its digest must be the card's.
        card: the model card.
        golden: JPEG files, each with the malignant probability it must give.
        out: folder for `<name>-<version>.mar`; an older file of that name is replaced.

    Returns:
        The archive's path.
    """
    with tempfile.TemporaryDirectory() as folder:
        staged = Path(folder)
        (staged / WEIGHTS).write_bytes(weights.read_bytes())
        (staged / CARD).write_text(card.model_dump_json(indent=2))
        files = [staged / CARD, staged / GOLDEN]
        images = []
        for number, (path, probability) in enumerate(golden):
            copy = staged / f"golden_{number:02}.jpg"
            copy.write_bytes(path.read_bytes())
            files.append(copy)
            images.append(GoldenImage(file=copy.name, probability_malignant=probability))
        (staged / GOLDEN).write_text(json.dumps([image.model_dump() for image in images]))
        ModelArchiver.generate_model_archive(
            ModelArchiverConfig(
                model_name=f"{card.name}-{card.version}",
                version=card.version,
                serialized_file=str(staged / WEIGHTS),
                handler=str(_FIXED[HANDLER]),
                config_file=str(_FIXED[CONFIG]),
                extra_files=",".join(str(path) for path in files),
                export_path=str(out),
                force=True,
            )
        )
    return out / f"{card.name}-{card.version}.mar"


def check_archive(path: Path) -> CheckedArchive:
    """Look at an archive without unpacking or running any of it.

    Raises:
        ArchiveRefused: with every reason that was found.
    """
    if path.stat().st_size > MAX_ARCHIVE_BYTES:
        raise ArchiveRefused([Reason("TOO_LARGE", "The archive is larger than 512 MiB.")])
    try:
        with zipfile.ZipFile(path) as archive:
            # The outside first: only a sound one is read at all.
            if reasons := list(_wrong_outside(archive.infolist())):
                raise ArchiveRefused(reasons)
            if reasons := list(_wrong_inside(archive)):
                raise ArchiveRefused(reasons)
            card = ModelCard.model_validate_json(archive.read(CARD))
            golden = _golden(archive)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError):
        raise ArchiveRefused(
            [Reason("NOT_AN_ARCHIVE", "The file is not a whole zip file.")]
        ) from None
    return CheckedArchive(path, _digest(path), card, golden)


def _wrong_outside(members: Sequence[zipfile.ZipInfo]) -> Iterator[Reason]:
    """What the table of contents alone shows."""
    if len(members) > MAX_MEMBERS:
        yield Reason("TOO_MANY_MEMBERS", f"More than {MAX_MEMBERS} members.")
        return
    names = [member.filename for member in members if not member.is_dir()]
    if len(set(names)) != len(names):
        yield Reason("DUPLICATE_MEMBER", "Two members have the same name.")
    if sum(member.file_size for member in members) > MAX_UNPACKED_BYTES:
        yield Reason("TOO_LARGE", "Unpacked, the archive is larger than 1 GiB.")
    for member in members:
        yield from _wrong_member(member)
    for name in _REQUIRED:
        if name not in names:
            yield Reason("MEMBER_MISSING", f"{name} is missing.")


def _wrong_member(member: zipfile.ZipInfo) -> Iterator[Reason]:
    name = member.filename
    shown = repr(name[:100])
    if name.startswith("/") or "\\" in name or ".." in PurePosixPath(name).parts:
        yield Reason("PATH_ESCAPES", f"{shown} leads out of the archive.")
    elif stat.S_ISLNK(member.external_attr >> 16):
        yield Reason("SYMLINK", f"{shown} is a link.")
    elif not member.is_dir() and not _is_allowed(name):
        yield Reason("MEMBER_NOT_ALLOWED", f"{shown} has no place in a model archive.")
    elif name not in (WEIGHTS, CONFIG, HANDLER) and member.file_size > MAX_TEXT_BYTES:
        yield Reason("MEMBER_TOO_LARGE", f"{shown} is larger than 1 MiB.")
    if member.file_size > MAX_RATIO * max(member.compress_size, 1):
        yield Reason("RATIO_TOO_HIGH", f"{shown} unpacks to more than {MAX_RATIO} times its size.")


def _is_allowed(name: str) -> bool:
    stem, _, suffix = name.partition(".")
    is_golden = suffix == "jpg" and stem.startswith("golden_") and stem[7:].isdigit()
    return name in _REQUIRED or is_golden


def _wrong_inside(archive: zipfile.ZipFile) -> Iterator[Reason]:
    """What only the members' content shows."""
    for name, own in _FIXED.items():
        if archive.read(name) != own.read_bytes():
            yield Reason("FOREIGN_HANDLER", f"{name} is not the one that Dermis ships.")
    yield from _wrong_manifest(archive.read(MANIFEST))
    yield from _wrong_weights(archive)
    try:
        card = ModelCard.model_validate_json(archive.read(CARD))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        yield Reason("CARD_INVALID", f"{CARD}: {where}: {first['msg']}")
        return
    with archive.open(WEIGHTS) as weights:
        digest = hashlib.file_digest(cast(BinaryIO, weights), "sha256").hexdigest()  # type: ignore[arg-type]
        if digest != card.weights_sha256:
            yield Reason("DIGEST_MISMATCH", "The weights are not those that the card describes.")
    try:
        _golden(archive)
    except (ValueError, KeyError):
        yield Reason("GOLDEN_INVALID", f"{GOLDEN} does not describe the golden images.")


def _wrong_manifest(content: bytes) -> Iterator[Reason]:
    try:
        model = json.loads(content)["model"]
        named = (model["handler"], model["serializedFile"], model.get("configFile"))
    except (ValueError, KeyError, TypeError):
        yield Reason("MANIFEST_INVALID", "The manifest can't be read.")
        return
    if named != (HANDLER, WEIGHTS, CONFIG) or "modelFile" in model or "requirementsFile" in model:
        yield Reason("MANIFEST_INVALID", "The manifest names other files than ours.")


def _wrong_weights(archive: zipfile.ZipFile) -> Iterator[Reason]:
    """Safetensors begins with the length of a JSON header; a pickle does not."""
    size = archive.getinfo(WEIGHTS).file_size
    with archive.open(WEIGHTS) as weights:
        prefix = weights.read(8)
        length = struct.unpack("<Q", prefix)[0] if len(prefix) == 8 else size
        if not 2 <= length <= size - 8:
            yield Reason("WEIGHTS_NOT_SAFETENSORS", f"{WEIGHTS} is not a safetensors file.")
            return
        try:
            is_header = isinstance(json.loads(weights.read(length)), dict)
        except ValueError:
            is_header = False
        if not is_header:
            yield Reason("WEIGHTS_NOT_SAFETENSORS", f"{WEIGHTS} is not a safetensors file.")


def _golden(archive: zipfile.ZipFile) -> list[GoldenImage]:
    entries = json.loads(archive.read(GOLDEN))
    images = [GoldenImage.model_validate(entry) for entry in entries]
    names = set(archive.namelist())
    if not 1 <= len(images) <= MAX_GOLDEN_IMAGES or any(i.file not in names for i in images):
        raise ValueError("golden images are missing")
    return images


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
