"""Measures what a loaded version costs on the machine that will serve it."""

import asyncio
import statistics
import time
from collections.abc import Iterable

import psutil

from serving.archives.archive import CheckedArchive
from serving.contract.trials import Measurement
from serving.replica.torchserve.probe import SECONDS, Ask, ask_until_room

REQUESTS = 20
_MEBIBYTE = 1024 * 1024


async def measure(
    archive: CheckedArchive, ask: Ask, *, pids: Iterable[int], load_seconds: float | None
) -> Measurement:
    """Send a version its golden images, one request after the other.

    Raises:
        TorchServeError, TimeoutError: there was no answer.
    """
    photos = [archive.read(image.file) for image in archive.golden]
    times = []
    for number in range(REQUESTS):
        started = time.perf_counter()
        async with asyncio.timeout(SECONDS):
            finding = await ask_until_room(ask, photos[number % len(photos)])
        times.append((time.perf_counter() - started) * 1000)
    return Measurement(
        version=archive.card.version,
        precision=finding.model.precision,
        median_ms=round(statistics.median(times), 1),
        p95_ms=round(statistics.quantiles(times, n=20)[-1], 1),
        load_seconds=None if load_seconds is None else round(load_seconds, 1),
        memory_mib=_resident(pids),
    )


def _resident(pids: Iterable[int]) -> int | None:
    try:
        return max(psutil.Process(pid).memory_info().rss for pid in pids) // _MEBIBYTE
    except (psutil.Error, ValueError):
        return None  # TorchServe runs in its own container
