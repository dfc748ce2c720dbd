"""Archives, weights, graphs, cards and cursors that shouldn't be: only refusals come of them."""

import contextlib
import io
import tempfile
from pathlib import Path

import numpy as np

from service_kit.cursors import Cursors
from service_kit.errors import DomainError
from serving.archives.archive import ArchiveRefused, check_archive
from serving.archives.card import ModelCard
from serving.archives.graph import GraphInvalid, read_graph, written
from serving.archives.weights_file import wrong_weights
from serving.model.backends import OnnxBackend
from serving.tests.archives import card, safetensors
from serving.tests.graphs import SHAPES, SIZE, WEIGHTS, small
from tests.fuzz.edits import Read
from tests.fuzz.hostile_archives import whole

_HEADER, _CARD = safetensors(bytes(16)), card(b"").model_dump_json().encode()


def _archive(content: bytes) -> None:
    with tempfile.NamedTemporaryFile(suffix=".mar") as file:
        file.write(content)
        file.flush()
        with contextlib.suppress(ArchiveRefused):
            check_archive(Path(file.name))


def _header(content: bytes) -> None:
    for _, message in wrong_weights(io.BytesIO(content), len(content)):
        assert message


def _graph(content: bytes) -> None:
    """What is let through, ONNX Runtime computes for a photo, or it says that it can't."""
    try:
        graph = read_graph(content, SHAPES, size=SIZE, classes=2)
    except GraphInvalid:
        return
    numbers = {name: WEIGHTS[name].astype(np.float32) for name in graph.weights}
    with contextlib.suppress(ValueError):
        OnnxBackend(graph, numbers).run(np.ones((1, 3, SIZE, SIZE), np.float32))


def _card(content: bytes) -> None:
    try:
        read = ModelCard.from_json(content)
    except ValueError:
        return
    assert ModelCard.from_json(read.model_dump_json().encode()) == read


def _cursor(content: bytes) -> None:
    try:
        Cursors(bytes(32)).read("patients", content.decode("latin-1"))
    except DomainError:
        return


WHOLES: dict[str, Read] = {
    "archives": Read(_archive, whole),
    "headers": Read(_header, lambda: _HEADER),
    "graphs": Read(_graph, lambda: written(small())),
    "cards": Read(_card, lambda: _CARD),
    "cursors": Read(_cursor, lambda: Cursors(bytes(32)).write("patients", "0199").encode()),
}
