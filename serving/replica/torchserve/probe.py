"""Does a loaded version answer as its archive says it must?"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from serving.archives.archive import CheckedArchive, GoldenImage
from serving.contract.torchserve import Finding, TorchServeFull

# Two builds of one runtime may differ in the last digits of a float.
TOLERANCE = 1e-3
# A version that is in use may have its queue full for a moment.
FULL_PAUSE_SECONDS = 0.2
SECONDS = 15.0

# Takes a photo to the version's finding.
Ask = Callable[[bytes], Awaitable[Finding]]


class ProbeFailed(Exception):
    """A version answers otherwise than its archive says."""


async def probe(
    archive: CheckedArchive, golden: Sequence[GoldenImage], ask: Ask, *, workers: int
) -> None:
    """Ask about golden images and compare.

    Each image is asked about by as many requests at once as there are workers: a busy worker
    takes no second one, so that every worker computes, and is warm afterwards.

    Raises:
        ProbeFailed: an answer differs.
        TorchServeError: there was no answer.
    """
    for image in golden:
        photo = archive.read(image.file)
        async with asyncio.timeout(SECONDS):
            findings = await asyncio.gather(*(patient(ask, photo) for _ in range(workers)))
        for finding in findings:
            difference = abs(finding.probability_malignant - image.probability_malignant)
            if finding.model.version != archive.card.version or not difference <= TOLERANCE:
                raise ProbeFailed(f"{image.file} is off by {difference:.4f}")


async def patient(ask: Ask, photo: bytes) -> Finding:
    """Ask until there is room in the queue; bound it by a timeout."""
    while True:
        try:
            return await ask(photo)
        except TorchServeFull:
            await asyncio.sleep(FULL_PAUSE_SECONDS)
