"""A graph in 8-bit arithmetic: static QDQ as ONNX Runtime fuses it, written here. No torch.

Weights are symmetric int8 by output channel, values uint8 within an archive's ranges
(https://onnxruntime.ai/docs/performance/model-optimizations/quantization.html). Pooling and the
linear layer behind the last feature map stay in single precision: they cost next to nothing, and
Grad-CAM's closed form holds.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from dermis.graph.v1 import graph_pb2
from serving.archives.graph import Graph, tensor_of, written
from serving.archives.ranges import Range, foldable
from serving.archives.weights_file import Floats

Whole = npt.NDArray[np.int8] | npt.NDArray[np.uint8] | npt.NDArray[np.int32]

# ONNX's numbers for the types of tensors, and for an attribute that is a whole number.
_TYPES = {"uint8": 2, "int8": 3, "int32": 6}
_INT = 2
# Steps of a value's range, and of a weight's to either side.
_STEPS, _WEIGHT_STEPS = 255, 127
# Of a channel or a value that is nothing but zeros.
_LEAST_SCALE = np.float32(1e-12)
# ONNX's own, where a normalisation names none.
_EPSILON = 1e-5


def quantised(graph: Graph, weights: Mapping[str, Floats], ranges: Mapping[str, Range]) -> bytes:
    """The ONNX file for ONNX Runtime, weights and all.

    Names that are added hold a space, which no archive's name may.

    Args:
        graph: an archive's.
        weights: the tensors that it takes.
        ranges: of `serving.archives.ranges.read_ranges`.
    """
    model = folded(graph, weights)
    writing = _Writing({c.name: c for c in model.graph.initializer}, ranges)
    for port in model.graph.input:
        if port.name in ranges:
            writing.add_pair(port.name, port.name)
    for node in model.graph.node:
        writing.add(node)
    return written(_replaced(model, writing.nodes, writing.constants))


def folded(graph: Graph, weights: Mapping[str, Floats]) -> graph_pb2.Model:
    """The graph with its weights, normalisations folded into the convolutions before them."""
    model = graph_pb2.Model.FromString(graph.content)
    nodes = list(model.graph.node)
    normalisations = foldable(nodes)
    gone = {node.output[0] for node in normalisations.values()}
    constants = {constant.name: constant for constant in model.graph.initializer}
    constants |= {name: tensor_of(name, values) for name, values in weights.items()}
    kept = []
    for node in nodes:
        if normalisation := normalisations.get(node.output[0]):
            kept.append(_folded(node, normalisation, constants))
        elif node.output[0] not in gone:
            kept.append(node)
    return _replaced(model, kept, constants)


def _folded(
    conv: graph_pb2.Node,
    normalisation: graph_pb2.Node,
    constants: dict[str, graph_pb2.Tensor],
) -> graph_pb2.Node:
    """One convolution that computes both; its weight and bias join the constants."""
    weight, *rest = (_numbers(constants[name]) for name in conv.input[1:])
    scale, shift, mean, variance = (_numbers(constants[name]) for name in normalisation.input[1:])
    epsilon = next((a.f for a in normalisation.attribute if a.name == "epsilon"), _EPSILON)
    factor = scale / np.sqrt(variance + np.float32(epsilon))
    bias = rest[0] if rest else np.zeros_like(mean)
    given = normalisation.output[0]
    made = {
        f"{given} weight": weight * factor[:, None, None, None],
        f"{given} bias": (bias - mean) * factor + shift,
    }
    constants |= {name: tensor_of(name, values) for name, values in made.items()}
    return graph_pb2.Node(
        input=[conv.input[0], *made], output=[given], op_type="Conv", attribute=conv.attribute
    )


def _replaced(
    model: graph_pb2.Model,
    nodes: list[graph_pb2.Node],
    constants: Mapping[str, graph_pb2.Tensor],
) -> graph_pb2.Model:
    """The model with other nodes, and the constants that these take."""
    taken = {name for node in nodes for name in node.input}
    return graph_pb2.Model(
        ir_version=model.ir_version,
        opset_import=model.opset_import,
        graph=graph_pb2.Graph(
            name=model.graph.name,
            node=nodes,
            initializer=[constants[name] for name in sorted(taken & constants.keys())],
            input=model.graph.input,
            output=model.graph.output,
        ),
    )


@dataclass(slots=True)
class _Writing:
    """The quantised graph while it is written.

    Attributes:
        constants: by name; those of the graph, and what is added.
        ranges: of the values that are quantised.
        nodes: written so far.
        names: under which a later node finds a value.
        scales: of each quantised value, so far.
    """

    constants: dict[str, graph_pb2.Tensor]
    ranges: Mapping[str, Range]
    nodes: list[graph_pb2.Node] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    scales: dict[str, np.float32] = field(default_factory=dict)

    def add(self, node: graph_pb2.Node) -> None:
        """One node of the graph, with what it takes and gives in 8 bits."""
        given = node.output[0]
        inputs = [self.names.get(name, name) for name in node.input]
        if node.op_type == "Conv" and node.input[0] in self.scales:
            inputs[1:] = self._parameters(given, node.input[1:], self.scales[node.input[0]])
        result = f"{given} exact" if given in self.ranges else given
        self.nodes.append(
            graph_pb2.Node(
                input=inputs, output=[result], op_type=node.op_type, attribute=node.attribute
            )
        )
        if given in self.ranges:
            self.add_pair(result, given)

    def add_pair(self, source: str, value: str) -> None:
        """QuantizeLinear and DequantizeLinear behind a value.

        Args:
            source: what is quantised.
            value: whose range counts, and whose name the result takes unless `source` has it.
        """
        # Zero must be a step, because convolutions fill their margins with it.
        low, high = min(self.ranges[value][0], 0.0), max(self.ranges[value][1], 0.0)
        scale = np.maximum(np.float32((high - low) / _STEPS), _LEAST_SCALE)
        zero = np.uint8(np.clip(round(-low / float(scale)), 0, _STEPS))
        result = f"{value} again" if source == value else value
        steps = [self._float(f"{value} scale", scale), self._whole(f"{value} zero", zero)]
        self.nodes += [
            _node("QuantizeLinear", [source, *steps], f"{value} steps"),
            _node("DequantizeLinear", [f"{value} steps", *steps], result),
        ]
        self.names[value] = result
        self.scales[value] = scale

    def _parameters(self, given: str, names: list[str], scale: np.float32) -> list[str]:
        """Names of a convolution's weight and bias as their steps say them.

        Args:
            given: by the convolution.
            names: of both in single precision.
            scale: of what it takes.
        """
        weight, *rest = (self.constants.get(name) for name in names)
        if weight is None:
            return [self.names.get(name, name) for name in names]
        values = _numbers(weight)
        peaks = np.abs(values).max(axis=(1, 2, 3)) / np.float32(_WEIGHT_STEPS)
        scales = np.maximum(peaks, _LEAST_SCALE)
        steps = np.rint(values / scales[:, None, None, None]).astype(np.int8)
        result = [self._dequantised(f"{given} weight8", steps, scales)]
        if rest and rest[0] is not None:
            # In the steps of the sums that it is added to.
            limits = np.iinfo(np.int32)
            bias = _numbers(rest[0]).astype(np.float64) / (scales * scale)
            whole = np.clip(np.rint(bias), limits.min, limits.max).astype(np.int32)
            result.append(self._dequantised(f"{given} bias32", whole, scales * scale))
        return [*result, *names[len(result) :]]

    def _dequantised(self, name: str, steps: Whole, scales: Floats) -> str:
        inputs = [
            self._whole(f"{name} steps", steps),
            self._float(f"{name} scales", scales),
            self._whole(f"{name} zeros", np.zeros(len(scales), steps.dtype)),
        ]
        node = _node("DequantizeLinear", inputs, name)
        node.attribute.append(graph_pb2.Attribute(name="axis", i=0, type=_INT))
        self.nodes.append(node)
        return name

    def _float(self, name: str, values: Floats | np.float32) -> str:
        self.constants[name] = tensor_of(name, np.asarray(values, np.float32))
        return name

    def _whole(self, name: str, values: Whole | np.uint8) -> str:
        held = np.asarray(values)
        self.constants[name] = graph_pb2.Tensor(
            dims=held.shape, data_type=_TYPES[held.dtype.name], name=name, raw_data=held.tobytes()
        )
        return name


def _node(kind: str, inputs: list[str], output: str) -> graph_pb2.Node:
    return graph_pb2.Node(input=inputs, output=[output], op_type=kind)


def _numbers(constant: graph_pb2.Tensor) -> Floats:
    return np.frombuffer(constant.raw_data, "<f4").reshape(tuple(constant.dims))
