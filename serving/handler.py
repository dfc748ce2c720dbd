"""What runs in TorchServe's workers: bytes of a photo in, the model's answer as JSON out.

Only this file knows TorchServe. A plain class: its BaseHandler would import every runtime that
happens to be installed.
"""

import os
import time
from pathlib import Path
from typing import Any

import orjson
import torch
from ts.context import Context

from service_kit.errors import DomainError
from service_kit.lesion_image import decode
from serving.archive import CARD, WEIGHTS
from serving.classifier import METHOD, Classifier, Prediction
from serving.model_card import ModelCard

# The class to explain, where the caller wants another than the predicted one.
TARGET_HEADER = "x-dermis-target"
WARM_UP_PREDICTIONS = 3


class LesionHandler:
    """Answers requests with one loaded model."""

    def initialize(self, context: Context) -> None:
        """Load the archive that TorchServe has unpacked, and warm up."""
        torch.set_num_threads(int(os.environ.get("DERMIS_WORKER_THREADS", "1")))
        folder = Path(context.system_properties["model_dir"])
        card = ModelCard.model_validate_json((folder / CARD).read_bytes())
        self._classifier = Classifier.load(folder / WEIGHTS, card)
        self._classifier.freeze()
        size = card.preprocessing.input_size
        for _ in range(WARM_UP_PREDICTIONS):
            self._classifier.predict(torch.zeros(1, 3, size, size))

    def handle(self, data: list[dict[str, Any]], context: Context) -> list[bytes]:
        """Answer a batch; one bad photo does not fail the others.

        Args:
            data: one row a request, the photo under "body" (or "data" in a form).
            context: TorchServe's.

        Returns:
            As many JSON objects: the answer, or `{"error": {"reason", "message"}}` with its HTTP
            status set to 400.
        """
        return [self._answer(index, row, context) for index, row in enumerate(data)]

    def _answer(self, index: int, row: dict[str, Any], context: Context) -> bytes:
        target = context.get_request_header(index, TARGET_HEADER) or None
        started = time.perf_counter()
        try:
            image = decode(bytes(row.get("body") or row.get("data") or b""))
        except DomainError as refusal:
            context.set_response_status(400, "Bad Request", index)
            return orjson.dumps({"error": {"reason": refusal.reason, "message": refusal.message}})
        assessable, warnings = self._classifier.quality(image)
        tensor = self._classifier.preprocess(image)
        prepared = time.perf_counter()
        (prediction,) = self._classifier.predict(tensor[None], target)
        finished = time.perf_counter()
        return orjson.dumps(
            self._finding(prediction, assessable=assessable, warnings=warnings)
            | {
                "milliseconds": {
                    "prepare": round((prepared - started) * 1000, 2),
                    "predict": round((finished - prepared) * 1000, 2),
                }
            }
        )

    def _finding(
        self, prediction: Prediction, *, assessable: bool, warnings: list[str]
    ) -> dict[str, Any]:
        card = self._classifier.card
        return {
            "label": prediction.label,
            "probability_malignant": prediction.probability_malignant,
            "confidence": prediction.confidence,
            "threshold": prediction.threshold,
            "assessable": assessable,
            "quality": warnings,
            "model": {"name": card.name, "version": card.version},
            "heatmap": {
                "grid": prediction.cam,
                "target": prediction.target,
                "method": METHOD,
                "layer": self._classifier.layer,
            },
        }
