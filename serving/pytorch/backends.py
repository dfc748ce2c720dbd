"""PyTorch behind the interface of `serving.model.backends`.

Eager mode, with which every other backend must agree, and what is faster without leaving torch.
"""

import warnings
from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor, nn

from serving.archives.card import ModelCard, Precision
from serving.archives.differential import Differential
from serving.archives.novelty import Novelty
from serving.archives.weights_file import Floats
from serving.model.classifier import Classifier
from serving.pytorch.architectures import FeaturesAndLogits, linear_head, load_model

_Forward = Callable[[Tensor], tuple[Tensor, Tensor]]


class EagerBackend:
    """The model as PyTorch runs it, operation by operation; has gradients for any head.

    Args:
        model: a classifier of `architectures`, in float32.
        size: pixels of its input.
    """

    name = "eager"
    precision: Precision = "fp32"

    def __init__(self, model: nn.Module, size: int) -> None:
        self.model = model.eval().to(memory_format=torch.channels_last)
        weight = linear_head(self.model, size)
        self.head: Floats | None = None if weight is None else weight.numpy()
        self._size = size
        self._forward: _Forward = self._compiled(FeaturesAndLogits(self.model).eval())

    def run(self, batch: Floats) -> tuple[Floats, Floats]:
        """See `Backend.run`."""
        shaped = torch.from_numpy(batch).contiguous(memory_format=torch.channels_last)
        with torch.inference_mode():
            features, logits = self._forward(shaped)
        return features.numpy(), logits.numpy()

    def explain(self, features: Floats, targets: list[int]) -> Floats:
        """See `Backend.explain`."""
        return explain_by_autograd(features, self.model.forward_head, targets)  # type: ignore[arg-type]  # timm's methods are untyped

    def _compiled(self, forward: nn.Module) -> _Forward:
        return forward

    def _example(self) -> Tensor:
        zeros = torch.zeros(1, 3, self._size, self._size)
        return zeros.contiguous(memory_format=torch.channels_last)


class TorchscriptBackend(EagerBackend):
    """Traced, with constants folded: about half of eager mode's time, and no compiler needed."""

    name = "torchscript"

    def _compiled(self, forward: nn.Module) -> _Forward:
        with torch.inference_mode(), warnings.catch_warnings():
            # Deprecated in favour of torch.compile, which needs a C++ compiler and half a minute.
            warnings.simplefilter("ignore")
            return torch.jit.freeze(torch.jit.trace(forward, self._example()))  # type: ignore[no-any-return,no-untyped-call]  # torch leaves it untyped


class CompiledBackend(EagerBackend):
    """torch.compile with freezing. Needs a C++ compiler, and half a minute at the first call."""

    name = "compile"

    def _compiled(self, forward: nn.Module) -> _Forward:
        compiled: _Forward = torch.compile(forward, options={"freezing": True})
        return compiled


def load_classifier(
    weights: Path,
    card: ModelCard,
    novelty: Novelty | None = None,
    differential: Differential | None = None,
) -> Classifier:
    """Build the card's architecture in eager PyTorch and fill it with `weights` (safetensors).

    Raises:
        UnknownArchitecture: there is none of this name.
        ValueError: the weights don't fit the architecture.
    """
    model = load_model(weights, card)
    backend = EagerBackend(model, card.preprocessing.input_size)
    return Classifier(backend, card, novelty, differential)


def explain_by_autograd(features: Floats, head: nn.Module, targets: list[int]) -> Floats:
    """Grad-CAM by its definition, for any differentiable head.

    Args:
        features: N×K×H×W.
        head: takes `features` to N×C logits.
        targets: N class indices.

    Returns:
        N×H×W, ≥ 0, not scaled.
    """
    with torch.enable_grad():
        leaf = torch.from_numpy(features).clone().requires_grad_()
        chosen = head(leaf).gather(1, torch.tensor(targets)[:, None]).sum()
        (gradient,) = torch.autograd.grad(chosen, leaf)
    weights = gradient.mean(dim=(2, 3))
    cams: Floats = torch.einsum("nk,nkhw->nhw", weights, leaf.detach()).relu().numpy()
    return cams
