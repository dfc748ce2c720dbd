"""A folder of labelled photos, as people give it."""

from pathlib import Path
from typing import get_args

from serving.contract.reference_cases import Truth


def labelled_paths(folder: Path) -> list[tuple[Path, Truth]]:
    """The files in `folder/benign` and `folder/malignant`, in order of their names."""
    return [
        (path, truth)
        for truth in get_args(Truth)
        for path in sorted((folder / truth).glob("*"))
        if path.is_file() and not path.name.startswith(".")
    ]
