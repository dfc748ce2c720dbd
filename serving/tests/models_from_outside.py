"""A model that was trained elsewhere, the photos that it knows, and its import."""

import io
import warnings
from pathlib import Path
from typing import get_args

import numpy as np
import timm
import torch
import torchvision
from PIL import Image
from torch import Tensor, nn
from torch.nn import functional
from typer.testing import CliRunner

from serving.archives.card import Preprocessing
from serving.cli import app
from serving.contract.reference_cases import Truth
from serving.model.preprocessing import Preprocess

SIDE, STEPS = 96, 12
TRANSFORMER, STEPS_OF_A_TRANSFORMER = "test_vit", 40
# ImageNet's.
_MEAN, _STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


def made_photo(label: str, number: int) -> Image.Image:
    """Skin with a spot: dark where it is malignant, faint where it is benign."""
    random = np.random.default_rng(number + 1000 * (label == "malignant"))
    width, height = 300, 240
    y, x = np.mgrid[-1 : 1 : height * 1j, -1.25 : 1.25 : width * 1j]
    ground = np.array([220, 180, 160]) + random.normal(0, 8, (height, width, 3))
    spot = (x**2 + y**2 < random.uniform(0.12, 0.3))[..., None]
    shade = random.uniform(0.15, 0.35) if label == "malignant" else random.uniform(0.7, 0.9)
    return Image.fromarray(np.where(spot, ground * shade, ground).clip(0, 255).astype(np.uint8))


def made_cases(count: int) -> list[tuple[bytes, Truth]]:
    """Reference cases of a clinic, as many of each kind."""
    cases: list[tuple[bytes, Truth]] = []
    for truth in get_args(Truth):
        for number in range(count):
            out = io.BytesIO()
            made_photo(truth, 500 + number).save(out, "JPEG", quality=95)
            cases.append((out.getvalue(), truth))
    return cases


def labelled_photos(folder: Path) -> Path:
    """What the clinic gives to train on."""
    for label in get_args(Truth):
        (folder / label).mkdir(parents=True)
        for number in range(20):
            made_photo(label, number).save(folder / label / f"{label}_{number}.jpg", quality=95)
    return folder


def trained_elsewhere() -> nn.Module:
    """A ResNet-18 of torchvision that tells dark spots from faint ones."""
    torch.manual_seed(3)
    model = torchvision.models.resnet18(num_classes=2)
    for layer in model.modules():
        if isinstance(layer, nn.BatchNorm2d):
            # So few steps would leave its averages where they began.
            layer.momentum = 0.5
    return _taught(model, rate=5e-4, steps=STEPS)


def transformer_trained_elsewhere() -> nn.Module:
    """A small vision transformer of timm that does the same; it answers by a class token."""
    torch.manual_seed(3)
    model = timm.create_model(TRANSFORMER, num_classes=2, img_size=SIDE)
    return _taught(model, rate=3e-3, steps=STEPS_OF_A_TRANSFORMER)


def _taught(model: nn.Module, *, rate: float, steps: int) -> nn.Module:
    preprocess = Preprocess(
        Preprocessing(
            input_size=SIDE,
            mean=tuple(255 * value for value in _MEAN),
            std=tuple(255 * value for value in _STD),
        )
    )
    labels = torch.tensor([0, 1] * 8)
    optimizer = torch.optim.AdamW(model.parameters(), rate)
    for step in range(steps):
        photos = [
            made_photo(("benign", "malignant")[label], 100 + 20 * step + place)
            for place, label in enumerate(labels.tolist())
        ]
        batch = torch.from_numpy(np.stack([preprocess(photo) for photo in photos]))
        shown = batch if step % 3 == 0 else _half_painted(batch, step)
        loss = functional.cross_entropy(model(shown), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return model.eval()


def _half_painted(photos: Tensor, step: int) -> Tensor:
    """Half of each photo in the colour of its edge, so that what is left has to tell."""
    skin = photos[:, :, :8, 24:-24].mean((2, 3), keepdim=True)
    painted = torch.rot90(photos, step % 4, (2, 3)).clone()
    painted[..., : SIDE // 2] = skin
    return torch.rot90(painted, -step % 4, (2, 3))


def imported(file: Path, data: Path, version: str, *options: str) -> Path:
    """What an ML engineer makes of a file from outside, with the command alone."""
    run = file.with_suffix("")
    _command("import", file, "--data", data, "--out", run, "--size", SIDE, *options)
    _command("evaluate", "--data", data, "--run", run, "--version", version, "--page",
             run / "card.md")  # fmt: skip
    _command("package", "--run", run, "--out", run)
    return run / f"lesion-{version}.mar"


def as_weights(model: nn.Module, path: Path) -> Path:
    """As torch.save(model.state_dict(), FILE) leaves it."""
    torch.save(model.state_dict(), path)
    return path


def as_graph(model: nn.Module, path: Path, *, side: int = SIDE) -> Path:
    """As torch.onnx.export leaves it, with shares at its end."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            nn.Sequential(model, nn.Softmax(1)).eval(), (torch.zeros(1, 3, side, side),), path,
            dynamo=False, opset_version=17, input_names=["photos"],
            dynamic_axes={"photos": {0: "n"}},
        )  # fmt: skip
    return path


def _command(*words: object) -> None:
    done = CliRunner().invoke(app, [str(word) for word in words])
    assert done.exit_code == 0, done.output
