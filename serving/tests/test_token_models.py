"""Vision transformers: the same answers as timm's, a map of tokens, and a graph that says both."""

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import timm
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import save_file
from torch import nn
from typer.testing import CliRunner

from serving.archives.archive import check_archive
from serving.archives.card import Preprocessing
from serving.archives.weights_file import Floats
from serving.cli import app
from serving.evaluation.evaluate import _heatmaps
from serving.model import gradcam
from serving.model.backends import OnnxBackend
from serving.pytorch.architectures import build_model, heatmap_of
from serving.pytorch.backends import EagerBackend
from serving.pytorch.graph_export import write_graph
from serving.pytorch.token_models import TokenClassifier
from serving.tests.conftest import labelled_folder, lesion_photo
from serving.training.servable import require_servable
from serving.worker.predictions import open_classifier, prediction_of

SIZE = 64
CELLS = SIZE // 16
PREPROCESSING = Preprocessing(input_size=SIZE, mean=(127,) * 3, std=(128,) * 3)

# By what is special: an architecture of timm, and what it is made with.
AVERAGING: dict[str, tuple[str, dict[str, Any]]] = {
    "a norm behind the mean, a register": ("test_vit2", {}),
    "a norm before the mean": ("test_vit2", {"fc_norm": False}),
    "a class token that isn't taken": ("test_vit", {"global_pool": "avg"}),
    "nothing beside the patches": ("test_vit2", {"reg_tokens": 0}),
    "positions of patches alone": ("test_vit2", {"no_embed_class": True}),
}
OTHERS: dict[str, tuple[str, dict[str, Any]]] = {
    "a class token": ("test_vit", {}),
    "a class token without a position": ("test_vit", {"no_embed_class": True}),
    "a norm before the blocks": ("test_vit", {"pre_norm": True}),
    "norms of queries and keys": ("test_vit", {"qk_norm": True}),
    "a class token, normalised again": ("test_vit", {"fc_norm": True}),
}
ALL = AVERAGING | OTHERS


def trained(kind: str) -> tuple[nn.Module, TokenClassifier]:
    """timm's model, and ours of the same weights, which are unlike a new model's."""
    architecture, options = ALL[kind]
    torch.manual_seed(5)
    theirs = timm.create_model(architecture, num_classes=2, img_size=SIZE, **options).eval()
    for tensor in theirs.state_dict().values():
        tensor.copy_(tensor + torch.randn_like(tensor) * 0.05)
    ours = timm.create_model(architecture, num_classes=2, img_size=SIZE, **options)
    ours.load_state_dict(theirs.state_dict())
    return theirs, TokenClassifier(ours, SIZE).eval()


def photos(count: int, seed: int = 1) -> Floats:
    return np.random.default_rng(seed).normal(size=(count, 3, SIZE, SIZE)).astype(np.float32)


@pytest.mark.parametrize("kind", ALL)
def test_a_transformer_answers_as_timm_has_it(kind: str) -> None:
    theirs, ours = trained(kind)
    batch = torch.from_numpy(photos(3))
    with torch.inference_mode():
        torch.testing.assert_close(ours(batch), theirs(batch), rtol=1e-4, atol=1e-5)
    assert heatmap_of(ours) == ("grad-cam" if kind in AVERAGING else "occlusion")


@pytest.mark.parametrize("kind", AVERAGING)
@given(seed=st.integers(0, 2**31), target=st.integers(0, 1))
@settings(max_examples=5, deadline=None)
def test_what_all_cells_say_for_and_against_a_class_is_its_logit(
    kind: str, seed: int, target: int
) -> None:
    _, ours = trained(kind)
    backend = EagerBackend(ours, SIZE)
    features, logits = backend.run(photos(1, seed))
    assert features.shape[2:] == (CELLS, CELLS)
    assert backend.head is not None
    row = backend.head[[target]]
    for_it = gradcam.from_linear_head(features, row)
    against_it = gradcam.from_linear_head(features, -row)
    bias = float(ours.get_classifier().bias[target])  # type: ignore[index]  # torch types a module's attributes as tensors or modules
    total = float((for_it - against_it).sum()) + bias
    assert total == pytest.approx(float(logits[0, target]), abs=1e-3)


@pytest.mark.parametrize("kind", ALL)
def test_its_graph_answers_like_it_photo_by_photo_and_many_at_once(
    kind: str, tmp_path: Path
) -> None:
    _, ours = trained(kind)
    by_occlusion = kind in OTHERS
    save_file({name: t.contiguous() for name, t in ours.state_dict().items()}, tmp_path / "weights")
    content = write_graph(ours, SIZE, by_occlusion=by_occlusion)
    graph = OnnxBackend.of(content, tmp_path / "weights", PREPROCESSING, by_occlusion=by_occlusion)
    eager = EagerBackend(ours, SIZE)
    many = photos(3)
    for batch in (many, many[:1]):
        for actual, expected in zip(graph.run(batch), eager.run(batch), strict=True):
            np.testing.assert_allclose(actual, expected, rtol=1e-3, atol=1e-3)


def test_a_cell_lies_where_its_patch_does() -> None:
    _, ours = trained("a norm before the mean")
    ours.whole.blocks = nn.Sequential()  # without which no token hears of another
    plain = np.zeros((1, 3, SIZE, SIZE), np.float32)
    spotted = plain.copy()
    spotted[..., 16:32, 48:64] = 3
    with torch.inference_mode():
        before, after = (ours.forward_features(torch.from_numpy(x)) for x in (plain, spotted))
    changed = (after - before).abs().sum(dim=(0, 1)) > 1e-4
    assert changed.nonzero().tolist() == [[1, 3]]


@pytest.mark.parametrize("architecture", ["test_vit", "test_vit2"])
def test_a_transformer_passes_before_training_and_one_of_an_odd_size_does_not(
    architecture: str,
) -> None:
    require_servable(architecture, SIZE)
    with pytest.raises(ValueError, match="multiple of 16"):
        require_servable(architecture, 100)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return labelled_folder(tmp_path_factory.mktemp("data") / "clinic")


def run(*words: object) -> None:
    done = CliRunner().invoke(app, [str(word) for word in words])
    assert done.exit_code == 0, done.output


@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    ("architecture", "heatmap", "side", "said"),
    [("test_vit2", "grad-cam", CELLS, "patch's token"), ("test_vit", "occlusion", 7, "occlusion")],
)
def test_weights_of_a_transformer_become_an_archive_that_needs_no_pytorch(
    data: Path, tmp_path: Path, architecture: str, heatmap: str, side: int, said: str
) -> None:
    torch.manual_seed(2)
    weights, folder = tmp_path / "theirs.pth", tmp_path / "run"
    model = timm.create_model(architecture, num_classes=3, img_size=SIZE)
    torch.save(model.state_dict(), weights)
    run("import", weights, "--arch", architecture, "--data", data, "--out", folder, "--malignant",
        "1,2", "--size", SIZE)  # fmt: skip
    run("evaluate", "--data", data, "--run", folder, "--version", "4.0.0", "--page",
        tmp_path / "card.md")  # fmt: skip
    run("package", "--run", folder, "--out", tmp_path)
    archive = tmp_path / "lesion-4.0.0.mar"
    run("verify", archive)
    checked = check_archive(archive)
    assert (checked.card.heatmap, checked.needs_torch) == (heatmap, False)
    assert said in (tmp_path / "card.md").read_text()
    out = io.BytesIO()
    lesion_photo(3).save(out, "JPEG")
    answer = prediction_of(open_classifier(archive), out.getvalue())
    assert answer["heatmap"]["method"] == heatmap
    assert np.array(answer["heatmap"]["grid"]).shape == (side, side)


def test_a_transformer_is_trained_like_any_other(data: Path, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    run("train", "--data", data, "--out", folder, "--arch", "test_vit2", "--size", SIZE, "--steps",
        2, "--batch", 8, "--evaluate-every", 2)  # fmt: skip
    heatmap, said = _heatmaps(json.loads((folder / "run.json").read_text()))
    assert heatmap == "grad-cam"
    assert "patch's token" in said[0]


def test_weights_of_another_input_are_told_which_option_says_so(data: Path, tmp_path: Path) -> None:
    weights = tmp_path / "theirs.pth"
    torch.save(timm.create_model("test_vit2", num_classes=2, img_size=96).state_dict(), weights)
    command = ["import", weights, "--arch", "test_vit2", "--data", data, "--out", tmp_path / "run",
               "--size", SIZE, "--json"]  # fmt: skip
    done = CliRunner().invoke(app, [str(word) for word in command])
    assert done.exit_code == 1
    assert "--size" in json.loads(done.stdout.splitlines()[-1])["message"]


@pytest.mark.parametrize(
    "architecture",
    ["resnet10t", "test_vit", "test_vit2", "torchvision.resnet18",
     "torchvision.mobilenet_v3_small", "torchvision.alexnet"],
)  # fmt: skip
def test_every_architecture_tells_what_its_last_layer_takes(architecture: str) -> None:
    """Training learns diagnoses from it, beside the label."""
    model: Any = build_model(architecture, size=SIZE).eval()
    with torch.inference_mode():
        features = model.forward_features(torch.from_numpy(photos(2)))
        taken = model.forward_head(features, pre_logits=True)
        torch.testing.assert_close(model.get_classifier()(taken), model.forward_head(features))


def test_a_model_of_timm_is_built_for_the_input_that_it_is_given() -> None:
    model = build_model("test_vit2", size=96)
    assert isinstance(model, TokenClassifier)
    assert model.whole.patch_embed.grid_size == (6, 6)
