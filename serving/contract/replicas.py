"""Replicas: what each follower publishes about its TorchServe in Redis. No torch."""

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field

from serving.contract.judgements import Judgement
from serving.contract.regeneration import Regeneration
from serving.contract.releases import CandidateKind, Release
from serving.contract.trials import Measurement, Trial

Phase = Literal["starting", "ready", "updating", "failed"]


class Candidate(BaseModel):
    """A version beside the live one: it answers for a share of the patients, or in its shadow."""

    model_config = ConfigDict(frozen=True)

    # Number of the release log's entry that asks for it.
    release: int
    version: str
    kind: CandidateKind
    percent: int

    @classmethod
    def of(cls, entry: Release) -> Self:
        """From the log's entry for a canary or a shadow."""
        known = entry.model_dump(include={"version", "kind", "percent"})
        return cls.model_validate(known | {"release": entry.number})


class Replica(BaseModel):
    """One TorchServe as its follower publishes it in Redis, with an expiry."""

    model_config = ConfigDict(frozen=True)

    id: str
    # `http://host:port` of the inference API.
    address: str
    # Valid for at most an hour; TorchServe makes new ones at each start. "" before the first.
    token: str
    model: str
    # "" while nothing is live.
    live_version: str = ""
    # Number of the release log's entry that is live here; 0 while nothing is.
    live_release: int = 0
    # Number of the entry that was refused here last, for the reason in `last_error`; 0: none is.
    refused_release: int = 0
    # None while there is none, or it isn't ready here.
    candidate: Candidate | None = None
    loaded_versions: list[str] = Field(default_factory=list)
    # The name under which TorchServe holds each of them (`replica.torchserve.version_names`).
    registrations: dict[str, str] = Field(default_factory=dict)
    workers: int = 0
    state: Phase = "starting"
    last_error: str = ""
    # What each loaded version costs here.
    measured: list[Measurement] = Field(default_factory=list)
    # The latest trials, the newest last.
    trials: list[Trial] = Field(default_factory=list)
    regeneration: Regeneration | None = None
    # The latest, the newest last.
    judgements: list[Judgement] = Field(default_factory=list)
    seen_at: float

    def answers(self, version: str) -> bool:
        """Whether a version is live here, or a candidate that is ready."""
        return version == self.live_version or (
            self.candidate is not None and version == self.candidate.version
        )

    def registered(self, version: str) -> str:
        """What TorchServe calls a version."""
        return self.registrations.get(version, version)


REPLICA_INDEX = "dermis:replicas"


def replica_key(identifier: str) -> str:
    """The Redis key of one replica; all identifiers are members of the set REPLICA_INDEX."""
    return f"dermis:replica:{identifier}"
