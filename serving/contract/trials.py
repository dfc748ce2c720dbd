"""Trials: a version is loaded next to the live one, probed and measured before it is released.

The gateway requests a trial in Redis; every follower runs it and publishes the result with its
replica. A version on trial is registered but never the default, and unloaded again. No torch.
"""

from typing import Protocol

from pydantic import BaseModel, ConfigDict

from serving.archives.card import Precision
from serving.contract.reference_figures import ReferenceResult

# How many results a follower keeps publishing.
KEPT_RESULTS = 8


class Archived(Protocol):
    """What names an archive in the object store: a release, or a request for a trial."""

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
    """One version on one replica, measured while everything else kept running."""

    model_config = ConfigDict(frozen=True)

    version: str
    # In which its workers compute here.
    precision: Precision = "fp32"
    # Of single requests for golden images, over HTTP, in milliseconds.
    median_ms: float
    p95_ms: float
    # From the registration until its workers were ready; None where it was already loaded.
    load_seconds: float | None = None
    # Resident memory of its largest worker; None where their processes can't be seen.
    memory_mib: int | None = None
    # Its answers to the installation's own cases; None where they were not asked.
    reference: ReferenceResult | None = None


class TrialRequest(BaseModel):
    """A request to try a version; `id` tells two requests for one version apart."""

    model_config = ConfigDict(frozen=True)

    id: str
    model: str
    version: str
    sha256: str


class Trial(BaseModel):
    """A version's result on one replica. `error` is empty where it passed."""

    model_config = ConfigDict(frozen=True)

    request: TrialRequest
    error: str = ""
    measured: Measurement | None = None
