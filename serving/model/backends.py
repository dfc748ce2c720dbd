"""Backends compute a model: one small interface, with ONNX Runtime behind it. No torch.

A backend turns preprocessed photos into the last feature map and the logits; `classifier` knows
what they mean. ONNX Runtime runs an archive's graph over its weights. PyTorch stands behind the
same interface in `serving.pytorch.backends`.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol, Self

import numpy as np
import onnxruntime
from pydantic import BaseModel, ConfigDict
from safetensors import safe_open

from serving.archives.card import Precision, Preprocessing
from serving.archives.graph import (
    BATCH,
    FEATURES,
    FLOATS,
    LOGITS,
    Graph,
    read_graph,
    with_weights,
)
from serving.archives.ranges import Range, read_ranges
from serving.archives.weights_file import Floats
from serving.model.processor import has_vnni
from serving.model.quantised_graph import quantised

# How far a backend's answers may be from eager PyTorch's to be used.
TOLERANCE = 1e-3

CHOICE = "choice.json"


class Backend(Protocol):
    """Computes one model.

    Attributes:
        name: of the runtime, for display.
        precision: in which it computes, and so which operating point of the card holds.
        head: C×K weight of the linear layer behind global average pooling; None where the model
            ends otherwise.
    """

    name: str
    precision: Precision
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
        graph: an archive's.
        weights: the tensors that it takes, by name.
        ranges: of its values, to compute in 8 bits; None for single precision.
        threads: that one call may use.

    Raises:
        ValueError: ONNX Runtime can't run them.
    """

    name = "onnxruntime"

    def __init__(
        self,
        graph: Graph,
        weights: Mapping[str, Floats],
        *,
        ranges: Mapping[str, Range] | None = None,
        threads: int = 1,
    ) -> None:
        self.precision: Precision = "fp32" if ranges is None else "int8"
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        # A thread that spins while waiting takes the core away from the next worker.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        options.log_severity_level = 3
        if ranges is None:
            content = with_weights(graph, weights)
        else:
            if not has_vnni():
                # Exact sums where the processor would saturate them; a worker computes in 8 bits
                # only with VNNI, which this would slow down to single precision's time.
                options.add_session_config_entry("session.x64quantprecision", "1")
            content = quantised(graph, weights, ranges)
        try:
            self._session = onnxruntime.InferenceSession(
                content, options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # noqa: BLE001  its exceptions have no common base but this
            raise ValueError(f"ONNX Runtime can't open the graph: {str(error)[:200]}") from None
        self.head: Floats | None = weights[graph.head] if graph.head else None

    @classmethod
    def of(
        cls,
        content: bytes,
        weights: Path,
        preprocessing: Preprocessing,
        *,
        ranges: bytes | None = None,
        by_occlusion: bool = False,
        threads: int = 1,
    ) -> Self:
        """Open an archive's graph over its weights.

        Args:
            content: the graph.
            weights: safetensors, of any precision.
            preprocessing: the card's.
            ranges: the archive's, to compute in 8 bits; None for single precision.
            by_occlusion: as `read_graph`.
            threads: that one call may use.

        Raises:
            ValueError: they don't fit each other.
        """
        graph, values = read_parts(content, weights, preprocessing, by_occlusion=by_occlusion)
        found = None if ranges is None else read_ranges(ranges, graph)
        return cls(graph, values, ranges=found, threads=threads)

    def run(self, batch: Floats) -> tuple[Floats, Floats]:
        """See `Backend.run`."""
        features, logits = self._session.run([FEATURES, LOGITS], {BATCH: batch})
        return features, logits

    def explain(self, features: Floats, targets: list[int]) -> Floats:
        """See `Backend.explain`."""
        raise NotImplementedError("a graph for ONNX Runtime has no gradients")


def read_parts(
    content: bytes, weights: Path, preprocessing: Preprocessing, *, by_occlusion: bool = False
) -> tuple[Graph, dict[str, Floats]]:
    """An archive's graph and the tensors that it takes, in single precision.

    Args:
        content: the graph.
        weights: safetensors, of any precision.
        preprocessing: the card's.
        by_occlusion: as `read_graph`.

    Raises:
        ValueError: they don't fit each other.
    """
    with safe_open(weights, framework="numpy") as held:
        slices = {name: held.get_slice(name) for name in held.keys()}  # noqa: SIM118  no mapping
        shapes = {
            name: tuple(part.get_shape())
            for name, part in slices.items()
            if part.get_dtype() in FLOATS
        }
        graph = read_graph(
            content, shapes, size=preprocessing.input_size, classes=2, by_occlusion=by_occlusion
        )
        values = {name: held.get_tensor(name).astype(np.float32) for name in graph.weights}
    return graph, values


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
