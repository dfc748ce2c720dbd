"""A folder of labelled photos, as operators give it."""

from pathlib import Path
from typing import get_args

from serving.contract.reference_cases import Truth


def labelled_photos(folder: Path) -> list[tuple[bytes, Truth]]:
    """The photos in `folder/benign` and `folder/malignant`, in order of their names."""
    return [
        (path.read_bytes(), truth)
        for truth in get_args(Truth)
        for path in sorted((folder / truth).glob("*"))
        if path.is_file()
    ]
