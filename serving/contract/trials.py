"""Trials: before anybody releases a version, it is loaded beside the live one, asked and measured.

The gateway asks for a trial in Redis; every follower makes it and tells the result with its
replica. A version under trial is registered but never the default, and taken out again. No torch.
"""

from typing import Protocol

from pydantic import BaseModel, ConfigDict

# How many results a follower keeps telling.
TOLD = 8


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
