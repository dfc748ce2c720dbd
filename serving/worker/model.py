"""Opens the model of a TorchServe worker: in 8 bits where that is right here, else as it was made.

8-bit arithmetic takes half the time, has an operating point of its own (`card.Quantised`), and is
right on processors with VNNI alone. Whether it is here, the golden images show at each start.
"""

import logging
import os
from pathlib import Path

from imaging.decoding import decode
from serving.archives.card import ModelCard, Precision
from serving.archives.checks import GOLDEN_IMAGES
from serving.archives.differential import Differential
from serving.archives.members import (
    CARD,
    DIFFERENTIAL,
    DIFFERENTIAL_INT8,
    GOLDEN,
    GRAPH,
    NOVELTY,
    NOVELTY_INT8,
    RANGES,
    WEIGHTS,
)
from serving.archives.novelty import Novelty
from serving.model.attention import looked_at
from serving.model.backends import TOLERANCE, Backend, Choice, OnnxBackend
from serving.model.classifier import Classifier
from serving.model.processor import has_vnni
from serving.worker import environment

log = logging.getLogger(__name__)


class TorchMissing(ValueError):
    """Only PyTorch could run this archive, and it is not installed here."""

    def __init__(self) -> None:
        super().__init__(
            "the archive holds no graph, so only PyTorch can run it, which is not installed here: "
            "package it anew, or install requirements/torch.txt and requirements/serving-torch.lock"
        )


def open_unpacked(
    archive: Path, *, threads: int = 1, precision: Precision | None = None
) -> tuple[Classifier, Choice | None]:
    """Load an unpacked archive.

    Args:
        archive: folder that holds the archive's members.
        threads: that one prediction may use.
        precision: to compute in, right or wrong; None for the fastest that is right here.

    Returns:
        The classifier, and how the backends performed; None where there was nothing to choose.

    Raises:
        TorchMissing: it holds no graph, and there is no PyTorch.
        ValueError: its parts don't fit each other.
    """
    card = ModelCard.model_validate_json((archive / CARD).read_bytes())
    if precision == "int8":
        return _in_8_bits(archive, card, threads), None
    if precision is None and card.quantised:
        try:
            return _right_in_8_bits(archive, card, threads), None
        except ValueError as error:
            log.warning("computing in single precision: %s", error)
    backend, choice = _backend(archive, card, threads)
    return _classifier(archive, backend, card, NOVELTY, DIFFERENTIAL), choice


def _right_in_8_bits(archive: Path, card: ModelCard, threads: int) -> Classifier:
    """The model in 8 bits, which answers as its archive recorded.

    Raises:
        ValueError: it doesn't, or this processor couldn't.
    """
    if not has_vnni():
        raise ValueError("the processor has no VNNI")
    classifier = _in_8_bits(archive, card, threads)
    for image in GOLDEN_IMAGES.validate_json((archive / GOLDEN).read_bytes()):
        _, prediction, _ = looked_at(classifier, decode((archive / image.file).read_bytes()))
        expected = image.expected("int8")
        if expected is None or not abs(prediction.probability_malignant - expected) <= TOLERANCE:
            raise ValueError(f"in 8 bits, {image.file} has another answer than was recorded")
    return classifier


def _in_8_bits(archive: Path, card: ModelCard, threads: int) -> Classifier:
    card = card.in_8_bits()
    backend = OnnxBackend.of(
        (archive / GRAPH).read_bytes(),
        archive / WEIGHTS,
        card.preprocessing,
        ranges=(archive / RANGES).read_bytes(),
        threads=threads,
    )
    return _classifier(archive, backend, card, NOVELTY_INT8, DIFFERENTIAL_INT8)


def _classifier(
    archive: Path, backend: Backend, card: ModelCard, novelty: str, differential: str
) -> Classifier:
    """A classifier with the members of these names, where the card has them."""
    known, diagnoses = None, None
    if card.novelty_sha256:
        known = Novelty.from_bytes((archive / novelty).read_bytes())
    if card.differential_sha256:
        held = (archive / differential).read_bytes()
        diagnoses = Differential.from_bytes(held, card.diagnoses)
    return Classifier(backend, card, known, diagnoses)


def _backend(archive: Path, card: ModelCard, threads: int) -> tuple[Backend, Choice | None]:
    graph, weights = archive / GRAPH, archive / WEIGHTS
    if graph.exists():
        backend = OnnxBackend.of(
            graph.read_bytes(),
            weights,
            card.preprocessing,
            by_occlusion=card.by_occlusion,
            threads=threads,
        )
        return backend, None
    try:
        # Imported only here: what serves does without torch, which takes a second and 400 MB.
        from serving.pytorch.exports import open_without_graph  # noqa: PLC0415  as above
    except ModuleNotFoundError as error:
        raise TorchMissing from error
    shared = os.environ.get(environment.EXPORTS)
    return open_without_graph(
        archive, card, shared=Path(shared) if shared else None, threads=threads
    )
