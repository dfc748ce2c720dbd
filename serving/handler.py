"""TorchServe's handler: takes the bytes of a photo, returns the model's finding as JSON.

Released archives import `serving.handler.LesionHandler`, so neither name may change. Only this file
knows TorchServe's worker. It is a plain class: TorchServe's BaseHandler would import torch and
every runtime that happens to be installed.
"""

import logging
import os
from pathlib import Path
from typing import Any

import numpy as np
import orjson
from ts.context import Context

from service_kit.errors import DomainError
from serving.worker import environment, memory, trace
from serving.worker.model import open_unpacked
from serving.worker.predictions import prediction_of

log = logging.getLogger(__name__)

# The class to explain, where the caller wants one other than the predicted.
TARGET_HEADER = "x-dermis-target"
# TorchServe sets it when asked to describe the model (`?customized=true`).
DESCRIBE_HEADER = "describe"
WARM_UP_PREDICTIONS = 3


class LesionHandler:
    """Answers requests with one loaded model."""

    def initialize(self, context: Context) -> None:
        """Load the archive that TorchServe has unpacked, and warm up."""
        trace.configure()
        folder = Path(context.system_properties["model_dir"])
        threads = int(os.environ.get(environment.THREADS, "1"))
        self._classifier, self._choice = open_unpacked(folder, threads=threads)
        backend = self._classifier.backend
        log.info("backend: %s in %s", self._choice or backend.name, backend.precision)
        size = self._classifier.card.preprocessing.input_size
        for _ in range(WARM_UP_PREDICTIONS):
            self._classifier.predict(np.zeros((1, 3, size, size), np.float32))
        memory.give_back_unused()
        # From here on TorchServe's worker would log three lines per photo, two of them metrics that
        # its front end reads and parses: a millisecond for what the gateway's metrics and traces
        # show anyway.
        logging.getLogger().setLevel(logging.WARNING)

    def handle(self, data: list[dict[str, Any]], context: Context) -> list[bytes]:
        """Answer a batch; one bad photo doesn't fail the others.

        Args:
            data: one row per request, the photo under "body" (or "data" in a form).
            context: TorchServe's.

        Returns:
            One JSON object per row: the finding, or `{"error": {"reason", "message"}}` with HTTP
            status 400.
        """
        if context.get_request_header(0, DESCRIBE_HEADER) == "True":
            return [self._description()]
        return [self._answer(index, row, context) for index, row in enumerate(data)]

    def _answer(self, index: int, row: dict[str, Any], context: Context) -> bytes:
        target = context.get_request_header(index, TARGET_HEADER) or None
        photo = bytes(row.get("body") or row.get("data") or b"")
        traceparent = context.get_request_header(index, trace.TRACE_HEADER)
        try:
            with trace.answering(traceparent):
                return orjson.dumps(prediction_of(self._classifier, photo, target))
        except DomainError as refusal:
            context.set_response_status(400, "Bad Request", index)
            return orjson.dumps({"error": {"reason": refusal.reason, "message": refusal.message}})

    def _description(self) -> bytes:
        """Which backend and precision are in use, and how backends performed on this machine."""
        candidates = self._choice.model_dump()["candidates"] if self._choice else []
        backend = self._classifier.backend
        return orjson.dumps(
            {"backend": backend.name, "precision": backend.precision, "candidates": candidates}
        )
