"""Is a model archive one of ours? Every reason to refuse its content.

An archive is treated as untrusted: its directory is checked first (`bounds`), and its content only
if the directory promises a bounded amount of it.
"""

import hashlib
import stat
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath
from typing import Any, BinaryIO, Literal, cast

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from serving.archives import members
from serving.archives.bounds import BOUNDS, Check, shown
from serving.archives.card import ModelCard, Precision, Share
from serving.archives.differential import Differential
from serving.archives.graph import FLOATS, Graph, GraphInvalid, read_graph
from serving.archives.novelty import Novelty
from serving.archives.ranges import RangesInvalid, read_ranges
from serving.archives.reasons import ArchiveReason, Defect
from serving.archives.strict_json import check_json
from serving.archives.weights_file import wrong_weights
from serving.archives.weights_header import HeaderInvalid, read_header


class GoldenImage(BaseModel):
    """An image in the archive, with the model's answer at the time it was built."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    file: str
    probability_malignant: Share
    # The answer in 8-bit arithmetic, where the card is `quantised`.
    probability_malignant_int8: Share | None = None

    def expected(self, precision: Precision) -> float | None:
        """The malignant probability that was recorded; None where none was."""
        if precision == "int8":
            return self.probability_malignant_int8
        return self.probability_malignant


GOLDEN_IMAGES = TypeAdapter(list[GoldenImage])

_JPEG = b"\xff\xd8\xff"


class _ManifestModel(BaseModel):
    model_config = ConfigDict(extra="forbid")

    modelName: str  # noqa: N815  torch-model-archiver's names
    modelVersion: str  # noqa: N815  torch-model-archiver's spelling
    handler: Literal["dermis_handler.py"]
    serializedFile: Literal["model.safetensors"]  # noqa: N815  torch-model-archiver's spelling
    configFile: Literal["model-config.yaml"]  # noqa: N815  torch-model-archiver's spelling


class _Manifest(BaseModel):
    """TorchServe obeys more keys (`envelope`, `requirementsFile`); they are forbidden."""

    model_config = ConfigDict(extra="forbid")

    createdOn: str  # noqa: N815  torch-model-archiver's spelling
    runtime: Literal["python"]
    archiverVersion: str  # noqa: N815  torch-model-archiver's spelling
    model: _ManifestModel


def _out_of_place(archive: zipfile.ZipFile) -> Iterator[Defect]:
    for info in archive.infolist():
        name, kind = info.filename, stat.S_IFMT(info.external_attr >> 16)
        if name.startswith("/") or "\\" in name or ".." in PurePosixPath(name).parts:
            yield Defect(ArchiveReason.PATH_ESCAPES, f"{shown(info)} leads out of the archive.")
        elif kind == stat.S_IFLNK:
            yield Defect(ArchiveReason.SYMLINK, f"{shown(info)} is a link.")
        elif kind not in (0, stat.S_IFREG) or not _belongs(name):
            yield Defect(
                ArchiveReason.MEMBER_NOT_ALLOWED, f"{shown(info)} has no place in a model archive."
            )


def _missing(archive: zipfile.ZipFile) -> Iterator[Defect]:
    for name in members.REQUIRED:
        if name not in archive.namelist():
            yield Defect(ArchiveReason.MEMBER_MISSING, f"{name} is missing.")


def _foreign_code(archive: zipfile.ZipFile) -> Iterator[Defect]:
    for name, own in members.FIXED.items():
        content = _content(archive, name)
        if content is not None and content != own.read_bytes():
            yield Defect(ArchiveReason.FOREIGN_HANDLER, f"{name} is not the one that Dermis ships.")


def _card(archive: zipfile.ZipFile) -> Iterator[Defect]:
    content = _content(archive, members.CARD)
    if content is None:
        return
    try:
        ModelCard.from_json(content)
    except ValidationError as error:
        for problem in error.errors(include_url=False, include_input=False)[:10]:
            where = ".".join(str(part) for part in problem["loc"])
            yield Defect(ArchiveReason.CARD_INVALID, f"{members.CARD}: {where}: {problem['msg']}")
    except ValueError as error:
        yield Defect(ArchiveReason.CARD_INVALID, f"{members.CARD} {error}.")


def _manifest(archive: zipfile.ZipFile) -> Iterator[Defect]:
    content = _content(archive, members.MANIFEST)
    if content is None:
        return
    try:
        check_json(content)
        manifest = _Manifest.model_validate_json(content)
    except ValueError:
        yield Defect(
            ArchiveReason.MANIFEST_INVALID, "The manifest names more or other files than ours."
        )
        return
    card = _valid_card(archive)
    # TorchServe registers the manifest's version; everything else uses the card's.
    if card and manifest.model.modelVersion != card.version:
        yield Defect(ArchiveReason.MANIFEST_INVALID, "The manifest's version is not the card's.")


def _digest(archive: zipfile.ZipFile) -> Iterator[Defect]:
    card = _valid_card(archive)
    if card is None or members.WEIGHTS not in archive.namelist():
        return
    with archive.open(members.WEIGHTS) as weights:
        digest = hashlib.file_digest(cast(Any, weights), "sha256").hexdigest()
    if digest != card.weights_sha256:
        yield Defect(
            ArchiveReason.DIGEST_MISMATCH, "The weights are not those that the card describes."
        )


def _weights(archive: zipfile.ZipFile) -> Iterator[Defect]:
    if members.WEIGHTS not in archive.namelist():
        return
    size = archive.getinfo(members.WEIGHTS).file_size
    with archive.open(members.WEIGHTS) as weights:
        for reason, message in wrong_weights(cast(BinaryIO, weights), size):
            yield Defect(reason, f"{members.WEIGHTS} {message}")


def _novelty(archive: zipfile.ZipFile) -> Iterator[Defect]:
    for name in (members.NOVELTY, members.NOVELTY_INT8):
        yield from _digest_of(archive, name)
        if (content := _content(archive, name)) is not None:
            try:
                Novelty.from_bytes(content)
            except ValueError as error:
                yield Defect(ArchiveReason.NOVELTY_INVALID, f"{name}: {error}")


def _differential(archive: zipfile.ZipFile) -> Iterator[Defect]:
    card = _valid_card(archive)
    for name in (members.DIFFERENTIAL, members.DIFFERENTIAL_INT8):
        yield from _digest_of(archive, name)
        content = _content(archive, name)
        # Only the card names the diagnoses that it tells apart.
        if card and content is not None:
            try:
                Differential.from_bytes(content, card.diagnoses)
            except ValueError as error:
                yield Defect(ArchiveReason.DIFFERENTIAL_INVALID, f"{name}: {error}")


def _graph(archive: zipfile.ZipFile) -> Iterator[Defect]:
    yield from _digest_of(archive, members.GRAPH)
    yield from _digest_of(archive, members.RANGES)
    card, content = _valid_card(archive), _content(archive, members.GRAPH)
    if card is None or content is None or members.WEIGHTS not in archive.namelist():
        return
    try:
        graph = graph_of(archive, card, content)
        if (ranges := _content(archive, members.RANGES)) is not None:
            read_ranges(ranges, graph)
    except HeaderInvalid:
        return  # reported as the weights' defect
    except GraphInvalid as error:
        yield Defect(ArchiveReason.GRAPH_INVALID, f"{members.GRAPH} {error}.")
    except RangesInvalid as error:
        yield Defect(ArchiveReason.RANGES_INVALID, f"{members.RANGES} {error}.")


def graph_of(archive: zipfile.ZipFile, card: ModelCard, content: bytes) -> Graph:
    """Check a graph against an archive's card and weights.

    Raises:
        GraphInvalid: it may not run, or doesn't fit them.
        HeaderInvalid: the weights are no safetensors.
    """
    size = archive.getinfo(members.WEIGHTS).file_size
    with archive.open(members.WEIGHTS) as weights:
        tensors = read_header(cast(BinaryIO, weights), size)
    numbers = {tensor.name: tensor.shape for tensor in tensors if tensor.dtype in FLOATS}
    side = card.preprocessing.input_size
    return read_graph(
        content, numbers, size=side, classes=len(card.classes), by_occlusion=card.by_occlusion
    )


def _digest_of(archive: zipfile.ZipFile, name: str) -> Iterator[Defect]:
    """An optional member must be present exactly if the card has its digest, and match it."""
    card, content = _valid_card(archive), _content(archive, name)
    digest = "" if content is None else hashlib.sha256(content).hexdigest()
    if card and _digests(card)[name] != digest:
        yield Defect(ArchiveReason.DIGEST_MISMATCH, f"{name} is not what the card describes.")


def _digests(card: ModelCard) -> dict[str, str]:
    """What the card says of each optional member; "" for those that it doesn't have."""
    in_8_bits = card.quantised
    return {
        members.NOVELTY: card.novelty_sha256,
        members.DIFFERENTIAL: card.differential_sha256,
        members.GRAPH: card.graph_sha256,
        members.RANGES: in_8_bits.ranges_sha256 if in_8_bits else "",
        members.NOVELTY_INT8: in_8_bits.novelty_sha256 if in_8_bits else "",
        members.DIFFERENTIAL_INT8: in_8_bits.differential_sha256 if in_8_bits else "",
    }


def _golden(archive: zipfile.ZipFile) -> Iterator[Defect]:
    content = _content(archive, members.GOLDEN)
    if content is None:
        return
    try:
        check_json(content)
        images = GOLDEN_IMAGES.validate_json(content)
    except ValidationError:
        yield Defect(
            ArchiveReason.GOLDEN_INVALID, f"{members.GOLDEN} does not describe golden images."
        )
        return
    except ValueError as error:
        yield Defect(ArchiveReason.GOLDEN_INVALID, f"{members.GOLDEN} {error}.")
        return
    listed = [image.file for image in images]
    held = [name for name in archive.namelist() if members.is_golden_image(name)]
    if not 1 <= len(listed) <= members.MAX_GOLDEN_IMAGES or sorted(listed) != sorted(held):
        yield Defect(
            ArchiveReason.GOLDEN_INVALID,
            f"{members.GOLDEN} must list the archive's golden images, 1 to "
            f"{members.MAX_GOLDEN_IMAGES} of them.",
        )
    card = _valid_card(archive)
    answered = [image.probability_malignant_int8 is not None for image in images]
    if card and answered != [card.quantised is not None] * len(images):
        yield Defect(
            ArchiveReason.GOLDEN_INVALID,
            f"{members.GOLDEN} must hold answers in 8 bits exactly if the card is quantised.",
        )
    for name in held:
        if not archive.read(name).startswith(_JPEG):
            yield Defect(ArchiveReason.GOLDEN_INVALID, f"{name} is not a JPEG file.")


CONTENT: Sequence[Check] = (
    _out_of_place, _missing, _foreign_code, _card, _manifest, _digest, _weights, _novelty,
    _differential, _graph, _golden,
)  # fmt: skip


def defects(archive: zipfile.ZipFile) -> list[Defect]:
    """Everything that is wrong with an open archive; empty when nothing is.

    Raises:
        zipfile.BadZipFile, OSError, zlib.error: the archive is damaged.
    """
    if found := [defect for check in BOUNDS for defect in check(archive)]:
        return found
    return [defect for check in CONTENT for defect in check(archive)]


def _belongs(name: str) -> bool:
    known = (*members.REQUIRED, *members.OPTIONAL, "MAR-INF/")
    return name in known or members.is_golden_image(name)


def _content(archive: zipfile.ZipFile, name: str) -> bytes | None:
    return archive.read(name) if name in archive.namelist() else None


def _valid_card(archive: zipfile.ZipFile) -> ModelCard | None:
    try:
        return ModelCard.from_json(_content(archive, members.CARD) or b"")
    except ValueError:
        return None
