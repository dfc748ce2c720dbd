"""`python -m tests.bench.peers.monolith PORT [--heatmap]`: the usual way to serve such a model.

One process: FastAPI takes the photo, eager PyTorch classifies it, hooks and a backward pass make
the Grad-CAM where it is asked for, SQLite keeps both. No sign-in, no audit, no second clinic. The
model is the shipped one.
"""

import io
import sqlite3
import sys
import tempfile
import threading
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import torch
import uvicorn
from fastapi import FastAPI, File
from PIL import Image
from torch import Tensor, nn

from serving.archives.members import WEIGHTS
from serving.model.preprocessing import Preprocess
from serving.pytorch.architectures import load_model
from tests.shipped import shipped_archive

_TABLE = (
    "CREATE TABLE detections (id INTEGER PRIMARY KEY, photo BLOB, malignant REAL, heatmap BLOB)"
)
_INSERT = "INSERT INTO detections (photo, malignant, heatmap) VALUES (?, ?, ?)"


class HookedModel:
    """A classifier whose last feature map, and its gradient, are caught by hooks."""

    def __init__(self, model: nn.Module) -> None:
        self._model = model.eval()
        self._features = self._gradient = torch.empty(0)
        convolutions = [part for part in model.modules() if isinstance(part, nn.Conv2d)]
        convolutions[-1].register_forward_hook(self._keep)

    def _keep(self, _: nn.Module, __: Any, features: Tensor) -> None:
        self._features = features
        if features.requires_grad:
            features.register_hook(self._keep_gradient)

    def _keep_gradient(self, gradient: Tensor) -> None:
        self._gradient = gradient

    def classify(self, batch: Tensor) -> float:
        """The malignant logit."""
        with torch.inference_mode():
            return float(self._model(batch)[0].flatten()[-1])

    def explain(self, batch: Tensor) -> tuple[float, bytes]:
        """The malignant logit, and where it comes from (Selvaraju et al. 2017)."""
        self._model.zero_grad()
        logit = self._model(batch)[0].flatten()[-1]
        logit.backward()
        weights = self._gradient.mean(dim=(2, 3), keepdim=True)
        heatmap = torch.relu((weights * self._features).sum(dim=1)).detach().numpy()
        return float(logit.detach()), heatmap.astype(np.float32).tobytes()


def create_app(folder: Path, *, heatmap: bool) -> FastAPI:
    """The whole service."""
    archive = shipped_archive()
    archive.unpack(folder)
    model = HookedModel(load_model(folder / WEIGHTS, archive.card))
    preprocess = Preprocess(archive.card.preprocessing)
    database = sqlite3.connect(folder / "detections.db", check_same_thread=False)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute(_TABLE)
    # The hooks keep one photo's maps, and SQLite has one writer.
    one_at_a_time = threading.Lock()
    app = FastAPI()

    # A plain function, which FastAPI runs in a thread, as such services are mostly written.
    @app.post("/predict", status_code=201)
    def predict(file: Annotated[bytes, File()]) -> dict[str, Any]:
        picture = Image.open(io.BytesIO(file)).convert("RGB")
        batch = torch.from_numpy(preprocess(picture)[None])
        grid = b""
        with one_at_a_time:
            if heatmap:
                logit, grid = model.explain(batch)
            else:
                logit = model.classify(batch)
            malignant = 1 / (1 + float(np.exp(-logit)))
            kept = database.execute(_INSERT, (file, malignant, grid))
            database.commit()
        return {"id": kept.lastrowid, "malignant": malignant}

    return app


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="dermis-monolith-") as held:
        served = create_app(Path(held), heatmap="--heatmap" in sys.argv)
        uvicorn.run(served, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning")
