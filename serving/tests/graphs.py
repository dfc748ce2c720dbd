"""A small graph for tests, which can be computed. No torch."""

import hashlib
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from safetensors.numpy import save

from dermis.graph.v1 import graph_pb2
from serving.archives.graph import IR_VERSION, OPSET, port, written
from serving.archives.members import GRAPH
from serving.tests.archives import members, sound, write

SIZE, CHANNELS = 224, 4
WEIGHTS: dict[str, NDArray[Any]] = {
    "stem": np.full((CHANNELS, 3, 3, 3), 0.25, np.float16),
    "head.weight": np.array([[0, 1, 2, 3], [3, 2, 1, 0]], np.float16),
    "head.bias": np.array([0.5, -0.5], np.float16),
    "counter": np.array([1], np.int64),
}

# Of those that a graph may take.
SHAPES = {name: value.shape for name, value in WEIGHTS.items() if value.dtype == np.float16}


def node(kind: str, inputs: str, output: str, **settings: list[int] | int) -> graph_pb2.Node:
    """A node; `inputs` are parted by spaces."""
    attributes = [
        graph_pb2.Attribute(name=name, ints=value, type=7)
        if isinstance(value, list)
        else graph_pb2.Attribute(name=name, i=value, type=2)
        for name, value in settings.items()
    ]
    return graph_pb2.Node(
        input=inputs.split(" "), output=[output], op_type=kind, attribute=attributes
    )


def small() -> graph_pb2.Model:
    return graph_pb2.Model(
        ir_version=IR_VERSION,
        opset_import=[graph_pb2.OperatorSet(version=OPSET)],
        graph=graph_pb2.Graph(
            name="model",
            node=[
                node("Conv", "batch stem", "/1", kernel_shape=[3, 3], strides=[32, 32]),
                node("Relu", "/1", "features"),
                node("GlobalAveragePool", "features", "/2"),
                node("Flatten", "/2", "/3", axis=1),
                node("Gemm", "/3 head.weight head.bias", "logits", transB=1),
            ],
            input=[port("batch", (1, 3, SIZE, SIZE))],
            output=[port("features", (1, CHANNELS, 7, 7)), port("logits", (1, 2))],
        ),
    )


def with_graph(folder: Path, content: bytes, **card: Any) -> Path:
    """An archive with this graph, and with its digest in the card."""
    digest = hashlib.sha256(content).hexdigest()
    held = members(sound(folder, save(WEIGHTS), **({"graph_sha256": digest} | card)))
    return write(folder / "graph.mar", [*held.items(), (GRAPH, content)], zipfile.ZIP_STORED)


def bent(bend: Callable[[graph_pb2.Graph], object]) -> bytes:
    """The small graph, changed within what archives can hold."""
    model = small()
    bend(model.graph)
    return written(model)


def bent_onnx(bend: Callable[[onnx.ModelProto], object]) -> bytes:
    """The small graph, changed by whatever ONNX can say."""
    model = onnx.ModelProto.FromString(written(small()))
    bend(model)
    return model.SerializeToString()
