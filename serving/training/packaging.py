"""Packs an evaluated run into an archive, with golden images to check it against later."""

import tempfile
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

import numpy as np

from imaging.decoding import decode
from serving import examples
from serving.archives.archive import CheckedArchive
from serving.archives.card import ModelCard
from serving.archives.graph import GraphInvalid
from serving.archives.members import DIFFERENTIAL, GRAPH, NOVELTY, OPTIONAL, WEIGHTS
from serving.archives.packing import build_archive
from serving.archives.weights_file import Floats
from serving.model.attention import looked_at
from serving.model.backends import TOLERANCE, OnnxBackend
from serving.model.classifier import Classifier
from serving.pytorch.backends import EagerBackend, load_classifier
from serving.pytorch.export import difference_of
from serving.pytorch.graph_export import write_graph
from serving.training.importing_onnx import ONNX

GOLDEN_IMAGES = 4


class NoGraph(ValueError):
    """The model can't be written as a graph; the text says why."""


def package_run(run: Path, out: Path) -> tuple[Path, str]:
    """Build the archive of a run that has been evaluated.

    Args:
        run: folder with `model.safetensors`, `model_card.json` and, where the card names them,
            `novelty.safetensors` and `differential.safetensors`; the graph is written there.
        out: folder for the archive.

    Returns:
        The archive's path, and why it has no graph; "" where it has one.
    """
    card = ModelCard.model_validate_json((run / "model_card.json").read_bytes())
    is_imported_graph = card.architecture == ONNX
    classifier = _imported(run, card) if is_imported_graph else load_classifier(run / WEIGHTS, card)
    # Every third example: both classes are among them.
    shown = examples.read()[:: len(examples.read()) // GOLDEN_IMAGES][:GOLDEN_IMAGES]
    golden, inputs = [], []
    for example in shown:
        photo = decode(example.path.read_bytes())
        _, prediction, _ = looked_at(classifier, photo)
        golden.append((example.path, prediction.probability_malignant))
        inputs.append(classifier.preprocess(photo))
    missing = ""
    try:
        if not is_imported_graph:
            (run / GRAPH).write_bytes(agreeing_graph(classifier, run / WEIGHTS, inputs))
        card = card.model_copy(update={"graph_sha256": _digest(run / GRAPH)})
    except NoGraph as error:
        missing = str(error)
    out.mkdir(parents=True, exist_ok=True)
    named = {
        NOVELTY: card.novelty_sha256, DIFFERENTIAL: card.differential_sha256,
        GRAPH: card.graph_sha256,
    }  # fmt: skip
    optional = [run / name for name, digest in named.items() if digest]
    path = build_archive(
        weights=run / WEIGHTS, card=card, golden=golden, out=out, optional=optional
    )
    return path, missing


def package_anew(archive: CheckedArchive, out: Path, version: str = "") -> Path:
    """Build an archive of the same model with its graph, for one from before archives had graphs.

    Args:
        archive: with or without a graph.
        out: folder for the new one.
        version: the new archive's; the old one's if "".

    Returns:
        The new archive's path. Weights, golden images and the answers to them are the old one's.

    Raises:
        NoGraph: the model can't be written as a graph.
        ValueError: the weights don't fit the architecture, or the version is none.
    """
    with tempfile.TemporaryDirectory() as held:
        folder = Path(held)
        archive.unpack(folder)
        classifier = load_classifier(folder / WEIGHTS, archive.card)
        golden = [(folder / image.file, image.probability_malignant) for image in archive.golden]
        inputs = [classifier.preprocess(decode(path.read_bytes())) for path, _ in golden]
        (folder / GRAPH).write_bytes(agreeing_graph(classifier, folder / WEIGHTS, inputs))
        known = archive.card.model_dump() | {"graph_sha256": _digest(folder / GRAPH)}
        card = ModelCard.model_validate(known | ({"version": version} if version else {}))
        out.mkdir(parents=True, exist_ok=True)
        return build_archive(
            weights=folder / WEIGHTS,
            card=card,
            golden=golden,
            out=out,
            optional=[folder / name for name in OPTIONAL if (folder / name).exists()],
        )


def _imported(run: Path, card: ModelCard) -> Classifier:
    """The model of a run that was imported as a graph."""
    content = (run / GRAPH).read_bytes()
    backend = OnnxBackend.of(
        content, run / WEIGHTS, card.preprocessing, by_occlusion=card.by_occlusion
    )
    return Classifier(backend, card)


def _digest(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()


def agreeing_graph(classifier: Classifier, weights: Path, inputs: Sequence[Floats]) -> bytes:
    """A model's graph, which gives the same answers as eager PyTorch.

    Args:
        classifier: in eager PyTorch.
        weights: safetensors, from which it was filled.
        inputs: photos, each 3×S×S, on which both are compared: one by one, and as one batch.

    Raises:
        NoGraph: it needs what graphs may not hold, or gives other answers in ONNX Runtime.
    """
    backend, preprocessing = classifier.backend, classifier.card.preprocessing
    if not isinstance(backend, EagerBackend):
        raise TypeError("the classifier is not in eager PyTorch")
    try:
        by_occlusion = classifier.card.by_occlusion
        graph = write_graph(backend.model, preprocessing.input_size, by_occlusion=by_occlusion)
        written = OnnxBackend.of(graph, weights, preprocessing, by_occlusion=by_occlusion)
        batches = [*(photo[None] for photo in inputs), np.stack(inputs)]
        pairs = [(written.run(batch), backend.run(batch)) for batch in batches]
    except GraphInvalid as error:
        raise NoGraph(f"its graph {error}") from None
    except (ValueError, RuntimeError) as error:
        raise NoGraph(f"it can't be exported: {str(error)[:200]}") from None
    off = max(
        difference_of(actual, expected)
        for found, wanted in pairs
        for actual, expected in zip(found, wanted, strict=True)
    )
    if not off <= TOLERANCE:
        raise NoGraph(f"ONNX Runtime's answers are off by {off:.0e}")
    return graph
