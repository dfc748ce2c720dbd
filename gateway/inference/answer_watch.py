"""Watches whether what the model answers can be used: `/readyz`, an alert and the followers say it.

A version can answer every request in time and still stop all diagnosis: an answer that is no
finding, or that the clinical record refuses, leaves its detection pending.
"""

import structlog
from prometheus_client import Counter
from redis.exceptions import RedisError

from serving.contract.unusable_answers import UnusableAnswers

log = structlog.get_logger()

UNUSABLE = Counter(
    "dermis_unusable_answers", "Answers that were no finding or could not be stored.", ["version"]
)


class AnswerWatch:
    """What became of the latest answer of each version, as this gateway saw it."""

    def __init__(self, reported: UnusableAnswers) -> None:
        self._reported = reported
        self._unusable: dict[str, str] = {}

    @property
    def trouble(self) -> str:
        """Which version's answers can't be used, and why; "" where all can."""
        return "; ".join(
            f"answers of version {version} can't be used: {why}"
            for version, why in sorted(self._unusable.items())
        )

    async def unusable(self, version: str, why: str) -> None:
        """Note that an answer could not be used."""
        UNUSABLE.labels(version).inc()
        self._unusable[version] = why
        log.error("an answer can't be used", version=version, why=why)
        try:
            await self._reported.report(version, why)
        except (RedisError, OSError) as error:
            log.warning("redis does not answer", error=type(error).__name__)

    async def used(self, version: str) -> None:
        """Note that an answer is part of the record; costs nothing while all are."""
        if self._unusable.pop(version, None) is None:
            return
        try:
            await self._reported.clear(version)
        except (RedisError, OSError) as error:
            log.warning("redis does not answer", error=type(error).__name__)

    def forget_all_but(self, versions: frozenset[str]) -> None:
        """Forget versions that no longer answer."""
        self._unusable = {
            version: why for version, why in self._unusable.items() if version in versions
        }
