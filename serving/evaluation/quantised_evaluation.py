"""How a model answers in 8-bit arithmetic: its own card, and how far it agrees with the other."""

from collections.abc import Sequence

import numpy as np
import torch

from serving.archives.card import Evaluation
from serving.evaluation.metrics import mean, proportion
from serving.evaluation.weight_randomisation import rank_correlations
from serving.model.classifier import Classifier, Prediction
from serving.training.augmentation import Augmentation
from serving.training.datasets import Sample
from serving.training.pixel_cache import PixelCache

BATCH = 64

DESCRIPTION = (
    "Answers and heatmaps in 8-bit arithmetic against those in single precision, each at its own "
    "operating point, on the held-out photos. Same label: share of photos. Difference: mean of the "
    "absolute difference in probability. Heatmap: mean rank correlation of the two maps of the "
    "malignant class; that of two photos' maps stands with the explanation."
)


def agreement(
    exact: Classifier, quantised: Classifier, samples: Sequence[Sample], cache: PixelCache
) -> Evaluation:
    """How far both agree on the test photos.

    Args:
        exact: in single precision, with its operating point.
        quantised: in 8 bits, with its own.
        samples: all photos.
        cache: their pixels, in the same order.
    """
    indices = [index for index, sample in enumerate(samples) if sample.split == "test"]
    augmentation = Augmentation(exact.card.preprocessing, torch.Generator())
    answers: tuple[list[Prediction], list[Prediction]] = ([], [])
    for start in range(0, len(indices), BATCH):
        inputs = augmentation.plain(cache.batch(indices[start : start + BATCH]))
        for held, classifier in zip(answers, (exact, quantised), strict=True):
            held.extend(classifier.predict(inputs.numpy(), "malignant"))
    labels, shares, maps = (
        [np.array([getattr(answer, name) for answer in held]) for held in answers]
        for name in ("label", "probability_malignant", "cam")
    )
    return Evaluation(
        name="8 bits against single precision",
        description=DESCRIPTION,
        images=len(indices),
        malignant=sum(samples[index].label for index in indices),
        metrics={
            "same_label": proportion(labels[0] == labels[1]),
            "probability_difference": mean(np.abs(shares[0] - shares[1])),
            "heatmap_rank_correlation": mean(rank_correlations(maps[0], maps[1])),
        },
    )
