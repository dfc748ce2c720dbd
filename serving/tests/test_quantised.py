"""8-bit arithmetic: computed from an archive's ranges where that is right, else not at all."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dermis.graph.v1 import graph_pb2
from serving.archives.archive import check_archive
from serving.archives.card import ModelCard
from serving.archives.graph import Graph, read_graph, written
from serving.archives.members import RANGES
from serving.archives.ranges import RangesInvalid, quantised_values, read_ranges
from serving.archives.weights_file import Floats
from serving.contract.findings import Finding
from serving.model import backends
from serving.model.backends import OnnxBackend
from serving.model.processor import has_vnni
from serving.replica.torchserve.probe import ProbeFailed, probe
from serving.tests.archives import members, refused, shipped, write
from serving.tests.graphs import CHANNELS, SIZE, WEIGHTS, node, small, with_graph
from serving.tests.quantised import quantised_archive, ranges
from serving.worker import model as worker
from serving.worker.model import open_unpacked
from serving.worker.predictions import prediction_of


def graph_of(model: graph_pb2.Model, **weights: Floats) -> tuple[Graph, dict[str, Floats]]:
    values = {n: v.astype(np.float32) for n, v in WEIGHTS.items() if n != "counter"} | weights
    shapes = {name: value.shape for name, value in values.items()}
    graph = read_graph(written(model), shapes, size=SIZE, classes=2)
    return graph, {name: values[name] for name in graph.weights}


def unpacked(folder: Path, **golden: Any) -> Path:
    out = folder / "unpacked"
    out.mkdir()
    check_archive(quantised_archive(folder, **golden)).unpack(out)
    return out


def answering(folder: Path) -> Path:
    """An unpacked archive whose golden image has the answer that its graph gives in 8 bits."""
    (folder / "draft").mkdir()
    draft, _ = open_unpacked(unpacked(folder / "draft"), precision="int8")
    photo = (folder / "draft" / "unpacked" / "golden_00.jpg").read_bytes()
    answer = prediction_of(draft, photo)["probability_malignant"]
    return unpacked(folder, probability_malignant_int8=answer)


def test_an_archive_with_ranges_passes_every_check(tmp_path: Path) -> None:
    card = check_archive(quantised_archive(tmp_path)).card
    assert (card.threshold, card.in_8_bits().threshold) == (0.2, 0.3)


def test_ranges_are_asked_for_what_convolutions_give_but_not_for_the_photo() -> None:
    graph, _ = graph_of(small())
    assert quantised_values(graph) == {"features"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"features": None}, {"other": [0, 1]}, {"features": [1, 0]}, {"features": [0, 1e9]},
        {"features": [0, float("nan")]}, {"features": [0, 1, 2]}, {"features": [[0, 1]]},
    ],
)  # fmt: skip
def test_other_ranges_than_the_graphs_are_refused(tmp_path: Path, wrong: dict[str, Any]) -> None:
    with pytest.raises(RangesInvalid):
        read_ranges(ranges(**wrong), graph_of(small())[0])
    assert refused(quantised_archive(tmp_path, ranges(**wrong))) == {"RANGES_INVALID"}


def test_ranges_that_are_no_safetensors_are_refused(tmp_path: Path) -> None:
    assert refused(quantised_archive(tmp_path, b"{}")) == {"RANGES_INVALID"}


def test_golden_images_must_have_an_answer_in_8_bits(tmp_path: Path) -> None:
    path = quantised_archive(tmp_path, probability_malignant_int8=None)
    assert refused(path) == {"GOLDEN_INVALID"}


@pytest.mark.parametrize(
    ("bend", "reason"),
    [
        (lambda held: held.pop(RANGES), "DIGEST_MISMATCH"),
        (lambda held: held.update({RANGES: ranges(features=[0, 3])}), "DIGEST_MISMATCH"),
        (lambda held: held.update({"novelty_int8.safetensors": b""}), "DIGEST_MISMATCH"),
    ],
)
def test_members_must_be_those_that_the_card_names(
    tmp_path: Path, bend: Callable[[dict[str, bytes]], Any], reason: str
) -> None:
    held = members(quantised_archive(tmp_path))
    bend(held)
    assert reason in refused(write(tmp_path / "bent.mar", held.items()))


def test_a_card_without_a_graph_or_with_the_same_threshold_is_not_quantised(
    tmp_path: Path,
) -> None:
    card = check_archive(quantised_archive(tmp_path)).card.model_dump()
    for wrong in ({"graph_sha256": ""}, {"threshold": 0.3}):
        with pytest.raises(ValueError, match="quantised"):
            ModelCard.model_validate(card | wrong)


def residual() -> tuple[Graph, dict[str, Floats]]:
    """Convolution, normalisation, bound and sum, as in networks that are used."""
    model = small()
    nodes = list(model.graph.node)
    del model.graph.node[:]
    bound = graph_pb2.Tensor(dims=[], data_type=1, name="six", raw_data=np.float32(6).tobytes())
    zero = graph_pb2.Tensor(dims=[], data_type=1, name="zero", raw_data=np.float32(0).tobytes())
    model.graph.initializer.extend([zero, bound])
    model.graph.node.extend(
        [
            node("Conv", "batch stem", "/1", kernel_shape=[3, 3], strides=[32, 32]),
            node("BatchNormalization", "/1 scale shift mean variance", "/2"),
            node("Clip", "/2 zero six", "/3"),
            node("Conv", "/3 depthwise", "/4", pads=[1, 1, 1, 1], group=CHANNELS),
            node("Add", "/3 /4", "features"),
            *nodes[2:],
        ]
    )
    # The names of the tail must not be given twice.
    for found, name in zip(model.graph.node[-3:], ("/5", "/6", "logits"), strict=True):
        found.output[0] = name
    model.graph.node[-2].input[0] = "/5"
    model.graph.node[-1].input[0] = "/6"
    random = np.random.default_rng(3)
    return graph_of(
        model,
        stem=random.normal(0, 0.3, (CHANNELS, 3, 3, 3)).astype(np.float32),
        scale=random.uniform(0.5, 2, CHANNELS).astype(np.float32),
        shift=random.normal(size=CHANNELS).astype(np.float32),
        mean=random.normal(size=CHANNELS).astype(np.float32),
        variance=random.uniform(0.5, 2, CHANNELS).astype(np.float32),
        depthwise=random.normal(0, 0.3, (CHANNELS, 1, 3, 3)).astype(np.float32),
    )


def test_8_bits_give_nearly_what_single_precision_gives() -> None:
    graph, weights = residual()
    # The photo and the first convolution stay in single precision.
    assert quantised_values(graph) == {"/4", "features"}
    exact = OnnxBackend(graph, weights)
    batch = np.random.default_rng(5).uniform(-1, 1, (4, 3, SIZE, SIZE)).astype(np.float32)
    features, logits = exact.run(batch)
    found = {"/4": (-8.0, 8.0), "features": (-8.0, 14.0)}
    # As archives from before have them, in which the first values are computed in 8 bits too.
    before = found | {"batch": (-1.0, 1.0), "/3": (0.0, 6.0)}
    for ranges_of in (found, before):
        other = OnnxBackend(graph, weights, ranges=ranges_of)
        assert (exact.precision, other.precision) == ("fp32", "int8")
        features8, logits8 = other.run(batch)
        # Of ranges as wide as 22, a step is 0.09.
        np.testing.assert_allclose(features8, features, atol=0.3)
        np.testing.assert_allclose(logits8, logits, atol=0.5)
        assert not np.array_equal(features8, features)


@pytest.mark.parametrize(("can", "exact"), [(False, "1"), (True, None)])
def test_sums_are_made_exact_only_where_the_processor_would_saturate_them(
    monkeypatch: pytest.MonkeyPatch, can: bool, exact: str | None
) -> None:
    # The machine that tests has it, or has not.
    monkeypatch.setattr(backends, "has_vnni", lambda: can)
    graph, weights = residual()
    backend = OnnxBackend(graph, weights, ranges={"/4": (-8.0, 8.0), "features": (-8.0, 14.0)})
    options = backend._session.get_session_options()
    try:
        chosen = options.get_session_config_entry("session.x64quantprecision")
    except RuntimeError:
        chosen = None
    assert chosen == exact


def test_a_worker_computes_in_8_bits_where_the_processor_can_and_the_answers_are_right(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "has_vnni", lambda: True)
    opened, _ = open_unpacked(answering(tmp_path))
    assert opened.backend.precision == "int8"
    assert (opened.card.temperature, opened.card.threshold) == (2, 0.3)
    found = prediction_of(opened, (tmp_path / "unpacked" / "golden_00.jpg").read_bytes())
    assert (found["model"]["precision"], found["threshold"]) == ("int8", 0.3)


def test_without_vnni_it_computes_in_single_precision_at_its_own_operating_point(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(worker, "has_vnni", lambda: False)
    opened, _ = open_unpacked(answering(tmp_path))
    assert (opened.backend.precision, opened.card.threshold) == ("fp32", 0.2)
    assert "no VNNI" in caplog.text


def test_where_golden_images_differ_it_computes_in_single_precision(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(worker, "has_vnni", lambda: True)
    opened, _ = open_unpacked(unpacked(tmp_path, probability_malignant_int8=0.99))
    assert (opened.backend.precision, opened.card.threshold) == ("fp32", 0.2)
    assert "golden_00.jpg has another answer" in caplog.text


def test_archives_from_before_compute_in_single_precision(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "has_vnni", lambda: True)
    check_archive(shipped("1.1.3")).unpack(tmp_path)
    assert open_unpacked(tmp_path)[0].backend.precision == "fp32"
    with pytest.raises(ValueError, match="can't be computed in 8 bits"):
        open_unpacked(tmp_path, precision="int8")


@pytest.mark.parametrize(
    ("flags", "expected"),
    [
        ("flags : fpu avx2 avx512f avx512_vnni", True), ("flags : avx2 avx_vnni", True),
        ("flags : fpu avx2 avx512f", False), ("Features : asimd asimddp", False),
    ],
)  # fmt: skip
def test_vnni_is_read_from_what_the_kernel_says(tmp_path: Path, flags: str, expected: bool) -> None:
    (tmp_path / "cpuinfo").write_text(f"processor : 0\n{flags}\n")
    assert has_vnni(tmp_path / "cpuinfo") == expected


def test_where_the_kernel_says_nothing_there_is_no_vnni(tmp_path: Path) -> None:
    assert not has_vnni(tmp_path / "cpuinfo")


def finding(version: str, precision: str, probability: float) -> Finding:
    grid = {"grid": [[0.0]], "target": "benign", "method": "grad-cam", "layer": "x"}
    return Finding.model_validate(
        {
            "label": "benign", "probability_malignant": probability, "confidence": 1 - probability,
            "threshold": 0.3, "assessable": True, "quality": [], "heatmap": grid,
            "model": {"name": "lesion", "version": version, "precision": precision},
        }
    )  # fmt: skip


@pytest.mark.parametrize(
    ("precision", "probability", "passes"),
    [("int8", 0.6, True), ("int8", 0.25, False), ("fp32", 0.25, True), ("fp32", 0.6, False)],
)
async def test_golden_images_are_compared_with_what_was_recorded_for_the_precision(
    tmp_path: Path, precision: str, probability: float, passes: bool
) -> None:
    archive = check_archive(quantised_archive(tmp_path, probability_malignant_int8=0.6))

    async def ask(_: bytes) -> Finding:
        return finding("1.0.0", precision, probability)

    if passes:
        await probe(archive, archive.golden, ask, at_once=1)
    else:
        with pytest.raises(ProbeFailed, match="is off by"):
            await probe(archive, archive.golden, ask, at_once=1)


async def test_a_worker_that_computes_in_8_bits_unasked_fails(tmp_path: Path) -> None:
    archive = check_archive(with_graph(tmp_path, written(small())))

    async def ask(_: bytes) -> Finding:
        return finding("1.0.0", "int8", 0.25)

    with pytest.raises(ProbeFailed, match="computes in int8"):
        await probe(archive, archive.golden, ask, at_once=1)
