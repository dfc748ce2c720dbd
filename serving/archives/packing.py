"""Packs model archives: the same content always gives the same bytes."""

import json
import shutil
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from model_archiver import ModelArchiver, ModelArchiverConfig

from serving.archives.card import ModelCard
from serving.archives.checks import GOLDEN_IMAGES, GoldenImage
from serving.archives.members import (
    CARD,
    CONFIG,
    FIXED,
    GOLDEN,
    HANDLER,
    MANIFEST,
    WEIGHTS,
    golden_image,
)

# The earliest time a zip file can hold: archives with the same content are the same bytes.
_NO_TIME = (1980, 1, 1, 0, 0, 0)


def build_archive(
    *,
    weights: Path,
    card: ModelCard,
    golden: Sequence[tuple[Path, float]],
    out: Path,
    golden_int8: Sequence[float] = (),
    optional: Sequence[Path] = (),
) -> Path:
    """Pack a model with torch-model-archiver.

    Args:
        weights: safetensors; its digest must be the card's.
        card: the model card.
        golden: JPEG files, each with the malignant probability it must give.
        golden_int8: the same in 8-bit arithmetic, where the card is quantised.
        optional: files named as in `members.OPTIONAL`; the card has their digests.
        out: folder for `<name>-<version>.mar`; an older file of that name is replaced.

    Returns:
        The archive's path.
    """
    path = out / f"{card.name}-{card.version}.mar"
    with tempfile.TemporaryDirectory(prefix="dermis-archive-") as folder:
        staged = Path(folder)
        extra = _stage(staged, weights, card, golden, golden_int8)
        extra += [Path(shutil.copyfile(path, staged / path.name)) for path in optional]
        with zipfile.ZipFile(_archived(staged, extra, card.version)) as packed:
            manifest = _timeless(packed.read(MANIFEST), card.name, card.trained_on)
            write_plain(packed, path, {MANIFEST: manifest})
    return path


def write_plain(
    source: zipfile.ZipFile, path: Path, replacements: Mapping[str, bytes] | None = None
) -> None:
    """Write the members in order of name, uncompressed and without times.

    Args:
        source: what to copy from.
        path: of the new file.
        replacements: members that get other content than the source's, or that it lacks.
    """
    with zipfile.ZipFile(path, "w") as out:
        for name in sorted({*source.namelist(), *(replacements or {})}):
            if name.endswith("/"):
                continue
            plain = zipfile.ZipInfo(name, _NO_TIME)
            plain.external_attr = 0o100644 << 16
            if replacements and name in replacements:
                out.writestr(plain, replacements[name])
                continue
            with source.open(name) as member, out.open(plain, "w") as copy:
                shutil.copyfileobj(member, copy)


def _stage(
    folder: Path,
    weights: Path,
    card: ModelCard,
    golden: Sequence[tuple[Path, float]],
    golden_int8: Sequence[float],
) -> list[Path]:
    """Put the members into a folder; returns those that the archiver takes as extra files."""
    shutil.copyfile(weights, folder / WEIGHTS)
    (folder / CARD).write_text(card.model_dump_json(indent=2))
    extra = [folder / CARD, folder / GOLDEN]
    images = []
    answers_int8: Sequence[float | None] = golden_int8 or [None] * len(golden)
    for number, ((path, answer), answer_int8) in enumerate(zip(golden, answers_int8, strict=True)):
        copy = folder / golden_image(number)
        shutil.copyfile(path, copy)
        extra.append(copy)
        images.append(
            GoldenImage(
                file=copy.name, probability_malignant=answer, probability_malignant_int8=answer_int8
            )
        )
    (folder / GOLDEN).write_bytes(GOLDEN_IMAGES.dump_json(images, indent=2, exclude_none=True))
    return extra


def _archived(staged: Path, extra: Sequence[Path], version: str) -> Path:
    """The staged members as torch-model-archiver packs them, in the same folder."""
    # The archiver collects its files in a folder of this name beside the staged one.
    name = f"{staged.name}-packing"
    ModelArchiver.generate_model_archive(
        ModelArchiverConfig(
            model_name=name,
            version=version,
            serialized_file=str(staged / WEIGHTS),
            handler=str(FIXED[HANDLER]),
            config_file=str(FIXED[CONFIG]),
            extra_files=",".join(str(file) for file in extra),
            export_path=str(staged),
            archive_format="zip-store",
            force=True,
        )
    )
    shutil.rmtree(staged.with_name(name), ignore_errors=True)
    return staged / f"{name}.mar"


def _timeless(manifest: bytes, name: str, day: date) -> bytes:
    """The archiver's manifest with the model's date and name in place of the packing's."""
    content = json.loads(manifest)
    content["createdOn"] = day.strftime("%d/%m/%Y 00:00:00")
    content["model"]["modelName"] = name
    return json.dumps(content, indent=2).encode()
