"""What the heatmap costs beside the prediction, and whether it is the one the books define."""

import statistics
import tempfile
import time
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageOps
from pytorch_grad_cam import GradCAM
from pytorch_grad_cam.utils.image import scale_cam_image
from pytorch_grad_cam.utils.model_targets import ClassifierOutputTarget
from torch import Tensor, nn

from serving import examples
from serving.archives.card import ModelCard
from serving.archives.members import CARD, WEIGHTS
from serving.archives.weights_file import Floats
from serving.model.classifier import Classifier
from serving.pytorch.architectures import load_model
from serving.pytorch.backends import EagerBackend, TorchscriptBackend
from tests.shipped import shipped_archive

IMAGES = 20
ROUNDS = 150
WARM_UP_ROUNDS = 20


@dataclass(frozen=True, slots=True)
class HeatmapCost:
    """One thread, one photo, frozen model.

    Attributes:
        plain_milliseconds: of class and probability alone, median.
        explained_milliseconds: with the heatmap, median.
        least_correlation: with the package `grad-cam`, the worst of all photos.
    """

    plain_milliseconds: float
    explained_milliseconds: float
    least_correlation: float


def measure() -> HeatmapCost:
    """Take the newest shipped release and measure."""
    torch.set_num_threads(1)
    classifier, model = _shipped()
    batches = [classifier.preprocess(photo)[None] for photo in _photos()]
    correlations = [_correlation(classifier, model, batch) for batch in batches]
    traced = TorchscriptBackend(model, classifier.card.preprocessing.input_size)
    classifier = Classifier(traced, classifier.card)
    plain, explained = _medians(_frozen(model, batches[0]), classifier.predict, batches)
    return HeatmapCost(plain, explained, min(correlations))


def _shipped() -> tuple[Classifier, nn.Module]:
    """The newest shipped model as we serve it, and the bare one."""
    archive = shipped_archive()
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(archive.path) as opened:
        opened.extract(WEIGHTS, folder)
        card = ModelCard.model_validate_json(opened.read(CARD))
        model = load_model(Path(folder) / WEIGHTS, card)
    classifier = Classifier(EagerBackend(model, card.preprocessing.input_size), card)
    return classifier, model


def _photos() -> list[Image.Image]:
    """The examples, and some of them mirrored to make up the number."""
    photos = [Image.open(example.path).convert("RGB") for example in examples.read()]
    return (photos + [ImageOps.mirror(photo) for photo in photos])[:IMAGES]


def _correlation(classifier: Classifier, model: nn.Module, batch: Floats) -> float:
    """Pearson's r of our map and the package's, both scaled to the input as the package does."""
    (prediction,) = classifier.predict(batch)
    target = classifier.card.classes.index(prediction.target)
    size = batch.shape[-1]
    ours = scale_cam_image(np.array([prediction.cam], np.float32), (size, size))[0]
    tapped = _Tapped(model)
    with GradCAM(model=tapped, target_layers=[tapped.tap]) as package:
        theirs = package(
            input_tensor=torch.from_numpy(batch), targets=[ClassifierOutputTarget(target)]
        )[0]
    if not ours.any() and not theirs.any():
        return 1.0  # both say: nothing speaks for this class
    return float(np.corrcoef(ours.ravel(), theirs.ravel())[0, 1])


class _Tapped(nn.Module):
    """The model with a place at its last feature map where the package can listen."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.model = model
        self.tap = nn.Identity()

    def forward(self, batch: Tensor) -> Tensor:
        features = self.tap(self.model.forward_features(batch))  # type: ignore[operator]  # timm's methods are untyped
        logits: Tensor = self.model.forward_head(features)  # type: ignore[operator]  # timm's methods are untyped
        return logits


def _frozen(model: nn.Module, example: Floats) -> Callable[[Floats], object]:
    """Class and probability alone, by the same means as the served model."""
    shaped = _channels_last(example)
    with torch.inference_mode():
        frozen = torch.jit.freeze(torch.jit.trace(model, shaped))

    def predict(batch: Floats) -> list[float]:
        with torch.inference_mode():
            logits = frozen(_channels_last(batch))
            shares: list[float] = logits.double().softmax(dim=1)[:, 1].tolist()
        return shares

    return predict


def _channels_last(batch: Floats) -> Tensor:
    return torch.from_numpy(batch).contiguous(memory_format=torch.channels_last)


def _medians(
    plain: Callable[[Floats], object],
    explained: Callable[[Floats], object],
    batches: list[Floats],
) -> tuple[float, float]:
    """Milliseconds of both, measured in turn so that a busy moment meets both."""
    took: tuple[list[float], list[float]] = ([], [])
    for turn in range(WARM_UP_ROUNDS + ROUNDS):
        for work, milliseconds in zip((plain, explained), took, strict=True):
            started = time.perf_counter()
            work(batches[turn % len(batches)])
            milliseconds.append((time.perf_counter() - started) * 1000)
    first, second = (statistics.median(values[WARM_UP_ROUNDS:]) for values in took)
    return first, second
