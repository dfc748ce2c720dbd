"""Opens the model of a TorchServe worker."""

import os
from pathlib import Path

from serving.archives.card import ModelCard
from serving.archives.differential import Differential
from serving.archives.members import CARD, DIFFERENTIAL, GRAPH, NOVELTY, WEIGHTS
from serving.archives.novelty import Novelty
from serving.model.backends import Backend, Choice, OnnxBackend
from serving.model.classifier import Classifier
from serving.worker import environment


class TorchMissing(ValueError):
    """Only PyTorch could run this archive, and it is not installed here."""

    def __init__(self) -> None:
        super().__init__(
            "the archive holds no graph, so only PyTorch can run it, which is not installed here: "
            "package it anew, or install requirements/torch.txt and requirements/serving-torch.lock"
        )


def open_unpacked(archive: Path, *, threads: int = 1) -> tuple[Classifier, Choice | None]:
    """Load an unpacked archive.

    Args:
        archive: folder that holds the archive's members.
        threads: that one prediction may use.

    Returns:
        The classifier, and how the backends performed; None where there was nothing to choose.

    Raises:
        TorchMissing: it holds no graph, and there is no PyTorch.
        ValueError: its parts don't fit each other.
    """
    card = ModelCard.model_validate_json((archive / CARD).read_bytes())
    novelty, differential = None, None
    if card.novelty_sha256:
        novelty = Novelty.from_bytes((archive / NOVELTY).read_bytes())
    if card.differential_sha256:
        held = (archive / DIFFERENTIAL).read_bytes()
        differential = Differential.from_bytes(held, card.diagnoses)
    backend, choice = _backend(archive, card, threads)
    return Classifier(backend, card, novelty, differential), choice


def _backend(archive: Path, card: ModelCard, threads: int) -> tuple[Backend, Choice | None]:
    graph, weights = archive / GRAPH, archive / WEIGHTS
    if graph.exists():
        backend = OnnxBackend.of(graph.read_bytes(), weights, card.preprocessing, threads=threads)
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
