"""What an attacker would have ONNX Runtime open is refused before it sees a byte of it."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors.numpy import save, save_file

from dermis.graph.v1 import graph_pb2
from serving.archives.archive import ArchiveRefused
from serving.archives.card import Preprocessing
from serving.archives.graph import GraphInvalid, read_graph, written
from serving.archives.judgement import judged_archive
from serving.archives.weights_file import Floats
from serving.model.backends import OnnxBackend
from serving.tests.archives import refused, sound
from serving.tests.graphs import SHAPES, SIZE, WEIGHTS, bent, bent_onnx, node, small, with_graph


def reason(content: bytes) -> str:
    with pytest.raises(GraphInvalid) as refusal:
        read_graph(content, SHAPES, size=SIZE, classes=2)
    return str(refusal.value)


def test_a_sound_graph_passes_and_computes_what_it_says(tmp_path: Path) -> None:
    content = written(small())
    assert judged_archive(with_graph(tmp_path, content)).card.graph_sha256
    save_file(WEIGHTS, tmp_path / "weights")
    preprocessing = Preprocessing(input_size=SIZE, mean=(0,) * 3, std=(1,) * 3)
    backend = OnnxBackend.of(content, tmp_path / "weights", preprocessing)
    batch = np.ones((2, 3, SIZE, SIZE), np.float32)
    features, logits = backend.run(batch)
    np.testing.assert_allclose(features, np.full((2, 4, 7, 7), 27 * 0.25))
    np.testing.assert_allclose(logits, [[6 * 6.75 + 0.5, 6 * 6.75 - 0.5]] * 2)
    np.testing.assert_array_equal(backend.head, WEIGHTS["head.weight"].astype(np.float32))


def external(model: onnx.ModelProto) -> None:
    held = model.graph.initializer.add(name="x", data_type=1, dims=[1])
    held.data_location = onnx.TensorProto.EXTERNAL
    held.external_data.add(key="location", value="../../../../etc/passwd")


def subgraph(kind: str) -> Callable[[onnx.ModelProto], None]:
    def bend(model: onnx.ModelProto) -> None:
        loop = model.graph.node.add(op_type=kind, input=["batch"], output=["/9"])
        loop.attribute.add(name="body", type=onnx.AttributeProto.GRAPH).g.name = "again"

    return bend


def function(model: onnx.ModelProto) -> None:
    model.functions.add(name="f", domain="evil", output=["x"])


def other_domain(model: onnx.ModelProto) -> None:
    model.graph.node[1].domain = "com.microsoft"


def its_opset(model: onnx.ModelProto) -> None:
    model.opset_import.add(domain="com.microsoft", version=1)


def constant_node(model: onnx.ModelProto) -> None:
    held = model.graph.node.add(op_type="Constant", output=["/9"]).attribute.add(name="value")
    held.type, held.t.name = onnx.AttributeProto.TENSOR, "x"


def sparse(model: onnx.ModelProto) -> None:
    model.graph.sparse_initializer.add().dims.append(1 << 40)


def note(model: onnx.ModelProto) -> None:
    model.metadata_props.add(key="k", value="v")


@pytest.mark.parametrize(
    "bend",
    [
        external, subgraph("Loop"), subgraph("If"), subgraph("Scan"), function, other_domain,
        its_opset, constant_node, sparse, note,
    ],
)  # fmt: skip
def test_what_the_format_leaves_out_is_refused(bend: Callable[[onnx.ModelProto], None]) -> None:
    assert "holds more than operators and constants" in reason(bent_onnx(bend))


def add(*nodes: graph_pb2.Node) -> Callable[[graph_pb2.Graph], object]:
    """Nodes at the beginning, all of them after the photos."""

    def bend(graph: graph_pb2.Graph) -> None:
        rest = list(graph.node)
        del graph.node[:]
        graph.node.extend([*nodes, *rest])

    return bend


def doubled() -> list[graph_pb2.Node]:
    first = [node("Concat", "batch batch", "/d0", axis=1)]
    return first + [node("Concat", f"/d{n} /d{n}", f"/d{n + 1}", axis=1) for n in range(40)]


def costly() -> list[graph_pb2.Node]:
    """A few bytes a node, half a gibibyte of multiplications each."""
    wide = [node("Concat", " ".join(["batch"] * 64), "/w", axis=1)]
    return [*wide, *(node("Relu", "/w" if n == 0 else f"/r{n}", f"/r{n + 1}") for n in range(99))]


def constant(**fields: object) -> Callable[[graph_pb2.Graph], object]:
    return lambda graph: graph.initializer.append(graph_pb2.Tensor(name="c", **fields))  # type: ignore[arg-type]  # bent on purpose


def given_numbers(
    *nodes: graph_pb2.Node, **whole: list[int]
) -> Callable[[graph_pb2.Graph], object]:
    """Nodes at the beginning, and whole numbers that they take, by name."""

    def bend(graph: graph_pb2.Graph) -> None:
        for name, numbers in whole.items():
            held = np.array(numbers, "<i8")
            graph.initializer.add(name=name, dims=held.shape, data_type=7, raw_data=held.tobytes())
        add(*nodes)(graph)

    return bend


def reshaped(*sides: int) -> Callable[[graph_pb2.Graph], object]:
    return given_numbers(node("Reshape", "batch to", "/9"), to=list(sides))


def cut(start: int, end: int, axis: int) -> Callable[[graph_pb2.Graph], object]:
    return given_numbers(node("Slice", "batch a b c", "/9"), a=[start], b=[end], c=[axis])


_PIXELS = SIZE * SIZE


@pytest.mark.parametrize(
    ("bend", "said"),
    [
        (reshaped(1, 3 * _PIXELS), "across photos"),
        (reshaped(-1, 3 * _PIXELS), "across photos"),
        (reshaped(3, _PIXELS), "across photos"),
        (reshaped(), "too large or odd"),
        (reshaped(0, -1), "not given as numbers"),
        (reshaped(0, 0, _PIXELS), "not given as numbers"),
        (reshaped(0, 1 << 62, 1 << 62), "don't fit"),
        (reshaped(0, 3, *[1] * 9, _PIXELS), "too many"),
        (add(node("Reshape", "batch batch", "/9")), "not constant"),
        (add(node("Transpose", "batch", "/9")), "each axis once"),
        (add(node("Transpose", "batch", "/9", perm=[0, 1, 2])), "each axis once"),
        (add(node("Transpose", "batch", "/9", perm=[0, 1, 1, 2])), "each axis once"),
        (add(node("Transpose", "batch", "/9", perm=[1, 0, 2, 3])), "across photos"),
        (add(node("MatMul", "batch stem", "/9")), "don't fit"),
        (add(node("MatMul", "batch head.weight", "/9")), "don't fit"),
        (given_numbers(node("Reshape", "batch to", "/8"), node("MatMul", "/8 /8", "/9"),
                       to=[0, 3 * _PIXELS]), "don't fit"),
        (cut(0, 2, 0), "across photos"),
        (cut(-2, 3, 1), "cuts out nothing"),
        (cut(3, 9, 1), "cuts out nothing"),
        (cut(0, 2, 4), "axis that its input doesn't have"),
        (given_numbers(node("Slice", "batch a a c", "/9"), a=[0, 0], c=[1, 2]), "more axes"),
        (add(node("Softmax", "batch", "/9", axis=0)), "across photos"),
        (add(node("Softmax", "batch", "/9", axis=9)), "axis that its input doesn't have"),
        (add(node("LayerNormalization", "batch head.bias", "/9", axis=0)), "across photos"),
        (add(node("LayerNormalization", "batch head.bias", "/9", axis=1)), "more axes"),
        (add(node("LayerNormalization", "batch head.bias", "/9")), "doesn't fit its last axis"),
    ],
)  # fmt: skip
def test_what_transformers_need_can_not_be_bent(
    bend: Callable[[graph_pb2.Graph], object], said: str
) -> None:
    assert said in reason(bent(bend))


def test_products_that_would_take_too_long_are_refused() -> None:
    """Few numbers, each the sum over a long row."""
    products = [node("MatMul", "/r /t", f"/m{n}") for n in range(4_500)]
    reshape = node("Reshape", "batch to", "/r")
    transpose = node("Transpose", "/r", "/t", perm=[0, 2, 1])
    hostile = given_numbers(reshape, transpose, *products, to=[0, 224, 672])
    assert "too many multiplications" in reason(bent(hostile))


@pytest.mark.parametrize(
    ("bend", "said"),
    [
        (add(node("If", "batch", "/9")), "operator 'If'"),
        (add(node("Loop", "batch", "/9")), "operator 'Loop'"),
        (add(node("ConstantOfShape", "batch", "/9")), "operator 'ConstantOfShape'"),
        (add(node("Expand", "batch batch", "/9")), "operator 'Expand'"),
        (add(node("x" * 10_000, "batch", "/9")), "operator"),
        (add(node("Relu", "/8", "/9"), node("Relu", "/9", "/8")), "nothing before it gives"),
        (add(node("Relu", "/9", "/9")), "nothing before it gives"),
        (add(node("Relu", "counter", "/9")), "nothing before it gives"),
        (add(node("Relu", "batch", "batch")), "twice"),
        (add(node("Relu", "batch", "stem")), "twice"),
        (add(node("Relu", "batch", "n" * 257)), "too long"),
        (add(node("Relu", "batch", "")), "empty"),
        (add(node("Relu", "batch", "\u2028")), "no text"),
        (add(*doubled()), "too much memory"),
        (add(*costly()), "too much memory"),
        (add(node("Conv", "batch stem", "/9", pads=[1 << 40] * 4)), "pads outside"),
        (add(node("Conv", "batch stem", "/9", pads=[-1] * 4)), "pads outside"),
        (add(node("Conv", "batch stem", "/9", strides=[0, 0])), "strides outside"),
        (add(node("Conv", "batch stem", "/9", strides=[1] * 100_000)), "strides"),
        (add(node("Conv", "batch stem", "/9", group=-1)), "filters that don't fit"),
        (add(node("Conv", "batch stem", "/9", kernel_shape=[5, 5])), "kernel_shape"),
        (add(node("Conv", "batch head.weight", "/9")), "four dimensions"),
        (add(node("MaxPool", "batch", "/9", kernel_shape=[900, 900])), "larger than its map"),
        (add(node("Add", "batch stem", "/9")), "don't fit"),
        (add(node("Relu", "stem", "/9")), "not one photo's"),
        (add(node("Relu", "batch", "/9", evil=1)), "sets 'evil'"),
        (add(node("Relu", "batch batch", "/9")), "2 inputs"),
        (add(node("Concat", "batch batch", "/9", axis=0)), "across photos"),
        (add(node("ReduceMean", "batch", "/9")), "across photos"),
        (add(node("Pad", "batch batch", "/9")), "not constant"),
        (add(*[node("Relu", "batch", f"/{n}x") for n in range(5000)]), "nodes"),
        (constant(dims=[1 << 62], data_type=1), "too large or odd"),
        (constant(dims=[-1, -1], data_type=1, raw_data=bytes(4)), "too large or odd"),
        (constant(dims=[1] * 100_000, data_type=1, raw_data=bytes(4)), "too large or odd"),
        (constant(dims=[2], data_type=1, raw_data=bytes(4)), "too large or odd"),
        (constant(dims=[1], data_type=8, raw_data=bytes(4)), "too large or odd"),
        (constant(dims=[1], data_type=1, raw_data=b"\0\0\xc0\x7f"), "not finite"),
        (lambda graph: graph.input.add(name="second"), "must have batch"),
        (lambda graph: graph.input.pop(), "must have batch"),
        (lambda graph: setattr(graph.input[0], "name", "photo"), "must have batch"),
        (lambda graph: graph.output.pop(), "must have features and logits"),
        (lambda graph: graph.node.pop(), "must have features and logits"),
        (lambda graph: graph.output.reverse(), "must have features and logits"),
        (lambda graph: graph.node[2].input.__setitem__(0, "/1"), "global average pooling"),
        (lambda graph: graph.node[4].attribute.pop(), "don't fit"),
    ],
)  # fmt: skip
def test_a_hostile_graph_is_refused(bend: Callable[[graph_pb2.Graph], object], said: str) -> None:
    assert said in reason(bent(bend))


def test_a_graph_for_another_size_is_refused() -> None:
    with pytest.raises(GraphInvalid, match="must have batch"):
        read_graph(written(small()), SHAPES, size=64, classes=2)


def test_a_cut_or_foreign_file_is_refused() -> None:
    whole = written(small())
    for content in (b"\xff" * 50, b"\x80\x04\x95pickle", whole[: len(whole) // 2], b"", whole * 2):
        assert reason(content)


def test_a_hundred_thousand_nodes_are_refused_by_the_process_with_limits(tmp_path: Path) -> None:
    content = bent(lambda graph: graph.node.extend([graph_pb2.Node()] * 100_000))
    with pytest.raises(ArchiveRefused) as refusal:
        judged_archive(with_graph(tmp_path, content))
    assert {defect.code for defect in refusal.value.defects} == {"GRAPH_INVALID"}


def test_card_and_graph_stand_for_each_other(tmp_path: Path) -> None:
    content = written(small())
    assert refused(with_graph(tmp_path / "a", content, graph_sha256="")) == {"DIGEST_MISMATCH"}
    assert refused(with_graph(tmp_path / "b", content, graph_sha256="0" * 64)) == {
        "DIGEST_MISMATCH"
    }
    missing = sound(tmp_path / "c", save(WEIGHTS), graph_sha256="0" * 64)
    assert refused(missing) == {"DIGEST_MISMATCH"}


def test_a_graph_over_other_weights_is_refused(tmp_path: Path) -> None:
    def renamed(graph: graph_pb2.Graph) -> None:
        graph.node[0].input[1] = "steam"

    assert refused(with_graph(tmp_path, bent(renamed))) == {"GRAPH_INVALID"}


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_damage_is_refused_or_can_still_be_computed(tmp_path: Path, data: st.DataObject) -> None:
    content = bytearray(written(small()))
    for _ in range(data.draw(st.integers(1, 3))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    try:
        graph = read_graph(bytes(content), SHAPES, size=SIZE, classes=2)
    except GraphInvalid:
        return
    numbers: dict[str, Floats] = {n: WEIGHTS[n].astype(np.float32) for n in graph.weights}
    features, logits = OnnxBackend(graph, numbers).run(np.ones((1, 3, SIZE, SIZE), np.float32))
    assert features.shape[0] == logits.shape[0] == 1
