"""What a follower knows about its TorchServe, and how it describes it to the gateways."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from serving.contract.releases import Release
from serving.contract.replicas import Candidate, Phase, Replica
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
    """What the follower knows about its TorchServe."""

    live: Held | None = None
    # What was live when the previous follower ended; reported as live until it has been checked.
    inherited: Release | None = None
    candidate: Held | None = None
    phase: Phase = "starting"
    # Why the newest release, or the candidate, isn't serving; kept until one is.
    refusal: str = ""
    candidate_refusal: str = ""
    # Numbers of the entries that these are about.
    refused: int = 0
    candidate_refused: int = 0
    # What is in the way right now: TorchServe or the object store away; the next good step clears
    # it.
    trouble: str = ""
    # Why what comes next isn't loaded yet; the step that loads it clears it.
    waiting: str = ""
    nothing_released: bool = False
    backoff: Backoff = field(default_factory=Backoff)
    # Since when (monotonic seconds) a registration has been neither live, a candidate nor coming.
    idle_since: dict[str, float] = field(default_factory=dict)
    # By version, for those that were loaded since the follower started.
    measured: dict[str, Measurement] = field(default_factory=dict)
    failed_checks: int = 0
    checked_at: float = field(default_factory=time.monotonic)

    @property
    def in_use(self) -> set[str]:
        """The registrations that answer requests."""
        return {held.registration for held in (self.live, self.candidate) if held}

    @property
    def answering(self) -> list[str]:
        """The versions that answer requests."""
        return [held.release.version for held in (self.live, self.candidate) if held]

    def wait_for_room(self, version: str, loaded: Mapping[str, LoadedVersion]) -> None:
        """Say what has to go before a version can be loaded."""
        leaving = sorted({version_of(name) for name in loaded if name not in self.in_use})
        if leaving:
            what = f"{', '.join(leaving)} is unloaded: it may still be answering"
        elif self.candidate:
            beside = self.candidate.release
            what = f"the {beside.kind} {beside.version} is released or withdrawn"
        else:
            what = "TorchServe has room for it"
        self.waiting = f"{version} waits until {what}"

    def follow_candidate(self, desired: Release | None) -> None:
        """Drop a candidate that is no longer wanted; adopt its new percentage."""
        here = self.candidate
        if desired is None:
            self.candidate_refusal, self.candidate_refused = "", 0
        if here and desired and here.release.sha256 == desired.sha256:
            self.candidate = Held(desired, here.cached)
        else:
            self.candidate = None

    def describe(self, replica: Replica, loaded: Mapping[str, LoadedVersion]) -> Replica:
        """Fill in what TorchServe holds.

        Args:
            replica: everything else that is known.
            loaded: by registration.
        """
        live = loaded.get(self._live_registration(loaded))
        served = self.live.release if self.live else self.inherited
        versions = sorted({version_of(name) for name in loaded})
        registrations = {version: newest_of(version, loaded) for version in versions}
        for held in (self.candidate, self.live):
            if held and held.registration in loaded:
                # One that is coming up under a newer name doesn't answer yet.
                registrations[held.release.version] = held.registration
        beside = self.candidate.release if self.candidate else None
        return replica.model_copy(
            update={
                "live_version": served.version if served and live else "",
                "live_release": served.number if served and live else 0,
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
