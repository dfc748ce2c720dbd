"""Makes an archive that can also be computed in 8 bits, from one that can't."""

import os
import tempfile
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.numpy import save_file

from dermis.graph.v1 import graph_pb2
from imaging.decoding import decode
from serving.archives.archive import CheckedArchive
from serving.archives.card import ModelCard, Quantised
from serving.archives.members import (
    DIFFERENTIAL_INT8,
    GRAPH,
    NOVELTY_INT8,
    OPTIONAL,
    RANGES,
    WEIGHTS,
)
from serving.archives.packing import build_archive
from serving.evaluation.evaluate import fit_and_measure
from serving.evaluation.evaluator import Answers
from serving.evaluation.quantised_evaluation import agreement
from serving.model.attention import looked_at
from serving.model.backends import OnnxBackend, read_parts
from serving.model.classifier import Classifier
from serving.training.activation_ranges import found_ranges
from serving.training.augmentation import Augmentation
from serving.training.datasets import Sample
from serving.training.pixel_cache import PixelCache

# Training photos on which the ranges are found.
PHOTOS = 200
# By `serving.evaluation.evaluations`.
_ALL = "all sources, held out"


def quantise(
    archive: CheckedArchive,
    samples: Sequence[Sample],
    cache: PixelCache,
    out: Path,
    version: str,
) -> tuple[Path, ModelCard, Answers]:
    """Build the archive of the same model with what 8-bit arithmetic needs.

    Args:
        archive: with a graph.
        samples: all photos, split as when the model was trained.
        cache: their pixels, in the same order.
        out: folder for the new archive.
        version: the new archive's.

    Returns:
        The archive, its card, and the answers in 8 bits on the test photos.

    Raises:
        ValueError: it has no graph, can't be calibrated in 8 bits, the photos are not those of its
            card's figures, or the version is none or the old one.
    """
    _require_the_same_photos(archive.card, samples)
    if version == archive.card.version:
        raise ValueError(
            "in 8 bits the model gives other answers, so it needs a version of its own"
        )
    with tempfile.TemporaryDirectory() as held:
        folder = Path(held)
        archive.unpack(folder)
        _require_convolutions(folder, archive.card)
        exact = _backend(folder, archive.card)
        _save_ranges(folder, archive.card, samples, cache)
        # An archive may be quantised again.
        plain = archive.card.model_copy(update={"quantised": None})
        draft = Classifier(_backend(folder, plain, in_8_bits=True), plain)
        found, test = fit_and_measure(
            draft, samples, cache, folder, names=(NOVELTY_INT8, DIFFERENTIAL_INT8)
        )
        diagnoses = found.pop("diagnoses", {})
        if diagnoses != archive.card.diagnoses:
            raise ValueError("the photos tell other diagnoses apart than the archive does")
        ranges = sha256((folder / RANGES).read_bytes()).hexdigest()
        card = _card(archive.card, version, found | {"ranges_sha256": ranges})
        ready = Classifier(draft.backend, card.in_8_bits())
        compared = agreement(Classifier(exact, card), ready, samples, cache)
        card = _card(card, version, found | {
            "ranges_sha256": ranges, "evaluations": [compared, *found["evaluations"]],
        })  # fmt: skip
        golden = [(folder / image.file, image.probability_malignant) for image in archive.golden]
        answers = [looked_at(ready, decode(path.read_bytes()))[1] for path, _ in golden]
        out.mkdir(parents=True, exist_ok=True)
        path = build_archive(
            weights=folder / WEIGHTS,
            card=card,
            golden=golden,
            golden_int8=[answer.probability_malignant for answer in answers],
            out=out,
            optional=[folder / name for name in OPTIONAL if (folder / name).exists()],
        )
    return path, card, test


def _require_the_same_photos(card: ModelCard, samples: Sequence[Sample]) -> None:
    """Splits made by another rule, or of other photos, may have test photos that were trained on.

    Raises:
        ValueError: there are more or fewer test photos than in the card.
    """
    known = next((found for found in card.evaluations if found.name == _ALL), None)
    test = [sample.label for sample in samples if sample.split == "test"]
    if known and (known.images, known.malignant) != (len(test), sum(test)):
        raise ValueError(
            f"the data holds {len(test)} test photos, {sum(test)} of them malignant, but the "
            f"card's figures are of {known.images} and {known.malignant}: give the data that the "
            "model was trained on, split by the same metadata"
        )


def _require_convolutions(folder: Path, card: ModelCard) -> None:
    """Of other networks, only some parts would be computed in 8 bits, and badly.

    Raises:
        ValueError: the archive holds one.
    """
    graph = folder / GRAPH
    if card.by_occlusion:
        raise ValueError("a model whose heatmaps are made by occlusion can't be quantised")
    if not graph.exists():
        return
    operators = graph_pb2.Model.FromString(graph.read_bytes()).graph.node
    if any(node.op_type == "MatMul" for node in operators):
        raise ValueError(
            "a transformer can't be quantised: only convolutions are computed in 8 bits"
        )


def _card(card: ModelCard, version: str, in_8_bits: dict[str, Any]) -> ModelCard:
    quantised = Quantised.model_validate(in_8_bits)
    return ModelCard.model_validate(
        card.model_dump() | {"version": version, "quantised": quantised.model_dump()}
    )


def _backend(folder: Path, card: ModelCard, *, in_8_bits: bool = False) -> OnnxBackend:
    graph = folder / GRAPH
    if not graph.exists():
        raise ValueError("the archive holds no graph: package it anew first")
    ranges = (folder / RANGES).read_bytes() if in_8_bits else None
    return OnnxBackend.of(
        graph.read_bytes(),
        folder / WEIGHTS,
        card.preprocessing,
        ranges=ranges,
        threads=os.cpu_count() or 1,
    )


def _save_ranges(
    folder: Path, card: ModelCard, samples: Sequence[Sample], cache: PixelCache
) -> None:
    training = [index for index, sample in enumerate(samples) if sample.split == "train"]
    order = np.random.default_rng(7).permutation(len(training))[:PHOTOS]
    augmentation = Augmentation(card.preprocessing, torch.Generator())
    photos = augmentation.plain(cache.batch([training[place] for place in order])).numpy()
    graph, weights = read_parts((folder / GRAPH).read_bytes(), folder / WEIGHTS, card.preprocessing)
    save_file(found_ranges(graph, weights, list(photos)), folder / RANGES)
