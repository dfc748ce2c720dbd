"""The first stages of an EfficientNet, which training can leave unchanged.

On a CPU they take more than half of a step's time and gain little.
"""

import warnings
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor, nn


def freeze(model: nn.Module, stages: int) -> list[nn.Module]:
    """Stem and first stages of a timm EfficientNet; nothing of other architectures."""
    # MobileNetV3 has a stem and blocks of these names too, but ends otherwise.
    if stages == 0 or not all(hasattr(model, part) for part in ("conv_stem", "conv_head", "bn2")):
        return []
    efficientnet: Any = model
    frozen: list[nn.Module] = [
        efficientnet.conv_stem, efficientnet.bn1, *efficientnet.blocks[:stages],
    ]  # fmt: skip
    for stage in frozen:
        stage.requires_grad_(requires_grad=False)
    return frozen


def features_of(model: nn.Module, frozen: Sequence[nn.Module]) -> Callable[[Tensor], Tensor]:
    """What training computes up to the head: NxK pooled features of Nx3xSxS inputs.

    The stages that `freeze` returned are compiled, which halves their time. That happens at the
    first batch, when a resumed run has loaded its weights.
    """
    # timm's models have no types.
    efficientnet: Any = model
    if not frozen:
        return lambda inputs: efficientnet.forward_head(
            efficientnet.forward_features(inputs), pre_logits=True
        )
    compiled: list[Any] = []

    def forward(inputs: Tensor) -> Tensor:
        if not compiled:
            with torch.no_grad(), warnings.catch_warnings():
                warnings.simplefilter("ignore")
                # torch has no types for tracing.
                traced: Any = torch.jit.trace(nn.Sequential(*frozen).eval(), inputs)  # type: ignore[no-untyped-call]  # torch leaves it untyped
                compiled.append(torch.jit.freeze(traced))
        with torch.no_grad():
            features = compiled[0](inputs)
        # All of a timm EfficientNet behind its frozen stages; see `freeze`.
        for stage in efficientnet.blocks[len(frozen) - 2 :]:
            features = stage(features)
        features = efficientnet.bn2(efficientnet.conv_head(features))
        pooled: Tensor = efficientnet.forward_head(features, pre_logits=True)
        return pooled

    return forward
