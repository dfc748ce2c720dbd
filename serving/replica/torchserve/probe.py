"""Does a loaded version give the answers that its archive recorded?"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from serving.archives.archive import CheckedArchive
from serving.archives.checks import GoldenImage
from serving.contract.findings import Finding
from serving.contract.reference_figures import ReferenceResult
from serving.contract.torchserve import TorchServeFull

# Two builds of one runtime may differ in the last digits of a float.
TOLERANCE = 1e-3
# The queue of a version in use may be full for a moment.
FULL_PAUSE_SECONDS = 0.2
SECONDS = 15.0

# Sends a photo to the version and returns its finding.
Ask = Callable[[bytes], Awaitable[Finding]]


class ProbeFailed(Exception):
    """A version gives other answers than its archive recorded, or must not be released.

    Attributes:
        reference: its answers to the reference cases, where they are the reason.
    """

    def __init__(self, message: str, reference: ReferenceResult | None = None) -> None:
        super().__init__(message)
        self.reference = reference


async def probe(
    archive: CheckedArchive, golden: Sequence[GoldenImage], ask: Ask, *, at_once: int
) -> None:
    """Send golden images and compare the answers.

    Each image is sent so many times at once. A busy worker takes no second batch, so where that is
    as many as all workers can take, every worker computes, and is warm afterwards.

    Raises:
        ProbeFailed: an answer differs.
        TorchServeError: there was no answer.
    """
    for image in golden:
        photo = archive.read(image.file)
        async with asyncio.timeout(SECONDS):
            findings = await asyncio.gather(*(ask_until_room(ask, photo) for _ in range(at_once)))
        for finding in findings:
            expected = image.expected(finding.model.precision)
            if expected is None:
                raise ProbeFailed(f"it computes in {finding.model.precision}, which was not asked")
            difference = abs(finding.probability_malignant - expected)
            if finding.model.version != archive.card.version or not difference <= TOLERANCE:
                raise ProbeFailed(f"{image.file} is off by {difference:.4f}")


async def ask_until_room(ask: Ask, photo: bytes) -> Finding:
    """Ask again until the queue has room; bound it by a timeout."""
    while True:
        try:
            return await ask(photo)
        except TorchServeFull:
            await asyncio.sleep(FULL_PAUSE_SECONDS)
