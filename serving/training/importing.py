"""Makes a run of weights that were trained elsewhere, so that they are evaluated like our own.

A head of two classes is used as it is. Of more, the classes' logits are weighed into one margin by
a logistic regression on the labelled photos: a linear layer again, whose heatmap has a closed form.
"""

import hashlib
import json
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import save_file
from sklearn.linear_model import LogisticRegression
from torch import Tensor, nn

from serving.archives.card import Heatmap, Preprocessing
from serving.pytorch.architectures import build_model, heatmap_of, linear_head
from serving.training.augmentation import Augmentation
from serving.training.datasets import Sample
from serving.training.imported_diagnoses import write_second_head
from serving.training.pixel_cache import PixelCache
from serving.training.state_dicts import fill_backbone, fill_head, read_state_dict

_BATCH = 64


def import_weights(
    weights: Path,
    architecture: str,
    preprocessing: Preprocessing,
    malignant: Collection[int],
    samples: Sequence[Sample],
    cache: PixelCache,
    run: Path,
    diagnoses: Sequence[str] = (),
) -> None:
    """Write a finished run: `model.safetensors` and `run.json`.

    Args:
        weights: a state dict of timm or torchvision.
        architecture: as a card names it.
        preprocessing: that the weights were trained with.
        malignant: the classes of the head that are malignant; of one logit, [0].
        samples: labelled photos; those of the split train weigh the classes of a head of
            more than two.
        cache: their pixels.
        run: an existing folder.
        diagnoses: names of the head's classes, which become the list of likely diagnoses.

    Raises:
        ValueError: the weights don't fit, `malignant` names no class of theirs, or all, or their
            diagnoses can't be kept.
    """
    model = build_model(architecture, size=preprocessing.input_size).eval()
    weight, bias = fill_backbone(model, read_state_dict(weights), architecture)
    labels = train_labels(samples)
    head = two_class_head(
        weight,
        bias,
        malignant,
        lambda: (_logits(model, weight, bias, preprocessing, cache, train_of(samples)), labels),
    )
    fill_head(model, *head)
    if diagnoses and linear_head(model, preprocessing.input_size) is None:
        raise ValueError(
            f"{architecture} has more between feature map and last layer than a mean, so its own "
            "diagnoses can't be kept beside it: leave --classes out"
        )
    state = {
        name: (tensor.half() if tensor.is_floating_point() else tensor).contiguous()
        for name, tensor in model.state_dict().items()
    }
    save_file(state, run / "model.safetensors")
    describe(
        run,
        architecture,
        preprocessing,
        weights,
        classes=len(weight),
        malignant=malignant,
        heatmap=heatmap_of(model),
        diagnoses=_second_head(run, weight, bias, diagnoses, malignant),
    )


def _second_head(
    run: Path, weight: Tensor, bias: Tensor, names: Sequence[str], malignant: Collection[int]
) -> dict[str, str]:
    """See `write_second_head`; none where no class is named."""
    if not names:
        return {}
    return write_second_head(run, weight.numpy(), bias.numpy(), names, malignant)


def two_class_head(
    weight: Tensor,
    bias: Tensor,
    malignant: Collection[int],
    answers: Callable[[], tuple[Tensor, np.ndarray]],
) -> tuple[Tensor, Tensor]:
    """A head that tells benign from malignant, of one of any classes.

    Args:
        weight: C×K of the head that the weights bring.
        bias: C of it.
        malignant: its classes that are malignant; of one logit, [0].
        answers: NxC of it on labelled photos, and their labels; asked for of more than two classes.

    Returns:
        2×K and 2.

    Raises:
        ValueError: `malignant` names no class of it, or all.
    """
    count = len(weight)
    if not set(malignant) <= set(range(count)) or (count > 1 and len(set(malignant)) == count):
        raise ValueError(
            f"the weights have the classes 0 to {count - 1}: name those that are malignant, and "
            "not all of them, with --malignant"
        )
    if count <= 2:
        share = torch.tensor([1.0 if index in malignant else -1.0 for index in range(count)])
        offset = 0.0
    else:
        share, offset = _weighed(*answers())
    row, shift = share @ weight, float(share @ bias) + offset
    # The margin of two logits is the second minus the first.
    return torch.stack([-row / 2, row / 2]), torch.tensor([-shift / 2, shift / 2])


def train_of(samples: Sequence[Sample]) -> list[int]:
    """Places of the photos of the split train."""
    return [index for index, sample in enumerate(samples) if sample.split == "train"]


def train_labels(samples: Sequence[Sample]) -> np.ndarray:
    """Their labels, in the same order."""
    return np.array([samples[index].label for index in train_of(samples)])


def _weighed(logits: Tensor, labels: np.ndarray) -> tuple[Tensor, float]:
    seen = logits.double().numpy()
    # On one scale, whatever that of the logits is: the regression penalises large weights.
    middle, spread = seen.mean(axis=0), seen.std(axis=0) + np.finfo(np.float32).tiny
    fitted = LogisticRegression(C=1.0, class_weight="balanced", max_iter=1000)
    fitted.fit((seen - middle) / spread, labels)
    share = fitted.coef_[0] / spread
    return torch.from_numpy(share).float(), float(fitted.intercept_[0] - share @ middle)


@torch.inference_mode()
def _logits(
    model: nn.Module,
    weight: Tensor,
    bias: Tensor,
    preprocessing: Preprocessing,
    cache: PixelCache,
    indices: Sequence[int],
) -> Tensor:
    """NxC of the head that the weights bring: by the features that reach the last layer."""
    seen: list[Tensor] = []
    classifier = model.get_classifier()  # type: ignore[operator]  # timm's methods are untyped
    hook = classifier.register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0].flatten(1)))
    augmentation = Augmentation(preprocessing, torch.Generator().manual_seed(7))
    for start in range(0, len(indices), _BATCH):
        model(augmentation.plain(cache.batch(indices[start : start + _BATCH])))
    hook.remove()
    return torch.cat(seen) @ weight.T + bias


def describe(
    run: Path,
    architecture: str,
    preprocessing: Preprocessing,
    weights: Path,
    *,
    classes: int,
    malignant: Collection[int],
    heatmap: Heatmap,
    diagnoses: Mapping[str, str],
) -> None:
    """Write `run.json`: what it takes to evaluate a run that was imported."""
    described: dict[str, Any] = {
        "architecture": architecture,
        "input_size": preprocessing.input_size,
        "mean": list(preprocessing.mean),
        "std": list(preprocessing.std),
        "imported_from": weights.name,
        "imported_sha256": hashlib.sha256(weights.read_bytes()).hexdigest(),
        "classes": classes,
        "malignant_classes": " ".join(map(str, sorted(set(malignant)))),
        "heatmap": heatmap,
        "leave_out": "",
        "finished": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    if diagnoses:
        described["diagnoses"] = dict(diagnoses)
    (run / "run.json").write_text(json.dumps(described, indent=2))
