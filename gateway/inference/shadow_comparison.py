"""How a shadow's answers compare with the live version's: kept in Redis, reported as one.

No patient, photo or account is named: two probabilities and two labels a photo, and nothing else.
"""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict
from redis.asyncio import Redis

from serving.contract.findings import Finding
from serving.contract.wilson import wilson_interval

Label = Literal["benign", "malignant"]

# The latest comparisons of a version; more say nothing new.
KEPT = 10_000
KEPT_SECONDS = 90 * 24 * 3600


class Comparison(BaseModel):
    """One photo's answers. The candidate's are None where it gave none."""

    model_config = ConfigDict(frozen=True)

    live_version: str
    live_label: Label
    live_probability: float
    label: Label | None = None
    probability: float | None = None

    @classmethod
    def of(cls, live: Finding, candidate: Finding | None) -> "Comparison":
        """From two findings."""
        return cls(
            live_version=live.model.version,
            live_label=live.label,
            live_probability=live.probability_malignant,
            label=candidate.label if candidate else None,
            probability=candidate.probability_malignant if candidate else None,
        )


class Agreement(BaseModel):
    """What the comparisons of one version come to."""

    model_config = ConfigDict(frozen=True)

    # The live version that it was compared with; None without photos.
    against: str | None = None
    # All that it was compared with, the latest first.
    compared_with: list[str] = []
    photos: int
    # Photos that it gave no answer to.
    failed: int
    same_label: int
    # Live benign, and malignant to the candidate; and the other way round.
    newly_malignant: int
    newly_benign: int
    # Share of the same labels with its 95 % interval (Wilson 1927); None without photos.
    share: float | None
    low: float | None
    high: float | None
    # Of the malignant probabilities; None without photos.
    mean_difference: float | None
    largest_difference: float | None


class Comparisons:
    """The comparisons of one model's shadows."""

    def __init__(self, redis: Redis, model: str) -> None:
        self._redis: Any = redis
        self._model = model

    async def add(self, version: str, comparison: Comparison) -> None:
        """Keep one.

        Raises:
            RedisError, OSError: Redis is away.
        """
        key = self._key(version)
        async with self._redis.pipeline(transaction=False) as pipeline:
            pipeline.xadd(key, {"comparison": comparison.model_dump_json()}, maxlen=KEPT)
            pipeline.expire(key, KEPT_SECONDS)
            await pipeline.execute()

    async def agreement(self, version: str, against: str = "") -> Agreement:
        """The report on a version beside one that was live: answers of others say nothing.

        Args:
            version: the shadow.
            against: the live version; the one it was compared with last where "".

        Raises:
            RedisError, OSError: Redis is away.
        """
        entries = await self._redis.xrange(self._key(version), count=KEPT)
        return agreement(
            [Comparison.model_validate_json(fields["comparison"]) for _, fields in entries], against
        )

    def _key(self, version: str) -> str:
        return f"dermis:shadow:{self._model}:{version}"


def agreement(kept: list[Comparison], against: str = "") -> Agreement:
    """Count those with one live version: the one named, or else the latest."""
    versions = list(dict.fromkeys(found.live_version for found in reversed(kept)))
    pair = against or next(iter(versions), None)
    comparisons = [found for found in kept if found.live_version == pair]
    answered = [found for found in comparisons if found.label is not None]
    pairs = [(found.live_label, found.label) for found in answered]
    same = sum(live == other for live, other in pairs)
    low, high = wilson_interval(same, len(pairs)) if pairs else (None, None)
    differences = [
        abs(found.live_probability - found.probability)
        for found in answered
        if found.probability is not None
    ]
    return Agreement(
        against=pair,
        compared_with=versions,
        photos=len(comparisons),
        failed=len(comparisons) - len(answered),
        same_label=same,
        newly_malignant=pairs.count(("benign", "malignant")),
        newly_benign=pairs.count(("malignant", "benign")),
        share=same / len(pairs) if pairs else None,
        low=low,
        high=high,
        mean_difference=sum(differences) / len(differences) if differences else None,
        largest_difference=max(differences, default=None),
    )
