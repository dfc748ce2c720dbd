"""Trials: before anybody releases a version, it is loaded beside the live one, asked and measured.

The gateway asks for a trial in Redis; every follower makes it and tells the result with its
replica. A version under trial is registered but never the default, and taken out again. No torch.
"""

from typing import Protocol

from pydantic import BaseModel, ConfigDict
from redis.asyncio import Redis
from redis.exceptions import RedisError

# A trial that no follower has taken up by then is forgotten.
REQUEST_SECONDS = 600
# How many results a follower keeps telling.
TOLD = 8

_AWAY = (RedisError, OSError, TimeoutError)


class Archived(Protocol):
    """What names an archive in the object store: a release, or a trial's request."""

    @property
    def model(self) -> str:
        """The model's name."""

    @property
    def version(self) -> str:
        """The version that its card must name."""

    @property
    def sha256(self) -> str:
        """Of the archive, hex."""


class Measurement(BaseModel):
    """One version on one replica, while whatever else ran there ran on."""

    model_config = ConfigDict(frozen=True)

    version: str
    # Of lone requests for golden images, over HTTP, in milliseconds.
    median_ms: float
    p95_ms: float
    # From the registration until its workers were ready; None where it was loaded already.
    load_seconds: float | None = None
    # Resident memory of its largest worker; None where their processes can't be seen.
    memory_mib: int | None = None


class TrialRequest(BaseModel):
    """Somebody wants to know how a version does; `id` tells two requests for one version apart."""

    model_config = ConfigDict(frozen=True)

    id: str
    model: str
    version: str
    sha256: str


class Trial(BaseModel):
    """How a version did on one replica. `error` is empty where it passed."""

    model_config = ConfigDict(frozen=True)

    request: TrialRequest
    error: str = ""
    measured: Measurement | None = None


class TrialDesk:
    """The newest request for a trial of one model."""

    def __init__(self, redis: Redis, model: str) -> None:
        self._redis = redis
        self._key = f"dermis:trial:{model}"

    async def ask_for(self, request: TrialRequest) -> None:
        """Have every follower try a version; a request that still waits is replaced.

        Raises:
            RedisError, OSError: Redis is away.
        """
        await self._redis.set(self._key, request.model_dump_json(), ex=REQUEST_SECONDS)

    async def newest(self) -> TrialRequest | None:
        """The newest request; None where there is none, or Redis is away."""
        try:
            text = await self._redis.get(self._key)
        except _AWAY:
            return None
        return TrialRequest.model_validate_json(text) if text else None
