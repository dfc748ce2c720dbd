"""The photos of a data set, decoded once and cached small for fast reading."""

import hashlib
import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from PIL import Image
from rich.progress import track
from torch import Tensor

from imaging.decoding import decode
from service_kit.errors import DomainError
from service_kit.files import written_whole
from serving.training.datasets import Sample

CACHED_SIDE = 256


class PixelCache:
    """The central squares of all photos at 256 pixels, in one memory-mapped array.

    The file's name holds a digest of the photos' contents and order: other photos, or the same
    ones in another order, never read it.

    Args:
        samples: the photos.
        path: says in which folder, and how the file's name begins (uint8, N x 256 x 256 x 3).
        workers: photos that are decoded at once.

    Attributes:
        samples: the photos that could be decoded; what `batch` counts from 0.
        unreadable: the others, each with what is wrong.
    """

    def __init__(self, samples: Sequence[Sample], path: Path, *, workers: int = 4) -> None:
        key = hashlib.sha256("\n".join(sample.sha256 for sample in samples).encode())
        file = path.with_name(f"{path.stem}-{key.hexdigest()[:16]}.npy")
        said = file.with_suffix(".json")
        if not (file.exists() and said.exists()):
            _fill(samples, file, said, workers)
        wrong: dict[str, str] = json.loads(said.read_text())
        self._pixels: npt.NDArray[np.uint8] = np.load(file, mmap_mode="r")
        self._rows = [row for row, _ in enumerate(samples) if str(row) not in wrong]
        self.samples = [samples[row] for row in self._rows]
        self.unreadable = {samples[int(row)].path: why for row, why in wrong.items()}

    def batch(self, indices: Sequence[int]) -> Tensor:
        """Nx3x256x256, float32, 0 to 255."""
        pixels = np.stack([self._pixels[self._rows[index]] for index in indices])
        return torch.from_numpy(pixels).permute(0, 3, 1, 2).float()


def _fill(samples: Sequence[Sample], file: Path, said: Path, workers: int) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    wrong: dict[str, str] = {}
    shape = (len(samples), CACHED_SIDE, CACHED_SIDE, 3)
    with written_whole(file) as partial, ThreadPoolExecutor(workers) as pool:
        cache = np.lib.format.open_memmap(partial, "w+", np.uint8, shape)
        read = track(pool.map(_read, samples), total=len(samples), description="Reading photos")
        for row, found in enumerate(read):
            if isinstance(found, str):
                wrong[str(row)] = found
            else:
                cache[row] = found
        cache.flush()
    with written_whole(said) as partial:
        partial.write_text(json.dumps(wrong))


def _read(sample: Sample) -> npt.NDArray[np.uint8] | str:
    try:
        return np.asarray(_central_square(decode(sample.path.read_bytes())))
    except DomainError as refusal:
        return refusal.message


def _central_square(image: Image.Image) -> Image.Image:
    scale = CACHED_SIDE / min(image.size)
    width, height = (max(CACHED_SIDE, round(side * scale)) for side in image.size)
    image = image.resize((width, height), Image.Resampling.BILINEAR)
    left, top = (width - CACHED_SIDE) // 2, (height - CACHED_SIDE) // 2
    return image.crop((left, top, left + CACHED_SIDE, top + CACHED_SIDE))
