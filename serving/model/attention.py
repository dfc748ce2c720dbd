"""Where a model looks on a photo, and which of its looks answers.

At the central square alone, unless the card says that the model looks around and the lesion seems
to lie elsewhere: then also there. All looks are computed in one batch.
"""

import numpy as np
from PIL import Image

from serving.model.classifier import Classifier, Prediction
from serving.model.locator import Spot, spots_off_centre
from serving.model.looks import Look, central_look, look_at
from serving.model.quality import LESION_CUT, OFF_CENTRE

# In thresholds: from here on the middle counts even where the lesion seems to lie elsewhere, and
# beside the middle, where answers scatter, only what is below that is clearly benign.
CLEARLY_ABOVE, CLEARLY_BELOW = 2.0, 0.25


def looked_at(
    classifier: Classifier, photo: Image.Image, target: str | None = None
) -> tuple[Look, Prediction, list[str]]:
    """The look that answers for a photo, its prediction, and doubts for the quality warnings.

    Args:
        classifier: the model.
        photo: RGB, upright.
        target: the class to explain; the predicted one when None.
    """
    size = classifier.preprocess.size
    spots = spots_off_centre(photo) if classifier.card.looks_around else []
    looks = [central_look(photo, size), *(look_at(photo, spot, size) for spot in spots)]
    batch = np.stack([classifier.preprocess.normalised(look.square) for look in looks])
    predictions = classifier.predict(batch, target)
    if not spots:
        return looks[0], predictions[0], []
    return _answer(looks, predictions, spots, classifier.card.threshold)


def _answer(
    looks: list[Look], predictions: list[Prediction], spots: list[Spot], threshold: float
) -> tuple[Look, Prediction, list[str]]:
    """The most malignant of the spots, or the middle where that is malignant too."""
    shares = [prediction.probability_malignant for prediction in predictions]
    chosen = 1 + int(np.argmax(shares[1:]))
    agree = shares[0] >= threshold and shares[chosen] >= threshold
    if agree or shares[0] >= CLEARLY_ABOVE * threshold:
        # Then nothing is missed, and an answer doesn't depend on where the lesion seemed to lie.
        return looks[0], predictions[0], []
    doubts = [OFF_CENTRE]
    if shares[chosen] < threshold:
        unsure = shares[0] >= threshold or shares[chosen] >= CLEARLY_BELOW * threshold
        if unsure or any(spot.reaches_edge for spot in spots):
            doubts.append(LESION_CUT)
    return looks[chosen], predictions[chosen], doubts
