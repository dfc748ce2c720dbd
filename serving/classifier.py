"""A benign/malignant classifier with its preprocessing, calibration and heatmap.

The same code serves predictions in TorchServe, on the command line and in the evaluation.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import timm
import torch
from PIL import Image
from safetensors.torch import load_file
from torch import Tensor, nn
from torchvision.transforms import v2

from serving import gradcam, quality, torchvision_models
from serving.model_card import ModelCard, Preprocessing

METHOD = "grad-cam"
# How far the closed form may be from the model's own logits to be used.
_HEAD_TOLERANCE = 1e-4


class UnknownArchitecture(ValueError):
    """The card names an architecture that can't be built or explained."""


@dataclass(frozen=True, slots=True)
class Prediction:
    """What the model says of one photo.

    Attributes:
        label: "benign" or "malignant" (at or above the threshold).
        probability_malignant: calibrated, 0 to 1.
        confidence: probability of the label, 0 to 1.
        threshold: of the card, 0 to 1.
        target: the class that the heatmap explains.
        cam: rows of the model's own grid, ≥ 0, not scaled.
    """

    label: str
    probability_malignant: float
    confidence: float
    threshold: float
    target: str
    cam: list[list[float]]


def build_model(architecture: str, *, classes: int = 2) -> nn.Module:
    """An untrained classifier of timm, or of torchvision where it is named `torchvision.<name>`.

    Raises:
        UnknownArchitecture: there is none of this name.
    """
    if torchvision_models.knows(architecture):
        name = architecture.removeprefix(torchvision_models.PREFIX)
        try:
            return torchvision_models.TorchvisionClassifier(name, classes)
        except ValueError as error:
            raise UnknownArchitecture(str(error)) from None
    if not timm.is_model(architecture):
        raise UnknownArchitecture(f"there is no architecture {architecture!r}")
    model: nn.Module = timm.create_model(architecture, num_classes=classes)
    return model


class Preprocess:
    """From an upright RGB photo to the model's input, as `Preprocessing` says."""

    def __init__(self, description: Preprocessing) -> None:
        size = description.input_size
        self._resize = v2.Compose(
            [
                v2.PILToTensor(),
                v2.Resize(size, interpolation=v2.InterpolationMode.BILINEAR, antialias=True),
                v2.CenterCrop(size),
                v2.ToDtype(torch.float32),
            ]
        )
        self._mean = torch.tensor(description.mean)[:, None, None]
        self._std = torch.tensor(description.std)[:, None, None]
        self._mask = circle(size) if description.circular_mask else torch.ones(1, size, size)

    def __call__(self, image: Image.Image) -> Tensor:
        """3×size×size, float32, normalised."""
        pixels: Tensor = self._resize(image)
        return (pixels - self._mean) / self._std * self._mask


def circle(size: int) -> Tensor:
    """1×size×size: 1 inside the inscribed circle, 0 outside."""
    axis = torch.linspace(-1, 1, size)
    return (axis[None, :] ** 2 + axis[:, None] ** 2 <= 1).float()[None]


class Classifier:
    """A trained model, ready to answer.

    Args:
        model: a timm classifier in float32.
        card: its model card.
    """

    def __init__(self, model: nn.Module, card: ModelCard) -> None:
        self.card = card
        self.preprocess = Preprocess(card.preprocessing)
        self._model = model.eval().to(memory_format=torch.channels_last)
        self._weight = _linear_head(self._model, card.preprocessing.input_size)
        self._forward: nn.Module = _FeaturesAndLogits(self._model)

    @classmethod
    def load(cls, weights: Path, card: ModelCard) -> "Classifier":
        """Build the card's architecture and fill it with `weights` (safetensors).

        Raises:
            UnknownArchitecture: see `build_model`.
            ValueError: the weights don't fit the architecture.
        """
        model = build_model(card.architecture, classes=len(card.classes))
        state = {name: tensor.float() for name, tensor in load_file(weights).items()}
        # What half precision on disk can't hold (counters of BatchNorm) is not needed to predict.
        missing, unexpected = model.load_state_dict(state, strict=False)
        if unexpected or any(not name.endswith("num_batches_tracked") for name in missing):
            raise ValueError(f"weights don't fit {card.architecture}: {missing} {unexpected}")
        return cls(model, card)

    @property
    def layer(self) -> str:
        """The layer that the heatmap is taken from."""
        return f"{self.card.architecture}.forward_features"

    def predict(self, batch: Tensor, target: str | None = None) -> list[Prediction]:
        """Classify and explain in one forward pass.

        Args:
            batch: N×3×H×W from `preprocess`.
            target: the class to explain; the predicted one when None.

        Returns:
            N predictions.
        """
        with torch.inference_mode():
            features, logits = self._forward(batch.contiguous(memory_format=torch.channels_last))
            shares = calibrated(logits, self.card.temperature, self.card.intercept)
        malignant = shares[:, 1].tolist()
        labels = [int(share >= self.card.threshold) for share in malignant]
        targets = labels if target is None else [self.card.classes.index(target)] * len(labels)
        cams = self._explain(features, torch.tensor(targets))
        return [
            Prediction(
                label=self.card.classes[label],
                probability_malignant=share,
                confidence=share if label else 1 - share,
                threshold=self.card.threshold,
                target=self.card.classes[chosen],
                cam=np.asarray(cam).tolist(),
            )
            for label, share, chosen, cam in zip(labels, malignant, targets, cams, strict=True)
        ]

    def logits(self, batch: Tensor) -> Tensor:
        """Nx2, uncalibrated."""
        with torch.inference_mode():
            _, answer = self._forward(batch.contiguous(memory_format=torch.channels_last))
        return answer  # type: ignore[no-any-return]

    def freeze(self) -> None:
        """Trace the model and fold its constants: the same answers in about half the time."""
        size = self.card.preprocessing.input_size
        example = torch.zeros(1, 3, size, size).contiguous(memory_format=torch.channels_last)
        with torch.inference_mode():
            self._forward = torch.jit.freeze(torch.jit.trace(self._forward.eval(), example))  # type: ignore[no-untyped-call]

    def quality(self, image: Image.Image) -> tuple[bool, list[str]]:
        """Whether the photo can be assessed, and warnings about it."""
        found = quality.warnings(image)
        return not quality.NOT_ASSESSABLE.intersection(found), found

    def _explain(self, features: Tensor, targets: Tensor) -> Tensor:
        if self._weight is not None:
            with torch.inference_mode():
                return gradcam.from_linear_head(features, self._weight[targets])
        return gradcam.from_autograd(features, self._model.forward_head, targets)  # type: ignore[arg-type]


def calibrated(logits: Tensor, temperature: float, intercept: float) -> Tensor:
    """Nx2 probabilities from Nx2 logits, as the card says."""
    scaled = logits.double() / temperature
    return (scaled + torch.tensor([0.0, intercept])).softmax(dim=1)


class _FeaturesAndLogits(nn.Module):
    """One forward pass with both of what an answer needs."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self._model = model

    def forward(self, batch: Tensor) -> tuple[Tensor, Tensor]:
        features = self._model.forward_features(batch)  # type: ignore[operator]
        return features, self._model.forward_head(features)  # type: ignore[operator]


def _linear_head(model: nn.Module, size: int) -> Tensor | None:
    """The linear layer's C×K weight if the head is global average pooling and that layer.

    Asked of the model itself, on noise, rather than of its source: any architecture whose logits
    equal the closed form's may use it.
    """
    linear = model.get_classifier()  # type: ignore[operator]
    if not isinstance(linear, nn.Linear):
        return None
    with torch.inference_mode():
        features = model.forward_features(torch.zeros(1, 3, size, size))  # type: ignore[operator]
        noise = torch.rand_like(features)
        if noise.ndim != 4 or noise.shape[1] != linear.in_features:
            return None
        expected = linear(noise.mean(dim=(2, 3)))
        actual = model.forward_head(noise)  # type: ignore[operator]
        if not torch.allclose(expected, actual, atol=_HEAD_TOLERANCE):
            return None
    return linear.weight.detach()
