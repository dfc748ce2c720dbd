"""Archives that nobody should release, made of what ships."""

import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from safetensors.numpy import load_file, save_file

from dermis.graph.v1 import graph_pb2
from serving import examples
from serving.archives.archive import check_archive
from serving.archives.card import ModelCard
from serving.archives.graph import BATCH, FEATURES, written
from serving.archives.members import CARD, DIFFERENTIAL, GRAPH, NOVELTY, WEIGHTS
from serving.archives.packing import build_archive
from serving.pytorch.architectures import build_model
from serving.tests.archives import shipped
from serving.tests.graphs import node
from serving.worker.model import open_unpacked
from serving.worker.predictions import prediction_of

# Of any precision.
Weights = dict[str, npt.NDArray[Any]]
# Changes weights and graph, in place.
Bend = Callable[[Weights, graph_pb2.Graph], object]

LIVE = "1.1.2"


def remade(folder: Path, version: str, bend: Bend | None = None, **card: Any) -> Path:
    """The live version under another number, with other weights, graph or card.

    Its golden images have the answers that it gives, so only the gate can object. A card that
    nothing could be opened with keeps the live version's.
    """
    checked = check_archive(shipped(LIVE))
    checked.unpack(folder)
    weights = load_file(folder / WEIGHTS)
    graph = graph_pb2.Model.FromString((folder / GRAPH).read_bytes())
    if bend:
        bend(weights, graph.graph)
        save_file(weights, folder / WEIGHTS)
        (folder / GRAPH).write_bytes(written(graph))
    changed = {
        "version": version,
        "weights_sha256": _digest(folder / WEIGHTS),
        "graph_sha256": _digest(folder / GRAPH),
    }
    known = checked.card.model_copy(update=changed | card)
    (folder / CARD).write_text(known.model_dump_json())
    golden = [(folder / image.file, image.probability_malignant) for image in checked.golden]
    try:
        classifier = open_unpacked(folder)[0]
    except ValueError:
        pass
    else:
        golden = [
            (path, prediction_of(classifier, path.read_bytes())["probability_malignant"])
            for path, _ in golden
        ]
    named = {
        NOVELTY: known.novelty_sha256, DIFFERENTIAL: known.differential_sha256,
        GRAPH: known.graph_sha256,
    }  # fmt: skip
    return build_archive(
        weights=folder / WEIGHTS,
        card=known,
        golden=golden,
        out=folder,
        optional=[folder / name for name, digest in named.items() if digest],
    )


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def random_weights(weights: Weights, _: graph_pb2.Graph) -> None:
    """Of the same scale."""
    random = np.random.default_rng(3)
    for name, values in weights.items():
        if values.ndim > 1:
            weights[name] = random.permutation(values.ravel()).reshape(values.shape)


def swapped_classes(weights: Weights, _: graph_pb2.Graph) -> None:
    """Benign is malignant, and the other way round."""
    for name in ("classifier.weight", "classifier.bias"):
        weights[name] = np.ascontiguousarray(weights[name][::-1])


def mirrored_heatmap(weights: Weights, graph: graph_pb2.Graph) -> None:
    """The feature map from right to left, column by column: its mean, and each answer, stays."""
    place = next(at for at, found in enumerate(graph.node) if FEATURES in found.output)
    (made,) = graph.node[place].output
    graph.node[place].output[:] = ["straight"]
    channels, side = (part.dim_value for part in graph.output[0].type.tensor_type.shape.dim[1::2])
    columns = []
    for column in range(side):
        kernel = np.zeros((channels, 1, 1, side), np.float16)
        kernel[..., column] = 1
        weights[f"column{column}"] = kernel
        columns.append(node("Conv", f"straight column{column}", f"c{column}", group=channels))
    joined = node("Concat", " ".join(f"c{n}" for n in reversed(range(side))), made, axis=3)
    nodes = [*graph.node[: place + 1], *columns, joined, *graph.node[place + 1 :]]
    del graph.node[:]
    graph.node.extend(nodes)


def slow(weights: Weights, graph: graph_pb2.Graph) -> None:
    """Computes much that changes nothing."""
    weights["wide"] = np.zeros((80, 3, 11, 11), np.float16)
    weights["long"] = np.zeros((80, 80, 11, 11), np.float16)
    weights["narrow"] = np.zeros((3, 80, 1, 1), np.float16)
    around = [5, 5, 5, 5]
    _before(
        graph,
        [
            node("Conv", f"{BATCH} wide", "w0", pads=around),
            node("Conv", "w0 long", "w1", pads=around),
            node("Conv", "w1 narrow", "w2"),
            node("Add", f"{BATCH} w2", "photos"),
        ],
    )


def fat(weights: Weights, graph: graph_pb2.Graph) -> None:
    """Holds maps that change nothing, 100 MiB each."""
    maps = [f"m{n}" for n in range(4)]
    nodes: list[graph_pb2.Node] = []
    for name in maps:
        weights[f"{name}w"] = np.full((520, 3, 1, 1), 1e-4 * len(nodes), np.float16)
        nodes.append(node("Conv", f"{BATCH} {name}w", name))
    total = maps[0]
    for n, name in enumerate(maps[1:]):
        nodes.append(node("Add", f"{total} {name}", f"s{n}"))
        total = f"s{n}"
    weights["narrow"] = np.zeros((3, 520, 1, 1), np.float16)
    nodes += [node("Conv", f"{total} narrow", "n0"), node("Add", f"{BATCH} n0", "photos")]
    _before(graph, nodes)


def _before(graph: graph_pb2.Graph, nodes: list[graph_pb2.Node]) -> None:
    """Put nodes before a graph; they give `photos`."""
    rest = list(graph.node)
    for found in rest:
        found.input[:] = ["photos" if name == BATCH else name for name in found.input]
    del graph.node[:]
    graph.node.extend([*nodes, *rest])


def channels_last(folder: Path, version: str) -> Path:
    """A Swin transformer, whose features are height × width × channels; only PyTorch runs it."""
    architecture = "swin_tiny_patch4_window7_224"
    torch.manual_seed(0)
    state = build_model(architecture).state_dict()
    save_file(
        {
            name: (value.half() if value.is_floating_point() else value).numpy()
            for name, value in state.items()
        },
        folder / WEIGHTS,
    )
    card = check_archive(shipped(LIVE)).card.model_copy(
        update={
            "version": version, "architecture": architecture, "graph_sha256": "",
            "novelty_sha256": "", "differential_sha256": "", "diagnoses": {},
            "weights_sha256": _digest(folder / WEIGHTS),
        }
    )  # fmt: skip
    photo = examples.read()[0].path
    return build_archive(weights=folder / WEIGHTS, card=card, golden=[(photo, 0.5)], out=folder)


def normalised(mean: float, std: float) -> Mapping[str, Any]:
    """A card's preprocessing with another normalisation."""
    known: ModelCard = check_archive(shipped(LIVE)).card
    return {
        "preprocessing": known.preprocessing.model_copy(
            update={"mean": (mean,) * 3, "std": (std,) * 3}
        )
    }
