"""Is an architecture one that can be served? Asked before a run of hours, not after it."""

import torch

from serving.contract.findings import MAX_SIDE
from serving.pytorch.architectures import FeaturesAndLogits, UnknownArchitecture, build_model

_INSTEAD = (
    "choose one with a feature map, such as tf_efficientnet_lite0, resnet18 or convnext_tiny, or a "
    "vision transformer, such as vit_medium_patch16_gap_240"
)


def require_servable(architecture: str, size: int) -> None:
    """Refuse what would be refused once it is trained.

    Raises:
        ValueError: with the reason and what to do instead.
    """
    try:
        model = build_model(architecture, size=size).eval()
    except UnknownArchitecture as error:
        raise ValueError(f"{error}; timm.list_models() lists what there is") from None
    except Exception as error:  # noqa: BLE001  timm's models raise whatever their authors chose
        raise ValueError(f"{architecture} can't be built for two classes: {error}") from None
    try:
        with torch.inference_mode():
            features, logits = FeaturesAndLogits(model)(torch.zeros(1, 3, size, size))
    except Exception as error:  # noqa: BLE001  as above
        said = str(error).splitlines()[0]
        raise ValueError(
            f"{architecture} does not compute inputs of {size} x {size} pixels ({said}); try "
            "--size 224, or another architecture"
        ) from None
    if tuple(logits.shape) != (1, 2):
        raise ValueError(f"{architecture} answers {tuple(logits.shape)}, not one pair; {_INSTEAD}")
    if features.ndim != 4:
        raise ValueError(
            f"{architecture} has tokens of shape {tuple(features.shape)}, no feature map that a "
            f"heatmap could be made of; {_INSTEAD}"
        )
    _, channels, height, width = features.shape
    known = getattr(model, "num_features", channels)
    if channels != known and width == known:
        raise ValueError(
            f"{architecture} has features of height x width x channels, {tuple(features.shape)}: "
            f"its heatmap could not be stored; {_INSTEAD}"
        )
    if max(height, width) > MAX_SIDE:
        raise ValueError(
            f"{architecture} has a heatmap of {height} x {width} at this input, {MAX_SIDE} a side "
            "can be stored; choose a smaller --size"
        )
