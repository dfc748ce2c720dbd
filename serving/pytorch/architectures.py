"""Classifiers by name, from timm or torchvision, and what their heads look like."""

from pathlib import Path

import timm
import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from serving.archives.card import Heatmap, ModelCard
from serving.pytorch import token_models, torchvision_models
from serving.pytorch.token_models import TokenClassifier

# How far the closed form may be from the model's own logits to be used.
_HEAD_TOLERANCE = 1e-4


class UnknownArchitecture(ValueError):
    """The card names an architecture that can't be built."""


def build_model(architecture: str, *, classes: int = 2, size: int | None = None) -> nn.Module:
    """An untrained classifier from timm, or from torchvision if it is named `torchvision.<name>`.

    Args:
        architecture: its name.
        classes: that it tells apart.
        size: pixels of its input, which transformers need to know; their own where None.

    Raises:
        UnknownArchitecture: there is none by this name.
        ValueError: it can't have an input of this size.
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
    return TokenClassifier(model, size) if token_models.knows(model) else model


def heatmap_of(model: nn.Module) -> Heatmap:
    """How a card says that its heatmaps come about."""
    return model.heatmap if isinstance(model, TokenClassifier) else "grad-cam"


def load_model(weights: Path, card: ModelCard) -> nn.Module:
    """The card's architecture, filled with `weights` (safetensors), in float32.

    Raises:
        UnknownArchitecture: see `build_model`.
        ValueError: the weights don't fit the architecture.
    """
    size = card.preprocessing.input_size
    model = build_model(card.architecture, classes=len(card.classes), size=size)
    fill_model(model, weights, card.architecture)
    return model


def fill_model(model: nn.Module, weights: Path, architecture: str) -> None:
    """Put `weights` (safetensors, any precision) into an `architecture`.

    Raises:
        ValueError: they don't fit it.
    """
    state = {name: tensor.float() for name, tensor in load_file(weights).items()}
    own = model.state_dict()
    wrong = [name for name, tensor in state.items() if _shape(own.get(name)) != tensor.shape]
    # What half precision can't hold on disk (BatchNorm's counters) is not needed for predictions.
    wrong += [name for name in own.keys() - state if not name.endswith("num_batches_tracked")]
    if wrong:
        raise ValueError(
            f"weights don't fit {architecture}: {len(wrong)} of its tensors are missing, unknown "
            f"or of another shape, the first is {min(wrong)}"
        )
    model.load_state_dict(state, strict=False)


def _shape(tensor: Tensor | None) -> torch.Size | None:
    return None if tensor is None else tensor.shape


class FeaturesAndLogits(nn.Module):
    """One forward pass that returns both things an answer needs."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self._model = model

    def forward(self, batch: Tensor) -> tuple[Tensor, Tensor]:
        """N×K×H×W and N×C of N×3×S×S."""
        features = self._model.forward_features(batch)  # type: ignore[operator]  # timm's methods are untyped
        return features, self._model.forward_head(features)  # type: ignore[operator]  # timm's methods are untyped


def linear_head(model: nn.Module, size: int) -> Tensor | None:
    """The linear layer's C×K weight if the head is global average pooling and that layer.

    Tested on noise rather than read from the model's source: any architecture whose logits equal
    the closed form's qualifies.
    """
    linear = model.get_classifier()  # type: ignore[operator]  # timm's methods are untyped
    if not isinstance(linear, nn.Linear):
        return None
    with torch.inference_mode():
        features = model.forward_features(torch.zeros(1, 3, size, size))  # type: ignore[operator]  # timm's methods are untyped
        noise = torch.rand_like(features)
        if noise.ndim != 4 or noise.shape[1] != linear.in_features:
            return None
        expected = linear(noise.mean(dim=(2, 3)))
        actual = model.forward_head(noise)  # type: ignore[operator]  # timm's methods are untyped
        if not torch.allclose(expected, actual, atol=_HEAD_TOLERANCE):
            return None
    return linear.weight.detach()
