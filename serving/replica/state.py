"""What a follower knows of the TorchServe beside it, and how it tells the gateways."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from serving.contract.releases import Release
from serving.contract.torchserve import Candidate, Phase, Replica
from serving.contract.trials import Measurement
from serving.replica.archive_cache import CachedArchive
from serving.replica.backoff import Backoff
from serving.replica.torchserve.management import LoadedVersion
from serving.replica.torchserve.registrations import newest_of, version_of


@dataclass(frozen=True, slots=True)
class Held:
    """A release that TorchServe holds, with workers that gave the right answers."""

    release: Release
    cached: CachedArchive

    @property
    def registration(self) -> str:
        """What TorchServe calls it."""
        return self.cached.registration


@dataclass(slots=True)
class State:
    """What is known about the TorchServe beside us."""

    live: Held | None = None
    # What was live when the follower before us ended; told as such until it was looked at.
    inherited: Release | None = None
    candidate: Held | None = None
    phase: Phase = "starting"
    # Why the newest release, or the candidate, does not answer; it stays until one does.
    refusal: str = ""
    candidate_refusal: str = ""
    # What hinders us just now: TorchServe or the object store away; gone when a step succeeds.
    trouble: str = ""
    backoff: Backoff = field(default_factory=Backoff)
    # Since when a registration is neither live nor a candidate nor coming (monotonic seconds).
    idle_since: dict[str, float] = field(default_factory=dict)
    # By version, for those that were loaded since the follower started.
    measured: dict[str, Measurement] = field(default_factory=dict)
    failed_checks: int = 0
    checked_at: float = field(default_factory=time.monotonic)

    @property
    def in_use(self) -> set[str]:
        """The registrations that answer somebody."""
        return {held.registration for held in (self.live, self.candidate) if held}

    def follow_candidate(self, desired: Release | None) -> None:
        """Let go of a candidate that is not asked for any more; take over its new percent."""
        here = self.candidate
        if desired is None:
            self.candidate_refusal = ""
        if here and desired and here.release.sha256 == desired.sha256:
            self.candidate = Held(desired, here.cached)
        else:
            self.candidate = None

    def tell(self, replica: Replica, loaded: Mapping[str, LoadedVersion]) -> Replica:
        """Fill in what TorchServe holds.

        Args:
            replica: what else there is to tell.
            loaded: by registration.
        """
        live = loaded.get(self._live_registration(loaded))
        served = self.live.release if self.live else self.inherited
        versions = sorted({version_of(name) for name in loaded})
        registrations = {version: newest_of(version, loaded) for version in versions}
        for held in (self.candidate, self.live):
            if held and held.registration in loaded:
                # One that is coming up under a newer name does not answer yet.
                registrations[held.release.version] = held.registration
        beside = self.candidate.release if self.candidate else None
        return replica.model_copy(
            update={
                "live_version": served.version if served and live else "",
                "candidate": Candidate.of(beside) if beside else None,
                "loaded_versions": versions,
                "registrations": registrations,
                "workers": live.ready_workers if live else 0,
                "measured": [self.measured[name] for name in versions if name in self.measured],
            }
        )

    def _live_registration(self, loaded: Mapping[str, LoadedVersion]) -> str:
        if self.live:
            return self.live.registration
        return newest_of(self.inherited.version, loaded) if self.inherited else ""
