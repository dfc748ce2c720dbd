"""Opens the model of a run, whatever computes it: PyTorch, or an imported graph ONNX Runtime."""

import os
from dataclasses import dataclass
from pathlib import Path

from safetensors.numpy import load_file

from serving.archives.card import ModelCard
from serving.archives.graph import Graph, read_graph
from serving.archives.members import GRAPH, WEIGHTS
from serving.archives.weights_file import Floats
from serving.evaluation.weight_randomisation import Shuffled, shuffled, shuffled_tensors
from serving.model.backends import Backend, OnnxBackend
from serving.pytorch.architectures import load_model
from serving.pytorch.backends import EagerBackend, TorchscriptBackend
from serving.training.importing_onnx import ONNX
from serving.training.onnx_files import HEAD_WEIGHT


@dataclass(frozen=True, slots=True)
class RunModel:
    """A run's model.

    Attributes:
        backend: computes it.
        shuffled: computes it with shuffled weights.
    """

    backend: Backend
    shuffled: Shuffled


def open_run(run: Path, card: ModelCard) -> RunModel:
    """Open a run's model.

    Args:
        run: its folder.
        card: names the architecture and the input's size.

    Raises:
        ValueError: the weights don't fit the architecture, or the graph.
    """
    size = card.preprocessing.input_size
    if card.architecture == ONNX:
        graph, weights = _graph(run, card)
        threads = os.cpu_count() or 1
        return RunModel(
            OnnxBackend(graph, weights, threads=threads),
            lambda depth: OnnxBackend(
                graph, shuffled_tensors(weights, graph.head or HEAD_WEIGHT, depth), threads=threads
            ),
        )
    model = load_model(run / WEIGHTS, card)
    return RunModel(
        TorchscriptBackend(model, size), lambda depth: EagerBackend(shuffled(model, depth), size)
    )


def _graph(run: Path, card: ModelCard) -> tuple[Graph, dict[str, Floats]]:
    weights = load_file(run / WEIGHTS)
    shapes = {name: values.shape for name, values in weights.items()}
    graph = read_graph(
        (run / GRAPH).read_bytes(),
        shapes,
        size=card.preprocessing.input_size,
        classes=2,
        by_occlusion=card.by_occlusion,
    )
    return graph, {name: values for name, values in weights.items() if name in graph.weights}
