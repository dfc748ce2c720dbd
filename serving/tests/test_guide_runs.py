"""The guide's commands for files, as they stand there, one after the other on a small folder."""

import re
import shlex
from pathlib import Path

import pytest
import timm
import torch
import torchvision
from safetensors.torch import save
from typer.testing import CliRunner

from local_stack.stack import ROOT
from serving.cli import app
from serving.pytorch.architectures import build_model
from serving.tests import models_from_outside as outside
from serving.tests.archives import sound
from serving.training.recipe import Recipe

GUIDE = (ROOT / "docs" / "ml-engineers.md").read_text()
# Of Python, there are others.
FENCED = re.findall(r"^```(\w*)\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)
BLOCKS = [block for language, block in FENCED if not language]
DATASET = next(block for language, block in FENCED if language == "yaml")
# What needs no running Dermis.
OFFLINE = frozenset({"train", "import", "evaluate", "package", "verify", "keygen", "sign"})
# A small network, and few steps that learn fast: the guide's take a minute and a half.
QUICK = {
    "train": shlex.split(
        "--steps 12 --arch resnet10t --size 64 --rate 6e-3 --batch 16 --averaging 0.5 "
        "--warm-up-steps 1"
    ),
    "import": ["--size", "64"],
}


def commands() -> list[list[str]]:
    """Verb and arguments of each command for files, in the order of the guide."""
    lines = [line for block in BLOCKS for line in block.splitlines()]
    found = [shlex.split(line, comments=True)[1:] for line in lines if line[:13] == "dermis-model "]
    return [words for words in found if words[0] in OFFLINE]


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with what the guide's reader has: photos, the live archive, weights, a graph."""
    outside.labelled_photos(tmp_path / "photos")
    (tmp_path / "photos" / "dataset.yaml").write_text(DATASET)
    # As a run begins without it, so that few steps are enough.
    torch.manual_seed(Recipe().seed)
    live = sound(
        tmp_path, save(build_model("resnet10t").state_dict()), architecture="resnet10t",
        preprocessing=Recipe(input_size=64).preprocessing,
    )  # fmt: skip
    live.rename(tmp_path / "lesion-1.2.1.mar")
    torch.manual_seed(7)
    model = torchvision.models.resnet18(num_classes=7).eval()
    outside.as_weights(model, tmp_path / "resnet18.pth")
    outside.as_graph(model, tmp_path / "resnet18.onnx", side=64)
    vit = timm.create_model("vit_tiny_patch16_224", num_classes=7, img_size=64)
    outside.as_weights(vit, tmp_path / "vit.pth")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.timeout(600)
def test_every_command_for_files_works_as_the_guide_shows_it(place: Path) -> None:
    assert {words[0] for words in commands()} == OFFLINE
    for verb, *arguments in commands():
        done = CliRunner().invoke(app, [verb, *arguments, *QUICK.get(verb, [])])
        assert done.exit_code == 0, (verb, arguments, done.output)
    assert {path.name for path in (place / "archives").glob("*.mar")} == {
        "lesion-1.3.0.mar", "lesion-2.0.0.mar", "lesion-2.1.0.mar", "lesion-2.2.0.mar",
    }  # fmt: skip
