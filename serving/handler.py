"""What runs in TorchServe's workers: bytes of a photo in, the model's answer as JSON out.

Only this file knows TorchServe. A plain class: its BaseHandler would import every runtime that
happens to be installed.
"""

import os
from pathlib import Path
from typing import Any

import orjson
import torch
from ts.context import Context

from service_kit.errors import DomainError
from serving.archive import CARD, WEIGHTS
from serving.classifier import Classifier
from serving.model_card import ModelCard
from serving.predictions import prediction_of

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
        photo = bytes(row.get("body") or row.get("data") or b"")
        try:
            return orjson.dumps(prediction_of(self._classifier, photo, target))
        except DomainError as refusal:
            context.set_response_status(400, "Bad Request", index)
            return orjson.dumps({"error": {"reason": refusal.reason, "message": refusal.message}})
