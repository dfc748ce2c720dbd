"""Backends compute a model: one small interface, with ONNX Runtime behind it. No torch.

A backend turns preprocessed photos into the last feature map and the logits; `classifier` knows
what they mean. ONNX Runtime runs what `export` has written for an unpacked archive, so that a
worker needs neither torch nor the archive's weights.
"""

from pathlib import Path
from typing import Protocol

import numpy as np
import onnxruntime
from pydantic import BaseModel, ConfigDict

from serving.archives.weights_file import Floats

# How far a backend's answers may be from eager PyTorch's to be used.
TOLERANCE = 1e-3

GRAPH, HEAD, CHOICE = "model.onnx", "head.npy", "choice.json"


class Backend(Protocol):
    """Computes one model.

    Attributes:
        name: of the runtime, for display.
        head: C×K weight of the linear layer behind global average pooling; None where the model
            ends otherwise.
    """

    name: str
    head: Floats | None

    def run(self, batch: Floats) -> tuple[Floats, Floats]:
        """The last feature map, N×K×H×W, and the logits, N×C, of N×3×S×S."""

    def explain(self, features: Floats, targets: list[int]) -> Floats:
        """Grad-CAM, N×H×W, of a head that has no closed form.

        Raises:
            NotImplementedError: this backend has no gradients.
        """


class OnnxBackend:
    """ONNX Runtime on the CPU.

    Args:
        folder: of `export`: a graph with input `batch`, outputs `features` and `logits`, and the
            head where there is one.
        threads: that one call may use.
    """

    name = "onnxruntime"

    def __init__(self, folder: Path, *, threads: int = 1) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        # A thread that spins while waiting takes the core away from the next worker.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(
            str(folder / GRAPH), options, providers=["CPUExecutionProvider"]
        )
        head = folder / HEAD
        self.head: Floats | None = np.load(head) if head.exists() else None

    def run(self, batch: Floats) -> tuple[Floats, Floats]:
        """See `Backend.run`."""
        features, logits = self._session.run(["features", "logits"], {"batch": batch})
        return features, logits

    def explain(self, features: Floats, targets: list[int]) -> Floats:
        """See `Backend.explain`."""
        raise NotImplementedError("a graph for ONNX Runtime has no gradients")


class Candidate(BaseModel):
    """How one backend performed on an archive's golden images on this machine.

    Attributes:
        milliseconds: one photo, one thread, median.
        difference: largest of logits and feature map from eager PyTorch's, relative where
            values are above 1.
        error: why it can't be used; "" where it can.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    backend: str
    milliseconds: float | None = None
    difference: float | None = None
    error: str = ""

    def __str__(self) -> str:
        """A few words for the log."""
        if self.error or self.milliseconds is None or self.difference is None:
            return f"{self.backend} ({self.error or 'gave no numbers'})"
        return f"{self.backend} ({self.milliseconds:.1f} ms, off by {self.difference:.0e})"

    @property
    def usable(self) -> bool:
        """Whether it ran and agrees."""
        return not self.error and self.difference is not None and self.difference <= TOLERANCE


class Choice(BaseModel):
    """Which backend was chosen, and from which candidates."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    weights_sha256: str
    candidates: list[Candidate]

    @property
    def chosen(self) -> str:
        """The fastest that agrees with eager PyTorch, or eager itself."""
        usable = [candidate for candidate in self.candidates if candidate.usable]
        fastest = min(usable, key=lambda candidate: candidate.milliseconds or np.inf, default=None)
        return fastest.backend if fastest else "eager"

    def __str__(self) -> str:
        """One line for the log."""
        return f"{self.chosen}, of " + "; ".join(map(str, self.candidates))
