"""Makes a run of an ONNX graph from outside; from here on ONNX Runtime alone computes it."""

import os
from collections.abc import Collection, Sequence
from pathlib import Path

import numpy as np
import onnxruntime
import torch
from safetensors.numpy import save_file
from torch import Tensor

from serving.archives.card import Preprocessing
from serving.archives.graph import GraphInvalid, read_graph
from serving.archives.members import GRAPH, WEIGHTS
from serving.archives.weights_file import Floats
from serving.model.backends import TOLERANCE, OnnxBackend
from serving.training.augmentation import Augmentation
from serving.training.datasets import Sample
from serving.training.imported_diagnoses import write_second_head
from serving.training.importing import describe, train_labels, train_of, two_class_head
from serving.training.onnx_files import OnnxFile, read_onnx
from serving.training.pixel_cache import PixelCache

# What a card names as the architecture of a graph that nobody here can build.
ONNX = "onnx"
_BATCH = 32
_COMPARED = 4


def import_graph(
    path: Path,
    preprocessing: Preprocessing,
    malignant: Collection[int],
    samples: Sequence[Sample],
    cache: PixelCache,
    run: Path,
    diagnoses: Sequence[str] = (),
) -> None:
    """Write a finished run: `graph.onnx`, `model.safetensors` and `run.json`.

    Args:
        path: an ONNX classifier that ends in a linear layer.
        preprocessing: that it was trained with.
        malignant: the classes of its head that are malignant; of one logit, [0].
        samples: labelled photos; those of the split train weigh the classes of a head of more
            than two.
        cache: their pixels.
        run: an existing folder.
        diagnoses: names of the head's classes, which become the list of likely diagnoses.

    Raises:
        ValueError: it can't be served, `malignant` names no class of its, or all, or its diagnoses
            can't be kept.
    """
    found = read_onnx(path, preprocessing.input_size)
    if diagnoses and found.by_occlusion:
        raise ValueError(
            f"{path} has more between feature map and last layer than a mean, so its own diagnoses "
            "can't be kept beside it: leave --classes out"
        )
    body = _backend(found)
    augmentation = Augmentation(preprocessing, torch.Generator().manual_seed(7))
    _require_same_answers(found, body, augmentation.plain(cache.batch(range(_COMPARED))).numpy())

    def answers() -> tuple[Tensor, np.ndarray]:
        train = train_of(samples)
        logits = [
            body.run(augmentation.plain(cache.batch(train[n : n + _BATCH])).numpy())[1]
            for n in range(0, len(train), _BATCH)
        ]
        return torch.from_numpy(np.concatenate(logits)), train_labels(samples)

    weight, bias = two_class_head(
        torch.from_numpy(found.head_weight), torch.from_numpy(found.head_bias), malignant, answers
    )
    content, weights = found.graph(weight.numpy(), bias.numpy())
    (run / GRAPH).write_bytes(content)
    save_file(weights, run / WEIGHTS)
    describe(
        run,
        ONNX,
        preprocessing,
        path,
        classes=len(found.head_weight),
        malignant=malignant,
        heatmap="occlusion" if found.by_occlusion else "grad-cam",
        diagnoses=(
            write_second_head(run, found.head_weight, found.head_bias, diagnoses, malignant)
            if diagnoses
            else {}
        ),
    )


def _backend(found: OnnxFile) -> OnnxBackend:
    """What was cut out, with the last layer that the file brings."""
    try:
        content, weights = found.graph(found.head_weight, found.head_bias)
        shapes = {name: values.shape for name, values in weights.items()}
        graph = read_graph(
            content,
            shapes,
            size=found.size,
            classes=len(found.head_weight),
            by_occlusion=found.by_occlusion,
        )
    except GraphInvalid as error:
        raise ValueError(f"{found.path} can't be served: its graph {error}") from None
    return OnnxBackend(graph, weights, threads=os.cpu_count() or 1)


def _require_same_answers(found: OnnxFile, body: OnnxBackend, batch: Floats) -> None:
    """Whether what was cut out of the file computes what the file computes.

    Raises:
        ValueError: it doesn't.
    """
    theirs = onnxruntime.InferenceSession(str(found.path), providers=["CPUExecutionProvider"])
    name = theirs.get_inputs()[0].name
    wanted = [
        next(given for given in theirs.run(None, {name: photo[None]}) if given.ndim == 2)
        for photo in batch
    ]
    expected, logits = np.concatenate(wanted), body.run(batch)[1]
    shares = _softmax(logits)
    squashed = (logits, shares, np.log(shares), 1 / (1 + np.exp(-logits)))
    off = min(float(np.abs(given - expected).max()) for given in squashed)
    if not off <= TOLERANCE * max(1.0, float(np.abs(expected).max())):
        raise ValueError(
            f"{found.path} gives other answers once it is cut at its feature map, by {off:.2g}: "
            "export it again with opset_version=17 and dynamo=False, or import its weights"
        )


def _softmax(logits: Floats) -> Floats:
    raised = np.exp(logits - logits.max(axis=1, keepdims=True))
    shares: Floats = raised / raised.sum(axis=1, keepdims=True)
    return shares
