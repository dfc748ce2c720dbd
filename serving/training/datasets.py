"""Folders of labelled photos, split once and for all, and cached small for fast reading.

A data folder holds `benign/` and `malignant/` with JPEG files, and optionally `metadata.csv`
with a column `file` and any of lesion_id, patient_id, age, sex, site, diagnosis.
"""

import csv
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image
from rich.progress import track
from torch import Tensor

from imaging.decoding import decode
from service_kit.files import written_whole

Split = Literal["train", "validation", "test"]
LABELS = ("benign", "malignant")
CACHED_SIDE = 256
VALIDATION_PERCENT, TEST_PERCENT = 10, 15


@dataclass(frozen=True, slots=True)
class Sample:
    """One labelled photo.

    Attributes:
        source: name of its data folder; another source is another clinic or collection.
        label: 0 benign, 1 malignant.
        group: photos of one lesion share it, and with it the split.
    """

    path: Path
    source: str
    label: int
    group: str
    split: Split
    metadata: dict[str, str] = field(default_factory=dict, hash=False)


def read_folders(folders: Sequence[Path]) -> list[Sample]:
    """Every labelled photo of the folders, in a fixed order.

    Raises:
        ValueError: a folder holds no photos in `benign/` or in `malignant/`.
    """
    return [sample for folder in folders for sample in _read_folder(folder)]


def write_splits(samples: Iterable[Sample], path: Path) -> None:
    """Write down which photo is in which split, so that anyone can check."""
    with path.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["source", "file", "label", "group", "split"])
        for sample in samples:
            name = f"{LABELS[sample.label]}/{sample.path.name}"
            writer.writerow([sample.source, name, LABELS[sample.label], sample.group, sample.split])


def split_of(source: str, group: str) -> Split:
    """The split of a group of photos: by hash, so the same on every machine, for ever."""
    digest = hashlib.sha256(f"{source}/{group}".encode()).hexdigest()
    share = int(digest, 16) % 100
    if share < TEST_PERCENT:
        return "test"
    return "validation" if share < TEST_PERCENT + VALIDATION_PERCENT else "train"


class PixelCache:
    """The central squares of all photos at 256 pixels, in one memory-mapped array.

    Args:
        samples: photos, in the order of the array.
        path: the .npy file; made where it doesn't exist yet (uint8, N x 256 x 256 x 3).
    """

    def __init__(self, samples: Sequence[Sample], path: Path) -> None:
        if not path.exists():
            _fill_cache(samples, path)
        self._pixels: npt.NDArray[np.uint8] = np.load(path, mmap_mode="r")
        if len(self._pixels) != len(samples):
            raise ValueError(f"{path} was made from other photos; delete it")

    def batch(self, indices: Sequence[int]) -> Tensor:
        """Nx3x256x256, float32, 0 to 255."""
        pixels = np.stack([self._pixels[index] for index in indices])
        return torch.from_numpy(pixels).permute(0, 3, 1, 2).float()


def _read_folder(folder: Path) -> list[Sample]:
    metadata = _metadata(folder)
    samples = []
    for label, name in enumerate(LABELS):
        paths = sorted((folder / name).glob("*.jpg"))
        if not paths:
            raise ValueError(f"{folder / name} holds no JPEG photos")
        for path in paths:
            known = metadata.get(f"{name}/{path.name}", {})
            group = known.get("lesion_id") or path.stem
            split = split_of(folder.name, group)
            samples.append(Sample(path, folder.name, label, group, split, known))
    return samples


def _metadata(folder: Path) -> dict[str, dict[str, str]]:
    path = folder / "metadata.csv"
    if not path.exists():
        return {}
    with path.open() as file:
        return {row["file"]: row for row in csv.DictReader(file)}


def _fill_cache(samples: Sequence[Sample], path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    shape = (len(samples), CACHED_SIDE, CACHED_SIDE, 3)
    with written_whole(path) as partial:
        cache = np.lib.format.open_memmap(partial, "w+", np.uint8, shape)
        for index, sample in enumerate(track(samples, description="Reading photos")):
            cache[index] = np.asarray(_central_square(decode(sample.path.read_bytes())))
        cache.flush()


def _central_square(image: Image.Image) -> Image.Image:
    scale = CACHED_SIDE / min(image.size)
    width, height = (max(CACHED_SIDE, round(side * scale)) for side in image.size)
    image = image.resize((width, height), Image.Resampling.BILINEAR)
    left, top = (width - CACHED_SIDE) // 2, (height - CACHED_SIDE) // 2
    return image.crop((left, top, left + CACHED_SIDE, top + CACHED_SIDE))
