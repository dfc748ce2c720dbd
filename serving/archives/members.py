"""The members of a model archive, and how large they may be.

A Dermis archive is data: any code in it is ours, byte for byte.
"""

import re
from pathlib import Path

WEIGHTS = "model.safetensors"
CARD = "model_card.json"
HANDLER = "dermis_handler.py"
CONFIG = "model-config.yaml"
GOLDEN = "golden.json"
MANIFEST = "MAR-INF/MANIFEST.json"
# What the training photos look like; older archives don't have it.
NOVELTY = "novelty.safetensors"
# The head that tells diagnoses apart; likewise.
DIFFERENTIAL = "differential.safetensors"
# What the model computes, for ONNX Runtime; likewise, and those whose head has no closed form.
GRAPH = "graph.onnx"
# What 8-bit arithmetic needs (`card.Quantised`); likewise.
RANGES = "ranges.safetensors"
NOVELTY_INT8 = "novelty_int8.safetensors"
DIFFERENTIAL_INT8 = "differential_int8.safetensors"
OPTIONAL = (NOVELTY, DIFFERENTIAL, GRAPH, RANGES, NOVELTY_INT8, DIFFERENTIAL_INT8)
REQUIRED = (WEIGHTS, CARD, HANDLER, CONFIG, GOLDEN, MANIFEST)

_OWN = Path(__file__).parent / "fixed"
# The same bytes in every archive: the stub that leads to our handler, and its settings.
FIXED = {HANDLER: _OWN / HANDLER, CONFIG: _OWN / CONFIG}
# <architecture>-<pixels of its input>.onnx, for archives from before they had graphs.
SUPPLIED_GRAPHS = _OWN / "graphs"

MAX_ARCHIVE_BYTES = 512 * 1024 * 1024
MAX_UNPACKED_BYTES = 1024 * 1024 * 1024
MAX_MEMBERS = 64
# Weights hardly shrink, text by ten or so; deflate can't exceed about 1,000.
MAX_RATIO = 100
# Of every member except the weights.
MAX_SMALL_BYTES = 1024 * 1024
MAX_GOLDEN_IMAGES = 16

_GOLDEN_IMAGE = re.compile(r"golden_[0-9]{2}\.jpg")


def golden_image(number: int) -> str:
    """The member's name of a golden image, numbered from 0."""
    return f"golden_{number:02}.jpg"


def is_golden_image(name: str) -> bool:
    """Whether a member's name is that of a golden image."""
    return _GOLDEN_IMAGE.fullmatch(name) is not None
