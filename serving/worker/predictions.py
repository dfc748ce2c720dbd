"""Findings as plain values, for TorchServe's handler and the command line alike."""

import tempfile
from pathlib import Path
from typing import Any

from imaging.decoding import decode
from serving.archives.archive import check_archive
from serving.archives.card import ModelCard
from serving.archives.members import WEIGHTS
from serving.model import quality
from serving.model.classifier import METHOD, Classifier
from serving.model.preprocessing import central_square
from serving.model.quality import NOT_A_LESION, NOT_ASSESSABLE


def open_classifier(archive: Path) -> Classifier:
    """Check an archive and load its model, in eager PyTorch.

    Raises:
        ArchiveRefused: with every reason.
    """
    checked = check_archive(archive)
    with tempfile.TemporaryDirectory() as folder:
        weights = Path(folder) / WEIGHTS
        weights.write_bytes(checked.read(WEIGHTS))
        novelty, differential = checked.read_novelty(), checked.read_differential()
        return Classifier.load(weights, checked.card, novelty, differential)


def prediction_of(
    classifier: Classifier, photo: bytes, target: str | None = None
) -> dict[str, Any]:
    """A model's finding for one photo.

    Raises:
        DomainError: as `imaging.decoding.decode`.
    """
    preprocess = classifier.preprocess
    # Whole, whatever it takes: a JPEG decoded at a half gives other pixels than a PNG of the same
    # photo, and with them another probability (`decode_reduced`).
    image = decode(photo)
    square = central_square(image, preprocess.size)
    (prediction,) = classifier.predict(preprocess.normalised(square)[None], target)
    warnings = quality.warnings(image, square)
    if prediction.unlike_training:
        warnings.append(NOT_A_LESION)
    card: ModelCard = classifier.card
    return {
        "label": prediction.label,
        "probability_malignant": prediction.probability_malignant,
        "confidence": prediction.confidence,
        "threshold": prediction.threshold,
        "assessable": not NOT_ASSESSABLE.intersection(warnings),
        "quality": warnings,
        "differential": [
            {"diagnosis": diagnosis, "probability": probability}
            for diagnosis, probability in prediction.differential.items()
        ],
        "model": {"name": card.name, "version": card.version},
        "heatmap": {
            "grid": prediction.cam,
            "target": prediction.target,
            "method": METHOD,
            "layer": classifier.layer,
        },
    }
