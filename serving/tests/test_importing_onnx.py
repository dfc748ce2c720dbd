"""An ONNX graph from outside becomes an archive that ONNX Runtime computes."""

import io
import json
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
import timm
import torch
from PIL import Image
from torch import Tensor, nn
from typer.testing import CliRunner

from serving.archives.archive import check_archive
from serving.archives.card import Preprocessing
from serving.cli import app
from serving.model.backends import OnnxBackend
from serving.model.preprocessing import Preprocess
from serving.tests.conftest import labelled_folder, lesion_photo
from serving.worker.predictions import open_classifier, prediction_of

RUN = CliRunner()
SIZE = 64


class Small(nn.Module):
    """Two layers, global average pooling and one linear layer, then shares.

    Args:
        classes: that it tells apart.
        last: what makes shares of logits.
        hidden: units of a further layer in its head; none where 0.
        headless: whether it ends in pooled features.
    """

    def __init__(
        self,
        classes: int,
        *,
        last: nn.Module | None = None,
        hidden: int = 0,
        headless: bool = False,
    ) -> None:
        super().__init__()
        torch.manual_seed(classes)
        self.body = nn.Sequential(
            nn.Conv2d(3, 8, 3, stride=4, padding=1), nn.BatchNorm2d(8), nn.ReLU6(),
            nn.Conv2d(8, 16, 3, stride=4, padding=1), nn.SiLU(),
        )  # fmt: skip
        self.head: nn.Module = (
            nn.Sequential(nn.Linear(16, hidden), nn.ReLU(), nn.Linear(hidden, classes))
            if hidden
            else nn.Linear(16, classes)
        )
        if headless:
            self.head = nn.Identity()
        self.last = last or nn.Softmax(1)

    def forward(self, photos: Tensor) -> Tensor:
        return self.last(self.head(self.body(photos).mean(dim=(2, 3))))


def exported(model: nn.Module, path: Path, *, side: int = SIZE, opset: int = 17) -> Path:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            model.eval(), (torch.zeros(1, 3, side, side),), path, dynamo=False, opset_version=opset,
            input_names=["photos"], output_names=["shares"],
            dynamic_axes={"photos": {0: "n"}, "shares": {0: "n"}},
        )  # fmt: skip
    return path


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return labelled_folder(tmp_path_factory.mktemp("data") / "clinic")


def run(*words: object) -> None:
    done = RUN.invoke(app, [str(word) for word in words])
    assert done.exit_code == 0, done.output


def import_command(graph: Path, data: Path, out: Path, *options: object) -> list[str]:
    return [
        str(word)
        for word in ("import", graph, "--data", data, "--out", out, "--size", SIZE, *options)
    ]


def test_a_graph_of_three_classes_becomes_an_archive_that_needs_no_pytorch(
    data: Path, tmp_path: Path
) -> None:
    graph, folder = exported(Small(3), tmp_path / "theirs.onnx"), tmp_path / "run"
    run(*import_command(graph, data, folder, "--malignant", "1,2"))
    run("evaluate", "--data", data, "--run", folder, "--version", "3.0.0", "--page",
        tmp_path / "card.md")  # fmt: skip
    run("package", "--run", folder, "--out", tmp_path)
    archive = tmp_path / "lesion-3.0.0.mar"
    run("verify", archive)
    checked = check_archive(archive)
    assert (checked.card.architecture, checked.needs_torch) == ("onnx", False)
    assert checked.card.training["malignant_classes"] == "1 2"
    classifier = open_classifier(archive)
    assert classifier.backend.name == "onnxruntime"
    answer = classifier.predict(classifier.preprocess(lesion_photo(3))[None])[0]
    assert np.array(answer.cam).shape == (4, 4)


@pytest.mark.timeout(300)
def test_a_head_without_a_closed_form_explains_itself_by_occlusion(
    data: Path, tmp_path: Path
) -> None:
    graph, folder = exported(Small(3, hidden=8), tmp_path / "theirs.onnx"), tmp_path / "run"
    run(*import_command(graph, data, folder, "--malignant", "1,2"))
    run("evaluate", "--data", data, "--run", folder, "--version", "3.1.0", "--page",
        tmp_path / "card.md")  # fmt: skip
    run("package", "--run", folder, "--out", tmp_path)
    run("verify", tmp_path / "lesion-3.1.0.mar")
    checked = check_archive(tmp_path / "lesion-3.1.0.mar")
    assert (checked.card.heatmap, checked.needs_torch) == ("occlusion", False)
    assert "occlusion" in (tmp_path / "card.md").read_text()
    out = io.BytesIO()
    lesion_photo(3).save(out, "JPEG")
    answer = prediction_of(open_classifier(checked.path), out.getvalue())
    assert answer["heatmap"]["method"] == "occlusion"
    assert np.array(answer["heatmap"]["grid"]).shape == (7, 7)


@pytest.mark.parametrize("last", [nn.Softmax(1), nn.Identity(), nn.LogSoftmax(1)])
@pytest.mark.parametrize("opset", [13, 17, 18])
def test_a_graph_of_two_classes_answers_as_it_did(
    data: Path, tmp_path: Path, last: nn.Module, opset: int
) -> None:
    graph = exported(Small(2, last=last), tmp_path / "theirs.onnx", opset=opset)
    run(*import_command(graph, data, tmp_path / "run", "--mean", "0.5,0.5,0.5"))
    described = json.loads((tmp_path / "run" / "run.json").read_text())
    assert described["mean"] == [127.5, 127.5, 127.5]
    preprocessing = Preprocessing(input_size=SIZE, mean=described["mean"], std=described["std"])
    ours = OnnxBackend.of(
        (tmp_path / "run" / "graph.onnx").read_bytes(),
        tmp_path / "run" / "model.safetensors",
        preprocessing,
    )
    photo = Preprocess(preprocessing)(lesion_photo(1))[None]
    theirs = onnxruntime.InferenceSession(str(graph)).run(None, {"photos": photo})[0]
    logits = ours.run(photo)[1]
    margin = logits[0, 1] - logits[0, 0]
    known = theirs[0]
    if isinstance(last, nn.Softmax):
        known = np.log(known)
    assert margin == pytest.approx(known[1] - known[0], abs=1e-4)


def changed(path: Path, change: Callable[[Any], object]) -> Path:
    model = onnx.load(str(path))
    change(model)
    onnx.save(model, str(path))
    return path


def channels_last(path: Path) -> Path:
    class Turned(Small):
        def forward(self, photos: Tensor) -> Tensor:
            return super().forward(photos.permute(0, 3, 1, 2))

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(Turned(2).eval(), (torch.zeros(1, SIZE, SIZE, 3),), path, dynamo=False)
    return path


def outside(path: Path) -> Path:
    model = onnx.load(str(exported(Small(2), path)))
    onnx.save(model, str(path), save_as_external_data=True, size_threshold=0)
    return path


def foreign(model: Any) -> None:
    model.graph.node[0].domain = "com.example"
    model.graph.node[0].op_type = "Mystery"
    model.opset_import.append(onnx.helper.make_opsetid("com.example", 1))


REFUSED: dict[str, tuple[Callable[[Path], object], list[str], str]] = {
    "no ONNX": (lambda path: path.write_bytes(b"nothing at all"), [], "no ONNX file"),
    "a picture": (lambda path: Image.new("RGB", (9, 9)).save(path, "PNG"), [], "no ONNX file"),
    "weights elsewhere": (outside, [], "keeps its weights in another file"),
    "channels last": (channels_last, [], "channels first"),
    "another size": (lambda path: exported(Small(2), path, side=96), [], "give --size 96"),
    "no head": (
        lambda path: exported(Small(2, headless=True), path), [], "a linear layer is asked for",
    ),
    "an operator of others": (
        lambda path: changed(exported(Small(2), path), foreign), [], "Mystery",
    ),
    "an old opset": (lambda path: exported(Small(2), path, opset=9), [], "opset_version=17"),
    "no such class": (lambda path: exported(Small(2), path), ["--malignant", "2"], "0 to 1"),
    "diagnoses behind a hidden layer": (
        lambda path: exported(Small(4, hidden=8), path), ["--classes", "a,b,c,d"],
        "leave --classes out",
    ),
    "a transformer": (
        lambda path: exported(timm.create_model("test_vit", img_size=SIZE, num_classes=2), path),
        [], "import its weights",
    ),
    "an architecture": (
        lambda path: exported(Small(2), path), ["--arch", "resnet18"], "leave --arch",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_a_graph_that_can_not_be_served_is_refused_in_a_line(
    data: Path, tmp_path: Path, name: str
) -> None:
    make, options, said = REFUSED[name]
    graph = tmp_path / "theirs.onnx"
    make(graph)
    done = RUN.invoke(app, [*import_command(graph, data, tmp_path / "run", *options), "--json"])
    assert done.exit_code == 1, done.output
    answer = json.loads(done.stdout.splitlines()[-1])
    assert answer["error"] == "INPUT_UNUSABLE"
    assert said in answer["message"]


def test_weights_without_their_architecture_are_told_to_name_it(data: Path, tmp_path: Path) -> None:
    weights = tmp_path / "theirs.pth"
    torch.save(Small(2).state_dict(), weights)
    done = RUN.invoke(app, [*import_command(weights, data, tmp_path / "run"), "--json"])
    assert "name it, such as --arch" in json.loads(done.stdout.splitlines()[-1])["message"]
