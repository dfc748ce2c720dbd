"""How far heatmaps can be trusted: an evaluation for the model card."""

import numpy as np
import numpy.typing as npt
from torch import Tensor

from serving.archives.card import Evaluation, Metric
from serving.evaluation.deletion_insertion import MAPS, curve_areas
from serving.evaluation.metrics import mean
from serving.evaluation.weight_randomisation import (
    Shuffled,
    rank_correlations,
    similarity_when_shuffled,
)
from serving.model.classifier import Classifier

# Photos that the figures are measured on: a few minutes at most.
PHOTOS = 150
BATCH = 64

DESCRIPTION = (
    "Heatmaps of the predicted class on randomly drawn test photos. Deletion, insertion: area "
    "under the class's probability as the map's highest cells are painted over first (lower is "
    "better) or revealed first (higher is better). Gain: improvement over a random or a centred "
    "map on the same photo. Similarity: rank correlation with the map after the weights were "
    "shuffled (near 0 is good) and, for comparison, with another photo's map."
)


def explanation(
    classifier: Classifier,
    shuffled: Shuffled | None,
    inputs: Tensor,
    labels: npt.NDArray[np.int64],
) -> Evaluation:
    """Deletion, insertion and weight randomisation.

    Args:
        classifier: with its calibration and threshold.
        shuffled: the model with shuffled weights; None where they can't be.
        inputs: N×3×S×S, preprocessed, of test photos.
        labels: N, 1 for malignant.
    """
    starts = range(0, len(inputs), BATCH)
    answers = [a for n in starts for a in classifier.predict(inputs[n : n + BATCH].numpy())]
    targets = [classifier.card.classes.index(answer.target) for answer in answers]
    maps = np.array([answer.cam for answer in answers])
    count, side = maps.shape[:2]
    deletion, insertion = curve_areas(classifier, inputs, maps, targets)
    metrics: dict[str, Metric] = {"deletion": mean(deletion), "insertion": mean(insertion)}
    for name, made in MAPS.items():
        worse_deletion, worse_insertion = curve_areas(
            classifier, inputs, made(count, side), targets
        )
        metrics |= {
            f"deletion_{name}_map": mean(worse_deletion),
            f"insertion_{name}_map": mean(worse_insertion),
            f"deletion_gain_on_{name}": mean(worse_deletion - deletion),
            f"insertion_gain_on_{name}": mean(insertion - worse_insertion),
        }
    if shuffled:
        similar = similarity_when_shuffled(classifier, shuffled, inputs, maps, targets)
        metrics |= {f"similarity_{name}_shuffled": mean(found) for name, found in similar.items()}
    metrics["similarity_other_photo"] = mean(rank_correlations(maps, np.roll(maps, 1, axis=0)))
    return Evaluation(
        name="explanation",
        description=DESCRIPTION,
        images=len(labels),
        malignant=int(labels.sum()),
        metrics=metrics,
    )
