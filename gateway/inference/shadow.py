"""A shadow: a candidate is asked about the photos that the live version has answered.

Nobody waits for it and nobody sees what it says; only the difference is kept (`agreement`). Where
the shadow can't keep up it leaves photos out, so that it takes no more of a replica than one
request at a time and gateway.
"""

import asyncio
from collections.abc import Awaitable, Callable

import structlog
from prometheus_client import Counter
from redis.exceptions import RedisError

from gateway.inference.shadow_comparison import Comparison, Comparisons
from service_kit import background
from serving.contract.findings import Finding
from serving.contract.replicas import Candidate
from serving.contract.torchserve import TorchServeError

log = structlog.get_logger()

COMPARED = Counter("dermis_shadow_photos", "Photos offered to a shadow.", ["version", "outcome"])

AT_ONCE = 1

Ask = Callable[[Candidate, bytes], Awaitable[Finding]]


class Shadow:
    """Compares in the background."""

    def __init__(self, comparisons: Comparisons) -> None:
        self._comparisons = comparisons
        self._under_way: set[asyncio.Task[None]] = set()

    def offer(self, data: bytes, live: Finding, candidate: Candidate, ask: Ask) -> None:
        """Have a candidate asked about a photo, unless it is still busy with another."""
        if len(self._under_way) >= AT_ONCE:
            COMPARED.labels(candidate.version, "left_out").inc()
            return
        task = asyncio.create_task(self._compare(data, live, candidate, ask))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def close(self) -> None:
        """Drop what is under way."""
        await background.end(*self._under_way)

    async def _compare(self, data: bytes, live: Finding, candidate: Candidate, ask: Ask) -> None:
        finding = None
        try:
            finding = await ask(candidate, data)
        except TorchServeError as error:
            log.warning("the shadow gave no answer", version=candidate.version, error=str(error))
        COMPARED.labels(candidate.version, "answered" if finding else "failed").inc()
        try:
            await self._comparisons.add(candidate.version, Comparison.of(live, finding))
        except (RedisError, OSError) as error:
            log.warning("a comparison is not kept", error=type(error).__name__)
