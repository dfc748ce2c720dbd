"""A graph for an archive that holds none, and which backend to use.

Run once per version by the first of its workers, in a separate process (`export_process`), so that
torch, timm and their memory are gone when the workers serve.
"""

import statistics
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import numpy as np
import torch
from torch import nn

from imaging.decoding import decode
from serving.archives.card import ModelCard
from serving.archives.checks import GOLDEN_IMAGES
from serving.archives.members import CARD, GOLDEN, GRAPH, WEIGHTS
from serving.archives.weights_file import Floats
from serving.model.backends import CHOICE, Backend, Candidate, Choice, OnnxBackend
from serving.model.preprocessing import Preprocess
from serving.pytorch.architectures import load_model
from serving.pytorch.backends import EagerBackend, TorchscriptBackend
from serving.pytorch.graph_export import write_graph

WARM_UP_ROUNDS, ROUNDS = 2, 5

Opened = Callable[[], Backend]


def export(archive: Path, out: Path) -> Choice:
    """Export an unpacked archive and benchmark every backend on its golden images.

    Args:
        archive: folder that holds the archive's members.
        out: folder for the export.

    Raises:
        ValueError: the weights don't fit the architecture.
    """
    torch.set_num_threads(1)
    card = ModelCard.model_validate_json((archive / CARD).read_bytes())
    out.mkdir(parents=True, exist_ok=True)
    size = card.preprocessing.input_size
    eager = EagerBackend(load_model(archive / WEIGHTS, card), size)
    batches = _golden_batches(archive, card)
    expected = [eager.run(batch) for batch in batches]
    candidates = [try_backend(EagerBackend.name, lambda: eager, batches, expected)]
    if eager.head is not None:
        opened: Opened = partial(_onnx, eager.model, archive, card, out)
        candidates.append(try_backend(OnnxBackend.name, opened, batches, expected))
    if not candidates[-1].usable or len(candidates) == 1:
        # Never faster than ONNX Runtime, and tracing takes a second.
        opened = partial(TorchscriptBackend, eager.model, size)
        candidates.append(try_backend(TorchscriptBackend.name, opened, batches, expected))
    found = Choice(weights_sha256=card.weights_sha256, candidates=candidates)
    (out / CHOICE).write_text(found.model_dump_json(indent=2))
    return found


def try_backend(
    name: str,
    opened: Opened,
    batches: Sequence[Floats],
    expected: Sequence[tuple[Floats, Floats]],
    *,
    rounds: int = ROUNDS,
) -> Candidate:
    """Time one backend, and measure how far it is from the expected answers."""
    try:
        backend = opened()
        difference = max(
            difference_of(a, b)
            for batch, answer in zip(batches, expected, strict=True)
            for a, b in zip(backend.run(batch), answer, strict=True)
        )
        took = []
        for turn in range(WARM_UP_ROUNDS + rounds):
            started = time.perf_counter()
            backend.run(batches[turn % len(batches)])
            took.append((time.perf_counter() - started) * 1000)
    except Exception as error:  # noqa: BLE001  runtimes raise anything; eager mode remains
        return Candidate(backend=name, error=f"failed: {type(error).__name__}")
    milliseconds = statistics.median(took[WARM_UP_ROUNDS:])
    return Candidate(backend=name, milliseconds=milliseconds, difference=difference)


def _onnx(model: nn.Module, archive: Path, card: ModelCard, out: Path) -> OnnxBackend:
    by_occlusion = card.by_occlusion
    content = write_graph(model, card.preprocessing.input_size, by_occlusion=by_occlusion)
    (out / GRAPH).write_bytes(content)
    weights = archive / WEIGHTS
    return OnnxBackend.of(content, weights, card.preprocessing, by_occlusion=by_occlusion)


def _golden_batches(archive: Path, card: ModelCard) -> list[Floats]:
    preprocess = Preprocess(card.preprocessing)
    listed = GOLDEN_IMAGES.validate_json((archive / GOLDEN).read_bytes())
    return [preprocess(decode((archive / image.file).read_bytes()))[None] for image in listed]


def difference_of(actual: Floats, expected: Floats) -> float:
    """The largest difference, relative where values are above 1; infinite where one is NaN."""
    gap = np.abs(actual - expected) / np.maximum(1, np.abs(expected))
    return float(gap.max()) if np.isfinite(gap).all() else np.inf
