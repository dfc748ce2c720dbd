"""Findings as plain values, for TorchServe's handler and the command line alike."""

import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from imaging.decoding import decode
from serving.archives.archive import check_archive
from serving.archives.card import ModelCard, Precision
from serving.model import quality
from serving.model.attention import looked_at
from serving.model.classifier import Classifier
from serving.model.quality import NOT_A_LESION, NOT_ASSESSABLE
from serving.worker.model import open_unpacked


def open_classifier(archive: Path, precision: Precision | None = None) -> Classifier:
    """Check an archive and load its model, as a worker does.

    Args:
        archive: the file.
        precision: as `open_unpacked`.

    Raises:
        ArchiveRefused: with every reason.
        TorchMissing: it holds no graph, and there is no PyTorch.
        ValueError: its parts don't fit each other.
    """
    checked = check_archive(archive)
    with tempfile.TemporaryDirectory() as folder:
        checked.unpack(Path(folder))
        return open_unpacked(Path(folder), precision=precision)[0]


def prediction_of(
    classifier: Classifier, photo: bytes, target: str | None = None
) -> dict[str, Any]:
    """A model's finding for one photo.

    Raises:
        DomainError: as `imaging.decoding.decode`.
    """
    # Whole, whatever it takes: a JPEG decoded at a half gives other pixels than a PNG of the same
    # photo, and with them another probability (`decode_reduced`).
    image = decode(photo)
    look, prediction, doubts = looked_at(classifier, image, target)
    warnings = quality.warnings(image, look.square) + doubts
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
        "zone": card.zone(prediction.probability_malignant),
        "seen": seen_part(look.part, image.size),
        "differential": [
            {"diagnosis": diagnosis, "probability": probability}
            for diagnosis, probability in prediction.differential.items()
        ],
        "model": {
            "name": card.name,
            "version": card.version,
            "precision": classifier.backend.precision,
        },
        "heatmap": {
            "grid": look.on_photo(np.asarray(prediction.cam, np.float32)).tolist(),
            "target": prediction.target,
            "method": card.heatmap,
            "layer": classifier.layer,
        },
    }


def seen_part(box: tuple[float, float, float, float], sides: tuple[int, int]) -> dict[str, float]:
    """A part of a photo in shares of its sides, for any size that it is shown at.

    Args:
        box: left, upper, right and lower edge, in pixels.
        sides: the photo's width and height, in pixels.
    """
    width, height = sides
    # Clipped, because a quotient of the whole can be a hair above 1.
    left, right = (min(edge / width, 1.0) for edge in box[::2])
    top, bottom = (min(edge / height, 1.0) for edge in box[1::2])
    return {"left": left, "top": top, "width": right - left, "height": bottom - top}
