"""The limit: decode, preprocess and ONNX Runtime in a bare loop on every core, and nothing else."""

import multiprocessing
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from serving.archives.archive import CheckedArchive
from tests.bench.inference import Bare
from tests.shipped import shipped_archive

_WARM_UP = 10


def photos_a_second(photos: Sequence[bytes], *, seconds: float, processes: int) -> float:
    """How many photos such loops answer together.

    Args:
        photos: JPEG bytes, taken in turn.
        seconds: how long each loop runs.
        processes: loops, each on one thread.
    """
    context = multiprocessing.get_context("spawn")
    with context.Pool(processes) as pool:
        answered = pool.starmap(_loop, [(list(photos), seconds)] * processes, chunksize=1)
    return sum(answered)


def _loop(photos: Sequence[bytes], seconds: float) -> float:
    """Photos a second of one loop."""
    archive: CheckedArchive = shipped_archive()
    with tempfile.TemporaryDirectory(prefix="dermis-limit-") as held:
        archive.unpack(Path(held))
        bare = Bare(Path(held), archive.card)
        for photo in photos[:_WARM_UP]:
            bare.answer(photo)
        started, answered = time.perf_counter(), 0
        while time.perf_counter() - started < seconds:
            bare.answer(photos[answered % len(photos)])
            answered += 1
        return answered / (time.perf_counter() - started)
