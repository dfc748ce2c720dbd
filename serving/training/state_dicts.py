"""Weights from outside: state dicts of timm's and torchvision's classifiers, with any head."""

import pickle
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from serving.pytorch import token_models, torchvision_models
from serving.pytorch.token_models import TokenClassifier

# Where training scripts put the state dict inside what they save.
_NESTED = ("state_dict", "model_state_dict", "model", "net", "state_dict_ema", "model_ema")
# Before each name, of models that were wrapped or compiled.
_PREFIXES = ("module.", "_orig_mod.", "model.", "net.", "backbone.")


def read_state_dict(path: Path) -> dict[str, Tensor]:
    """The tensors of a file, float32, by name; nothing in it is run.

    Raises:
        ValueError: it holds no state dict; the message says what it is and what to do.
    """
    try:
        found: Any = (
            load_file(path)
            if path.suffix == ".safetensors"
            else torch.load(path, map_location="cpu", weights_only=True)
        )
    except SafetensorError as error:
        raise ValueError(f"{path} is no safetensors file: {error}") from None
    except pickle.UnpicklingError:
        raise ValueError(
            f"{path} holds a whole pickled model, which would run code when it is opened: save its "
            "weights alone, torch.save(model.state_dict(), FILE)"
        ) from None
    except (RuntimeError, EOFError, ValueError, KeyError) as error:
        raise ValueError(
            f"{path} is no state dict (.safetensors or .pth): {str(error).splitlines()[0]}"
        ) from None
    for name in _NESTED:
        if isinstance(found, Mapping) and isinstance(found.get(name), Mapping):
            found = found[name]
            break
    tensors = (
        {str(name): value for name, value in found.items() if isinstance(value, Tensor)}
        if isinstance(found, Mapping)
        else {}
    )
    if not tensors:
        raise ValueError(f"{path} holds no tensors by name: save model.state_dict()")
    return {name: tensor.float() if tensor.is_floating_point() else tensor
            for name, tensor in tensors.items()}  # fmt: skip


def fill_backbone(
    model: nn.Module, state: Mapping[str, Tensor], architecture: str
) -> tuple[Tensor, Tensor]:
    """Put everything but the last layer into a model of ours.

    Args:
        model: from `model.architectures.build_model`.
        state: of a model of the same architecture, with a head of any number of classes.
        architecture: its name.

    Returns:
        The head that the weights bring: weight C x K and bias C.

    Raises:
        ValueError: the weights are of another architecture, or bring no head.
    """
    own = model.state_dict()
    head = _head_name(model)
    named = _named_alike(state, model, architecture, head)
    wrong = sorted(
        name
        for name, tensor in own.items()
        if not name.startswith(f"{head}.")
        and not name.endswith("num_batches_tracked")
        and (name not in named or named[name].shape != tensor.shape)
    )
    if len(wrong) == 1 and wrong[0].endswith("pos_embed"):
        raise ValueError(
            "the weights are of another input: give the --size that they were trained with"
        )
    if wrong:
        raise ValueError(
            f"the weights are not of {architecture}: {len(wrong)} of its {len(own)} tensors are "
            f"missing or of another shape, the first is {wrong[0]}; name their architecture with "
            "--arch (torchvision's as torchvision.resnet18)"
        )
    weight = named.get(f"{head}.weight")
    if weight is None:
        raise ValueError(f"the weights bring no last layer: {head}.weight is missing")
    kept = {name: named[name] for name in own if name in named and not name.startswith(f"{head}.")}
    model.load_state_dict(kept, strict=False)
    bias = named.get(f"{head}.bias")
    return weight.flatten(1), torch.zeros(len(weight)) if bias is None else bias


def fill_head(model: nn.Module, weight: Tensor, bias: Tensor) -> None:
    """Put a linear layer for two classes into the model's head."""
    head = _head_name(model)
    own = model.state_dict()
    model.load_state_dict(
        {f"{head}.weight": weight.reshape(own[f"{head}.weight"].shape), f"{head}.bias": bias},
        strict=False,
    )


def _head_name(model: nn.Module) -> str:
    classifier = model.get_classifier()  # type: ignore[operator]  # timm's methods are untyped
    for name, module in model.named_modules():
        if module is classifier:
            return str(name)
    raise ValueError("the architecture has no last layer that could be replaced")


def _named_alike(
    state: Mapping[str, Tensor], model: nn.Module, architecture: str, head: str
) -> dict[str, Tensor]:
    """The weights under our names: without wrappers, and with their layers inside ours."""
    own = model.state_dict()
    candidates = [dict(state)]
    candidates += [
        {name.removeprefix(prefix): tensor for name, tensor in state.items()}
        for prefix in _PREFIXES
        if all(name.startswith(prefix) for name in state)
    ]
    if torchvision_models.knows(architecture):
        candidates += [
            torchvision_models.our_names(candidate, own) for candidate in list(candidates)
        ]
    if isinstance(model, TokenClassifier):
        candidates += [token_models.our_names(candidate, own) for candidate in list(candidates)]
    body = [name for name in own if not name.startswith(f"{head}.")]
    return max(candidates, key=lambda candidate: sum(name in candidate for name in body))
