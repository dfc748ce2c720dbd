"""The ranges of a graph's values on training photos: what 8-bit arithmetic needs of an archive.

They are an archive's only part of it: operators and weights of the quantised graph are written by
`serving.model.quantised_graph`, so nothing of it is a stranger's. No torch.
"""

from collections import Counter
from collections.abc import Mapping

from dermis.graph.v1 import graph_pb2
from serving.archives.graph import BATCH, FEATURES, LOGITS, Graph
from serving.archives.weights_file import Floats, read_tensors

Range = tuple[float, float]

# A range beyond it is no trained model's.
GREATEST = 1e6


class RangesInvalid(ValueError):
    """They are not the ranges of this graph; the text is the end of a sentence."""


def read_ranges(content: bytes, graph: Graph) -> dict[str, Range]:
    """Lowest and highest of each value that is computed in 8 bits.

    Args:
        content: safetensors, two numbers for each value, under its name.
        graph: whose values they are.

    Raises:
        RangesInvalid: with the first reason.
    """
    try:
        tensors = read_tensors(content)
    except ValueError as error:
        raise RangesInvalid(str(error)) from None
    values = quantised_values(graph)
    # Archives from before have the first values too, and are computed as they were measured.
    if not values <= tensors.keys() <= values | first_values(graph):
        raise RangesInvalid("must hold a range for each value that convolutions take and give")
    return {name: _range(tensor) for name, tensor in tensors.items()}


def _range(tensor: Floats) -> Range:
    if tensor.shape != (2,) or not -GREATEST <= tensor[0] <= tensor[1] <= GREATEST:
        raise RangesInvalid("must hold two numbers for each value, the lower one first")
    return float(tensor[0]), float(tensor[1])


def quantised_values(graph: Graph) -> frozenset[str]:
    """Names of the values that need a range: what convolutions and sums take and give.

    Where normalisation or a bound follows at once, its result stands for what it follows. The first
    values stay in single precision: in 8 bits they make half of the error and save nothing
    (docs/decisions/0049-eight-bits-where-the-processor-can.md).
    """
    return _taken_and_given(graph) - first_values(graph)


def first_values(graph: Graph) -> frozenset[str]:
    """The photo, and what convolutions make of it, short of the last feature map."""
    nodes = list(graph_pb2.Model.FromString(graph.content).graph.node)
    normalisations = foldable(nodes)
    given = {
        _result(node.output[0], normalisations, nodes)
        for node in nodes
        if node.op_type == "Conv" and node.input[0] == BATCH
    }
    return frozenset({BATCH, *given} - {FEATURES}) & _taken_and_given(graph)


def _taken_and_given(graph: Graph) -> frozenset[str]:
    nodes = list(graph_pb2.Model.FromString(graph.content).graph.node)
    computed = {BATCH, *(node.output[0] for node in nodes)}
    normalisations = foldable(nodes)
    names: set[str] = set()
    for node in nodes:
        given = node.output[0]
        if node.op_type == "Conv" and node.input[1] in graph.weights:
            names |= {node.input[0], _result(given, normalisations, nodes)}
        elif node.op_type == "Add" and computed.issuperset(node.input):
            names |= {*node.input, _bounded(given, nodes)}
    # The head computes in single precision.
    return frozenset(names - {LOGITS})


def foldable(nodes: list[graph_pb2.Node]) -> Mapping[str, graph_pb2.Node]:
    """Normalisations that can be folded into a convolution, by what the convolution gives."""
    uses = Counter(name for node in nodes for name in node.input)
    computed = {BATCH, *(node.output[0] for node in nodes)}
    made = {node.output[0]: node for node in nodes}
    found = {}
    for node in nodes:
        conv = made.get(node.input[0])
        parameters = {*node.input[1:], *(conv.input[1:] if conv else ())}
        if (
            node.op_type == "BatchNormalization"
            and conv is not None
            and conv.op_type == "Conv"
            and uses[node.input[0]] == 1
            and node.input[0] not in (FEATURES, LOGITS)
            and not parameters & computed
        ):
            found[node.input[0]] = node
    return found


def _result(
    given: str, normalisations: Mapping[str, graph_pb2.Node], nodes: list[graph_pb2.Node]
) -> str:
    """What stands for what a convolution gives."""
    folded = normalisations.get(given)
    return _bounded(folded.output[0] if folded else given, nodes)


def _bounded(name: str, nodes: list[graph_pb2.Node]) -> str:
    takers = [node for node in nodes if name in node.input]
    if name != FEATURES and len(takers) == 1 and takers[0].op_type in ("Relu", "Clip"):
        return takers[0].output[0]
    return name
