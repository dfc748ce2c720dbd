"""An archive's graph: what its model computes, in a small part of ONNX. No torch, no ONNX Runtime.

A graph comes from strangers, and ONNX Runtime opens it. So only what can be understood to the last
byte is let through: the messages of `dermis.graph.v1`, written as this file writes them, with
operators of an allow-list whose results have a known and bounded size (`graph_operators`).

It holds no weights. Its nodes name tensors of `model.safetensors`, so that it can belong to no
other weights than those the card describes; ONNX Runtime gets both, one behind the other
(`with_weights`), and folds what can be folded. It ends in global average pooling and one linear
layer, since only there Grad-CAM has a closed form (`serving.model.gradcam`); unless its card says
that heatmaps are made by occlusion, which asks for nothing but logits.
"""

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from google.protobuf.message import DecodeError

from dermis.graph.v1 import graph_pb2
from serving.archives.graph_operators import (
    OPERATORS,
    Given,
    Setting,
    Shape,
    WrongUse,
)
from serving.archives.weights_file import Floats

BATCH, FEATURES, LOGITS, PHOTOS = "batch", "features", "logits", "photos"
IR_VERSION, OPSET = 8, 17

MAX_NODES = 5_000
MAX_CONSTANTS = 1_000
MAX_CONSTANT_NUMBERS = 4_096
# Of one map, and of all of them: a gibibyte of float32, for one photo.
MAX_MAP = 1 << 25
MAX_MAPS = 1 << 28
# Some seconds of one core for a photo; a ResNet-50 at 1,024 pixels takes 86 thousand millions.
MAX_MULTIPLICATIONS = 1 << 37
# Kinds of safetensors' tensors that it may take.
FLOATS = frozenset({"F16", "F32", "F64"})
_NAME = re.compile(r"[!-~]{1,256}")
_SHOWN = 60

_FLOAT, _INT, _FLOATS, _INTS = 1, 2, 6, 7
_FLOAT32, _INT64 = 1, 7
_CHANNELS = 3


class GraphInvalid(ValueError):
    """The graph is not one that may run; the text is the end of a sentence."""


@dataclass(frozen=True, slots=True)
class Graph:
    """A graph that may run.

    Attributes:
        content: as it lies in the archive.
        weights: the tensors of `model.safetensors` that it takes.
        head: of these, the C×K weight of the linear layer that gives the logits of pooled
            features; "" where they come about otherwise.
    """

    content: bytes
    weights: frozenset[str]
    head: str


def read_graph(
    content: bytes,
    tensors: Mapping[str, Shape],
    *,
    size: int,
    classes: int,
    by_occlusion: bool = False,
) -> Graph:
    """Check a graph to the last byte.

    Args:
        content: the member.
        tensors: names and shapes of what `model.safetensors` holds as floating-point numbers.
        size: pixels of the model's input.
        classes: how many it tells apart.
        by_occlusion: whether it may end in any head, since its heatmaps need none in particular.

    Raises:
        GraphInvalid: with the first reason.
    """
    model = _parsed(content)
    reading = _Reading(model.graph, tensors)
    _require_port(model.graph.input, {BATCH: (1, _CHANNELS, size, size)})
    reading.take(BATCH, (1, _CHANNELS, size, size), seen=True)
    for constant in model.graph.initializer:
        reading.add_constant(constant)
    for node in model.graph.node:
        reading.add_node(node)
    shapes = {name: reading.shapes.get(name, ()) for name in (FEATURES, LOGITS)}
    _require_port(model.graph.output, shapes)
    head = "" if by_occlusion else _head(model.graph, tensors)
    features, logits = shapes[FEATURES], shapes[LOGITS]
    fits = not head or tensors[head] == (classes, *features[1:2])
    if len(features) != 4 or logits != (1, classes) or not fits:
        raise GraphInvalid(f"does not give {classes} logits of pooled features")
    if head and features[2:] == (1, 1):
        raise GraphInvalid("ends in a map of one cell, which shows nothing")
    return Graph(content, frozenset(reading.taken), head)


def with_weights(graph: Graph, weights: Mapping[str, Floats]) -> bytes:
    """The ONNX file for ONNX Runtime.

    Messages of one kind that follow each other are one (protobuf.dev, "last one wins"): the weights
    join the graph's constants without its being read again.
    """
    joined = graph_pb2.Model(
        graph=graph_pb2.Graph(
            initializer=[tensor_of(name, weights[name]) for name in sorted(graph.weights)]
        )
    )
    return graph.content + joined.SerializeToString()


def tensor_of(name: str, values: Floats) -> graph_pb2.Tensor:
    """Numbers as ONNX holds them."""
    return graph_pb2.Tensor(
        dims=values.shape, data_type=_FLOAT32, name=name, raw_data=values.astype("<f4").tobytes()
    )


def written(model: graph_pb2.Model) -> bytes:
    """A graph's one spelling."""
    content: bytes = model.SerializeToString(deterministic=True)
    return content


def _parsed(content: bytes) -> graph_pb2.Model:
    model = graph_pb2.Model()
    try:
        model.ParseFromString(content)
    except DecodeError:
        raise GraphInvalid("is not a whole ONNX file") from None
    model.DiscardUnknownFields()
    if written(model) != content:
        raise GraphInvalid(
            "holds more than operators and constants, such as functions, subgraphs, other domains "
            "or external data, or is not written as `dermis-model package` writes it"
        )
    versions = [opset.version for opset in model.opset_import]
    if model.ir_version != IR_VERSION or versions != [OPSET]:
        raise GraphInvalid(f"is not of ONNX's IR version {IR_VERSION} and opset {OPSET}")
    if len(model.graph.node) > MAX_NODES:
        raise GraphInvalid(f"has {len(model.graph.node)} nodes; {MAX_NODES} are allowed")
    if len(model.graph.initializer) > MAX_CONSTANTS:
        raise GraphInvalid(f"has more than {MAX_CONSTANTS} constants")
    return model


class _Reading:
    """What is known while a graph's nodes are read in order."""

    def __init__(self, graph: graph_pb2.Graph, tensors: Mapping[str, Shape]) -> None:
        self.shapes: dict[str, Shape] = {}
        self.taken: set[str] = set()
        self._whole: dict[str, tuple[int, ...]] = {}
        self._tensors = tensors
        # What depends on the photos, of all that has a shape.
        self._seen: set[str] = set()
        self._maps = 0
        self._multiplications = 0
        if graph.name and not _NAME.fullmatch(graph.name):
            raise GraphInvalid("has a name that is too long or no text")

    def take(self, name: str, shape: Shape, *, seen: bool = False) -> None:
        """A new value; everything has one name and one only.

        Args:
            name: of it.
            shape: of it, for one photo.
            seen: whether it depends on the photo.
        """
        if not _NAME.fullmatch(name):
            raise GraphInvalid(f"has a name that is empty, too long or no text: {name[:_SHOWN]!r}")
        if name in self.shapes or name in self._whole or name in self._tensors:
            raise GraphInvalid(f"gives the name {name[:_SHOWN]!r} twice")
        self.shapes[name] = shape
        if seen:
            self._seen.add(name)

    def add_constant(self, constant: graph_pb2.Tensor) -> None:
        shape, kind = tuple(constant.dims), constant.data_type
        width = {_FLOAT32: 4, _INT64: 8}.get(kind, 0)
        count = math.prod(shape)
        bounded = len(shape) <= 4 and all(0 < side <= MAX_CONSTANT_NUMBERS for side in shape)
        if not bounded or count > MAX_CONSTANT_NUMBERS or len(constant.raw_data) != count * width:
            raise GraphInvalid(
                f"has a constant {constant.name[:_SHOWN]!r} that is too large or odd"
            )
        self.take(constant.name, shape)
        if kind == _INT64:
            del self.shapes[constant.name]
            numbers = np.frombuffer(constant.raw_data, "<i8").tolist()
            self._whole[constant.name] = tuple(numbers)
        elif not np.isfinite(np.frombuffer(constant.raw_data, "<f4")).all():
            raise GraphInvalid(f"has a constant {constant.name[:_SHOWN]!r} that is not finite")

    def add_node(self, node: graph_pb2.Node) -> None:
        operator = OPERATORS.get(node.op_type)
        shown = node.op_type[:_SHOWN]
        if operator is None:
            raise GraphInvalid(f"uses the operator {shown!r}, which is not allowed here")
        settings = _settings(node)
        if unknown := settings.keys() - operator.settings:
            raise GraphInvalid(f"sets {min(unknown)[:_SHOWN]!r} of a {shown}")
        if len(node.input) not in operator.inputs or len(node.output) != 1:
            raise GraphInvalid(f"has a {shown} with {len(node.input)} inputs")
        at = slice(1, 1 + operator.whole)
        whole = [self._whole.get(name) for name in node.input[at]]
        numbers = [*node.input[:1], *node.input[at.stop :]]
        given = Given(
            [self._shape(name) for name in numbers],
            settings,
            [found for found in whole if found is not None],
            [name not in self._seen for name in numbers],
        )
        if len(given.whole) != operator.whole:
            raise GraphInvalid(f"has a {shown} whose settings are not constant")
        try:
            result = operator.shape(given)
        except WrongUse as error:
            raise GraphInvalid(f"has a {shown} that {error}") from None
        seen = not all(given.fixed)
        if result[:1] != (1,) and (seen or not operator.of_weights):
            raise GraphInvalid("has a result that is not one photo's")
        self._require_bounded(operator.multiplications(given, result), result)
        self.take(node.output[0], result, seen=seen)

    def _shape(self, name: str) -> Shape:
        if name in self.shapes:
            return self.shapes[name]
        if name not in self._tensors:
            raise GraphInvalid(f"takes {name[:_SHOWN]!r}, which nothing before it gives")
        self.taken.add(name)
        return self._tensors[name]

    def _require_bounded(self, multiplications: int, result: Shape) -> None:
        size = math.prod(result)
        self._maps += size
        self._multiplications += multiplications
        if not 0 < size <= MAX_MAP or self._maps > MAX_MAPS:
            raise GraphInvalid("has maps that take too much memory")
        if self._multiplications > MAX_MULTIPLICATIONS:
            raise GraphInvalid("takes too many multiplications")


def _settings(node: graph_pb2.Node) -> dict[str, Setting]:
    found: dict[str, Setting] = {}
    for attribute in node.attribute:
        if attribute.name in found:
            raise GraphInvalid(f"sets {attribute.name[:_SHOWN]!r} twice")
        kinds: dict[int, Setting] = {
            _FLOAT: attribute.f,
            _INT: attribute.i,
            _FLOATS: tuple(attribute.floats),
            _INTS: tuple(attribute.ints),
        }
        if attribute.type not in kinds:
            raise GraphInvalid(f"sets {attribute.name[:_SHOWN]!r} to something other than numbers")
        found[attribute.name] = kinds[attribute.type]
    return found


def _require_port(found: Iterable[graph_pb2.ValueInfo], wanted: Mapping[str, Shape]) -> None:
    """Inputs or outputs are as named, of float32, for as many photos as one likes."""
    expected = [port(name, shape) for name, shape in wanted.items()]
    if list(found) != expected:
        raise GraphInvalid(f"must have {' and '.join(wanted)} of the shapes that it computes")


def port(name: str, shape: Shape) -> graph_pb2.ValueInfo:
    """The declaration of an input or output.

    Args:
        name: of it.
        shape: for one photo.
    """
    sides = [graph_pb2.Dimension(dim_value=side) for side in shape[1:]]
    dimensions = graph_pb2.Shape(dim=[graph_pb2.Dimension(dim_param=PHOTOS), *sides])
    tensor = graph_pb2.TensorType(elem_type=_FLOAT32, shape=dimensions)
    return graph_pb2.ValueInfo(name=name, type=graph_pb2.Type(tensor_type=tensor))


def _head(graph: graph_pb2.Graph, tensors: Mapping[str, Shape]) -> str:
    """The tensor that takes pooled features to logits."""
    made = {node.output[0]: node for node in graph.node}
    last = made.get(LOGITS)
    if last and last.op_type == "Gemm" and _settings(last).get("transB") == 1:
        pooled = made.get(last.input[0])
        while pooled and pooled.op_type in ("Flatten", "Identity"):
            pooled = made.get(pooled.input[0])
        if pooled and pooled.input[0] == FEATURES and _pools(pooled) and last.input[1] in tensors:
            return last.input[1]
    raise GraphInvalid("does not end in global average pooling and one linear layer")


def _pools(node: graph_pb2.Node) -> bool:
    if node.op_type == "GlobalAveragePool":
        return True
    axes = _settings(node).get("axes")
    return (
        node.op_type == "ReduceMean"
        and isinstance(axes, tuple)
        and {axis % 4 for axis in axes} == {2, 3}
    )
