"""Bodies of /admin/serving."""

from datetime import UTC, datetime
from typing import Self

from pydantic import BaseModel, Field

from gateway.schemas.candidates import CanaryFigures, CanaryRule, Candidate
from gateway.schemas.fields import Moment
from gateway.schemas.models import Digest, Version
from gateway.schemas.reference import ReferenceResult
from serving.archives.card import Precision
from serving.contract.regeneration import Regeneration
from serving.contract.replicas import Phase
from serving.contract.replicas import Replica as PublishedReplica
from serving.contract.trials import Measurement, Trial


class Measured(BaseModel):
    """What a version costs on a replica, measured with its golden images one at a time."""

    version: Version
    precision: Precision = Field(
        description="In which its workers compute: 8-bit arithmetic or single precision.",
        examples=["int8"],
    )
    median_ms: float = Field(examples=[41.5])
    p95_ms: float = Field(examples=[48.0])
    load_seconds: float | None = Field(examples=[4.2])
    memory_mib: int | None = Field(
        description="Of its largest worker; null if workers can't be inspected.", examples=[157]
    )
    reference: ReferenceResult | None = Field(
        description="Its answers to the reference cases; null if they were not asked."
    )

    @classmethod
    def of(cls, measured: Measurement) -> Self:
        """From what a follower measured."""
        found = measured.reference
        return cls(
            **measured.model_dump(exclude={"reference"}),
            reference=ReferenceResult.of(found) if found else None,
        )


class Tried(BaseModel):
    """How a version's trial on a replica went."""

    id: str = Field(examples=["01a20817-f471-731e-896b-230f70989781"])
    version: Version
    sha256: Digest
    passed: bool = Field(examples=[True])
    error: str | None = Field(examples=[None])
    measured: Measured | None

    @classmethod
    def of(cls, trial: Trial) -> Self:
        """From a follower's report."""
        return cls(
            id=trial.request.id,
            version=trial.request.version,
            sha256=trial.request.sha256,
            passed=not trial.error,
            error=trial.error or None,
            measured=Measured.of(trial.measured) if trial.measured else None,
        )


class TrialAsked(BaseModel):
    """A trial that every replica makes as soon as it has room; see each replica's `trials`."""

    id: str = Field(examples=["01a20817-f471-731e-896b-230f70989781"])
    version: Version
    sha256: Digest


class RegenerationAsked(BaseModel):
    """What every replica does as soon as it can; see each replica's `regeneration`."""

    id: str = Field(examples=["01a20817-f471-731e-896b-230f70989781"])


class Regenerated(BaseModel):
    """How a replica's fresh fetch and load of the live version went."""

    id: str = Field(examples=["01a20817-f471-731e-896b-230f70989781"])
    passed: bool = Field(examples=[True])
    error: str | None = Field(examples=[None])

    @classmethod
    def of(cls, made: Regeneration) -> Self:
        """From a follower's report."""
        return cls(id=made.request.id, passed=not made.error, error=made.error or None)


class Replica(BaseModel):
    """A TorchServe replica, as its follower last reported it."""

    id: str = Field(examples=["torchserve-0"])
    address: str = Field(examples=["http://10.0.3.7:8080"])
    live_version: Version | None
    live_release: int | None = Field(
        description="Number of the release log's entry that is live here.", examples=[12]
    )
    refused_release: int | None = Field(
        description="Number of the entry that `last_error` is about, where one was refused.",
        examples=[None],
    )
    candidate: Candidate | None = Field(
        description="The canary or shadow, once it is ready on this replica."
    )
    loaded_versions: list[str] = Field(examples=[["1.0.0"]])
    workers: int = Field(examples=[2])
    state: Phase = Field(examples=["ready"])
    last_error: str | None = Field(examples=[None])
    in_flight: int = Field(description="This gateway's requests under way.", examples=[0])
    resting: bool = Field(
        description="Left out for a moment because it didn't answer.", examples=[False]
    )
    measured: list[Measured] = Field(description="What the loaded versions cost.")
    trials: list[Tried] = Field(description="The latest trials, the newest last.")
    regeneration: Regenerated | None = Field(description="The latest regeneration.")
    seen_at: Moment

    @classmethod
    def of(cls, replica: PublishedReplica, *, in_flight: int, resting: bool) -> Self:
        """From what its follower published; never its token."""
        return cls(
            id=replica.id,
            address=replica.address,
            live_version=replica.live_version or None,
            live_release=replica.live_release or None,
            refused_release=replica.refused_release or None,
            candidate=Candidate.of(replica.candidate) if replica.candidate else None,
            loaded_versions=replica.loaded_versions,
            workers=replica.workers,
            state=replica.state,
            last_error=replica.last_error or None,
            in_flight=in_flight,
            resting=resting,
            measured=[Measured.of(measured) for measured in replica.measured],
            trials=[Tried.of(trial) for trial in replica.trials],
            regeneration=Regenerated.of(replica.regeneration) if replica.regeneration else None,
            seen_at=datetime.fromtimestamp(replica.seen_at, UTC),
        )


class Serving(BaseModel):
    """What is served, and by which replicas."""

    model: str = Field(examples=["lesion"])
    canary: CanaryFigures | None
    canary_rule: CanaryRule
    replicas: list[Replica]
    judgements: list[str] = Field(
        description="Of what the replicas found about versions lately, what stands beside these "
        "by now: one name for each outcome.",
        examples=[["release-000012-000003-passed"]],
    )
