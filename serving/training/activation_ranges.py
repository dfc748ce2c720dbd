"""Finds the ranges of a graph's values on training photos, for 8-bit arithmetic."""

import contextlib
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
from onnxruntime.quantization.calibrate import (
    CalibrationDataReader,
    CalibrationMethod,
    create_calibrator,
)

from serving.archives.graph import BATCH, Graph, written
from serving.archives.ranges import quantised_values
from serving.archives.weights_file import Floats
from serving.model.quantised_graph import folded

# Of the values seen, so much lies within a range: what is beyond is cut off, and the rest gets
# finer steps.
PERCENTILE = 99.999
_BINS = 2048
# Photos whose values are held at once, about 20 MB each.
_AT_ONCE = 10


def found_ranges(
    graph: Graph,
    weights: Mapping[str, Floats],
    photos: Sequence[Floats],
) -> dict[str, Floats]:
    """Lowest and highest of each value that is computed in 8 bits, as `read_ranges` reads them.

    Args:
        graph: an archive's.
        weights: the tensors that it takes.
        photos: preprocessed, each 3×S×S.
    """
    model = folded(graph, weights)
    kinds = sorted({node.op_type for node in model.graph.node})
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(sys.stderr):
        path = Path(folder) / "folded.onnx"
        path.write_bytes(written(model))
        calibrator = create_calibrator(
            path,
            kinds,
            augmented_model_path=str(Path(folder) / "augmented.onnx"),
            calibrate_method=CalibrationMethod.Percentile,
            extra_options={"percentile": PERCENTILE, "num_bins": _BINS, "symmetric": False},
        )
        for start in range(0, len(photos), _AT_ONCE):
            calibrator.collect_data(_Photos(photos[start : start + _AT_ONCE]))
        found = calibrator.compute_data().items()
    wanted = quantised_values(graph)
    return {
        name: np.asarray(data.range_value, np.float32).reshape(2)
        for name, data in found
        if name in wanted
    }


class _Photos(CalibrationDataReader):  # type: ignore[misc]  # ONNX Runtime leaves it untyped
    """Photos as the calibrator asks for them, one after the other."""

    def __init__(self, photos: Sequence[Floats]) -> None:
        self._photos: Iterator[Floats] = iter(photos)

    def get_next(self) -> dict[str, Floats] | None:
        """The next input; None behind the last."""
        photo = next(self._photos, None)
        return None if photo is None else {BATCH: photo[None]}
