"""PyTorch's models become graphs that say the same over whatever weights they are given."""

from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from torch import nn
from typer.testing import CliRunner

from serving.archives.archive import check_archive
from serving.archives.card import Preprocessing
from serving.archives.graph import GraphInvalid, read_graph
from serving.archives.members import SUPPLIED_GRAPHS
from serving.cli import app
from serving.model.backends import OnnxBackend
from serving.pytorch.architectures import build_model
from serving.pytorch.backends import EagerBackend
from serving.pytorch.graph_export import write_graph
from serving.tests.conftest import MakeArchive

SIZE = 64


def unlike_new(architecture: str) -> nn.Module:
    """Every tensor has values of its own, as after training; a new model has many equal ones."""
    torch.manual_seed(3)
    model = build_model(architecture).eval()
    for tensor in model.state_dict().values():
        if tensor.is_floating_point():
            tensor.copy_(tensor + torch.rand_like(tensor) * 0.1)
    return model


@pytest.mark.parametrize("architecture", ["test_efficientnet", "torchvision.resnet18", "resnet10t"])
def test_the_graph_of_a_new_model_fits_a_trained_one(architecture: str, tmp_path: Path) -> None:
    graph = write_graph(build_model(architecture).eval(), SIZE)
    trained = unlike_new(architecture)
    assert graph == write_graph(trained, SIZE)
    save_file(trained.state_dict(), tmp_path / "weights")
    preprocessing = Preprocessing(input_size=SIZE, mean=(0,) * 3, std=(1,) * 3)
    onnx = OnnxBackend.of(graph, tmp_path / "weights", preprocessing)
    eager = EagerBackend(trained, SIZE)
    batch = np.random.default_rng(1).normal(size=(3, 3, SIZE, SIZE)).astype(np.float32)
    for actual, expected in zip(onnx.run(batch), eager.run(batch), strict=True):
        np.testing.assert_allclose(actual, expected, rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("architecture", ["mobilenetv3_small_050", "vit_tiny_patch16_224"])
def test_a_model_without_a_closed_form_has_no_graph(architecture: str) -> None:
    with pytest.raises(GraphInvalid):
        write_graph(build_model(architecture).eval(), 224)


@pytest.mark.parametrize("path", sorted(SUPPLIED_GRAPHS.glob("*.onnx")), ids=lambda path: path.stem)
def test_the_graphs_that_dermis_supplies_are_those_of_their_architectures(path: Path) -> None:
    architecture, _, size = path.stem.rpartition("-")
    model = build_model(architecture).eval()
    assert path.read_bytes() == write_graph(model, int(size))
    shapes = {n: tuple(t.shape) for n, t in model.state_dict().items() if t.is_floating_point()}
    graph = read_graph(path.read_bytes(), shapes, size=int(size), classes=2)
    assert graph.weights == shapes.keys()


def test_an_archive_from_before_is_packed_anew_with_its_graph(
    make_small_archive: MakeArchive, tmp_path: Path
) -> None:
    old = make_small_archive("0.0.1", graph=False)
    before = check_archive(old)
    run = CliRunner().invoke(
        app, ["package", "--archive", str(old), "--version", "0.0.2", "--out", str(tmp_path)]
    )
    assert run.exit_code == 0, run.output
    after = check_archive(tmp_path / "lesion-0.0.2.mar")
    assert (before.needs_torch, after.needs_torch) == (True, False)
    assert after.card.weights_sha256 == before.card.weights_sha256
    assert after.golden == before.golden


@pytest.mark.parametrize("given", [[], ["--run", ".", "--archive", "."]])
def test_a_run_or_an_archive_is_packed_not_both(given: list[str]) -> None:
    assert "either --run or --archive" in CliRunner().invoke(app, ["package", *given]).output
