"""The diagnoses that an imported head tells apart: they become the archive's second head.

Both heads stand on the same features, so the list of diagnoses is what the imported model says:
within the malignant ones, and within the benign ones, each has the share that it has in its softmax
(`serving.archives.differential`).
"""

import re
from collections.abc import Collection, Sequence
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

from serving.archives.card import MAX_DIAGNOSES
from serving.archives.members import DIFFERENTIAL
from serving.archives.weights_file import Floats

_NAME = re.compile(r"[a-z0-9][a-z0-9_]{0,63}")


def write_second_head(
    run: Path, weight: Floats, bias: Floats, names: Sequence[str], malignant: Collection[int]
) -> dict[str, str]:
    """Write `differential.safetensors` of a head whose classes are diagnoses.

    Args:
        run: an existing folder.
        weight: C×K of the head, on the means of the last feature map.
        bias: C of it.
        names: of its C classes, as cards name diagnoses; "" for one that is none.
        malignant: its classes that are malignant.

    Returns:
        The diagnoses in the second head's order, each with its class.

    Raises:
        ValueError: the names don't fit the head, or no card can hold them.
    """
    if len(names) != len(weight):
        raise ValueError(
            f"the head has {len(weight)} classes and --classes names {len(names)}: name each in "
            "its order, and leave the place of one that is no diagnosis empty: nevus,,melanoma"
        )
    kept = [place for place, name in enumerate(names) if name]
    if wrong := [names[place] for place in kept if not _NAME.fullmatch(names[place])]:
        raise ValueError(
            f"--classes are lower-case letters, digits and _, such as basal_cell_carcinoma, not "
            f"{wrong[0]!r}"
        )
    labels = {names[place]: "malignant" if place in malignant else "benign" for place in kept}
    if len(labels) != len(kept) or not 2 < len(kept) <= MAX_DIAGNOSES:
        raise ValueError(
            f"--classes names {len(labels)} different ones in {len(kept)} places: a list takes "
            f"three to {MAX_DIAGNOSES}, each once"
        )
    if len(set(labels.values())) == 1:
        raise ValueError("--classes names no benign or no malignant one of --malignant's")
    tensors = {"weight": weight[kept], "bias": bias[kept]}
    save_file(
        {name: np.ascontiguousarray(values, np.float32) for name, values in tensors.items()},
        run / DIFFERENTIAL,
    )
    return labels
