"""Walks an ONNX graph from its end: the head, the feature map before it, and what leads there."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import numpy_helper

from dermis.graph.v1 import graph_pb2
from serving.archives.graph import BATCH, FEATURES
from serving.archives.graph_operators import OPERATORS
from serving.archives.weights_file import Floats
from serving.contract.findings import MAX_SIDE

_INSTEAD = (
    "export the model up to such a head, or import its weights: dermis-model import weights.pth "
    "--arch …"
)
# What turns logits into shares, and what changes shapes alone.
_SQUASHING = frozenset({"Softmax", "Sigmoid", "LogSoftmax", "Identity"})
_RESHAPING = frozenset({"Flatten", "Identity", "Squeeze", "Reshape", "Dropout"})


@dataclass(frozen=True, slots=True)
class Head:
    """Where a classifier ends.

    Attributes:
        weight, bias: C×K and C of the last layer.
        taken: the name of what that layer takes, 1×K.
        features: the name of the last map before it.
        pools: whether that map's means are what it takes: then a heatmap has a closed form.
    """

    weight: Floats
    bias: Floats
    taken: str
    features: str
    pools: bool


@dataclass(slots=True)
class Walk:
    """What is known while a folded file is walked from its end.

    Args:
        model: with the shape of each value.
        path: of the file, for messages.

    Attributes:
        weights: that the nodes asked for take.
        constants: whole numbers, likewise.
    """

    model: onnx.ModelProto
    path: Path
    weights: dict[str, Floats] = field(default_factory=dict)
    constants: list[graph_pb2.Tensor] = field(default_factory=list)
    _made: dict[str, Any] = field(init=False)
    _held: dict[str, Any] = field(init=False)
    _names: dict[str, str] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        graph = self.model.graph
        self._made = {name: node for node in graph.node for name in node.output}
        self._held = {tensor.name: tensor for tensor in graph.initializer}

    def head(self) -> Head:
        """The last layer, and the map before it."""
        last = self._back(self._logits(), _SQUASHING)
        weight, bias, taken = self._linear(last)
        node = self._made.get(self._back(taken, _RESHAPING))
        if node is not None and self._pools(node):
            return Head(weight, bias, taken, str(node.input[0]), pools=True)
        return Head(weight, bias, taken, self._last_map(taken), pools=False)

    def require_no_attention(self) -> None:
        """Refuse a transformer: from operators alone its photos and tokens can't be told apart.

        Raises:
            ValueError: it is one.
        """
        for node in self.model.graph.node:
            if node.op_type == "MatMul" and not self._held.keys() & {*node.input}:
                raise ValueError(
                    f"{self.path} is a transformer, of which a graph doesn't say where its tokens "
                    "lie: import its weights, dermis-model import weights.pth --arch vit_…, or "
                    "take a convolutional architecture"
                )

    def map_shape(self, name: str) -> tuple[int, int, int, int]:
        """Of the feature map, for one photo."""
        shape = self._shape(name)
        if len(shape) != 4 or not all(shape):
            raise ValueError(f"{self.path} has features of shape {shape}, no map; {_INSTEAD}")
        if max(shape[2:]) > MAX_SIDE:
            raise ValueError(
                f"{self.path} has a heatmap of {shape[2]} × {shape[3]} at this input, {MAX_SIDE} a "
                "side can be stored; choose a smaller --size"
            )
        return 1, shape[1], shape[2], shape[3]

    def nodes_to(self, end: str, features: str) -> Iterator[graph_pb2.Node]:
        """Everything from the photo to a value behind the feature map, or to that, in order."""
        inputs = [held.name for held in self.model.graph.input if held.name not in self._held]
        self._names |= {inputs[0]: BATCH, features: FEATURES}
        wanted, kept = {end}, []
        for node in reversed(self.model.graph.node):
            if wanted.intersection(node.output):
                wanted.update(node.input)
                kept.append(node)
        for node in reversed(kept):
            operator = OPERATORS.get(node.op_type)
            if operator is None:
                raise ValueError(
                    f"{self.path} uses the operator {node.op_type}, which archives may not hold: "
                    f"classifiers need {', '.join(sorted(OPERATORS))}"
                )
            yield graph_pb2.Node(
                input=[self._taken(name) for name in node.input if name and not (
                    node.op_type == "ReduceMean" and name in self._held)],
                output=[self._short(name) for name in node.output[:1]],
                op_type=node.op_type,
                attribute=list(self._settings(node, operator.settings)),
            )  # fmt: skip

    def name_of(self, name: str) -> str:
        """What a value of the file is called in the nodes."""
        return self._short(name)

    def _last_map(self, name: str) -> str:
        """The last value with height and width that leads to another."""
        waiting = [name]
        while waiting:
            found = waiting.pop(0)
            shape = self._shape(found)
            if len(shape) == 4 and min(shape[2:]) > 1 and found in self._made:
                return found
            node = self._made.get(found)
            waiting += node.input if node is not None else []
        raise ValueError(
            f"{self.path} has no map with height and width before its head; {_INSTEAD}"
        )

    def _logits(self) -> str:
        found = [
            held.name
            for held in self.model.graph.output
            if len(self._shape(held.name)) == 2 and self._shape(held.name)[0] == 1
        ]
        if len(found) != 1:
            raise ValueError(
                f"{self.path} has {len(found)} outputs of photos × classes, not one: export the "
                "logits alone"
            )
        return found[0]

    def _linear(self, name: str) -> tuple[Floats, Floats, str]:
        node = self._made.get(name)
        bias: Floats | None = None
        if node is not None and node.op_type == "Add":
            first, second = node.input
            if first in self._held:
                first, second = second, first
            bias, node = self._numbers(second), self._made.get(first)
        if node is None or node.op_type not in ("Gemm", "MatMul"):
            raise self._no_linear_layer(node)
        weight = self._numbers(node.input[1])
        settings = {found.name: onnx.helper.get_attribute_value(found) for found in node.attribute}
        if weight is None or settings.get("transA") or settings.get("alpha", 1.0) != 1.0:
            raise self._no_linear_layer(node)
        if not settings.get("transB"):
            weight = weight.T
        if node.op_type == "Gemm" and len(node.input) > 2:
            bias = self._numbers(node.input[2])
        flat = np.zeros(len(weight), np.float32) if bias is None else bias.reshape(-1)
        return np.ascontiguousarray(weight), flat, str(node.input[0])

    def _pools(self, node: Any) -> bool:
        """Whether a node is the mean over height and width."""
        settings = {found.name: onnx.helper.get_attribute_value(found) for found in node.attribute}
        if node.op_type == "GlobalAveragePool":
            return True
        if node.op_type == "AveragePool":
            sides = self._shape(node.input[0])[2:]
            return tuple(settings["kernel_shape"]) == sides and not any(settings.get("pads", ()))
        if node.op_type != "ReduceMean":
            return False
        axes = settings.get("axes")
        if axes is None and len(node.input) > 1 and node.input[1] in self._held:
            axes = numpy_helper.to_array(self._held[node.input[1]]).tolist()
        return axes is not None and {axis % 4 for axis in axes} == {2, 3}

    def _back(self, name: str, passed: frozenset[str]) -> str:
        """What stands before nodes that change neither order nor meaning."""
        while (node := self._made.get(name)) is not None and node.op_type in passed:
            name = node.input[0]
        return name

    def _no_linear_layer(self, node: Any) -> ValueError:
        kind = node.op_type if node is not None else "its input"
        return ValueError(
            f"{self.path} ends in {kind} where a linear layer is asked for, which gives a logit "
            f"for each class; {_INSTEAD}"
        )

    def _settings(self, node: Any, allowed: frozenset[str]) -> Iterator[graph_pb2.Attribute]:
        for found in node.attribute:
            if found.name == "auto_pad" and found.s not in (b"", b"NOTSET", b"VALID"):
                raise ValueError(
                    f"{self.path} pads by auto_pad={found.s.decode()}: simplify it first, with "
                    "onnxsim, or export it with pads as numbers"
                )
            if found.name in allowed:
                yield graph_pb2.Attribute.FromString(found.SerializeToString())
        if node.op_type == "ReduceMean" and len(node.input) > 1:
            # Opset 18 moved them to an input.
            axes = numpy_helper.to_array(self._held[node.input[1]]).tolist()
            yield graph_pb2.Attribute(name="axes", ints=axes, type=7)

    def _taken(self, name: str) -> str:
        short = self._short(name)
        held = self._held.get(name)
        if held is not None and short not in self.weights:
            values = numpy_helper.to_array(held)
            if values.dtype.kind == "f":
                self.weights[short] = np.ascontiguousarray(values, np.float32)
            elif short not in {known.name for known in self.constants}:
                whole = values.astype("<i8")
                self.constants.append(
                    graph_pb2.Tensor(
                        dims=whole.shape, data_type=7, name=short, raw_data=whole.tobytes()
                    )
                )
        return short

    def _short(self, name: str) -> str:
        return self._names.setdefault(name, f"t{len(self._names)}")

    def _numbers(self, name: str) -> Floats | None:
        held = self._held.get(name)
        return None if held is None else numpy_helper.to_array(held).astype(np.float32)

    def _shape(self, name: str) -> tuple[int, ...]:
        graph = self.model.graph
        for found in (*graph.value_info, *graph.output, *graph.input):
            if found.name == name:
                return tuple(side.dim_value for side in found.type.tensor_type.shape.dim)
        return ()
