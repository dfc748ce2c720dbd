"""Drift: how a replica differs from the state that the end of the release log asks for."""

from collections.abc import Mapping
from dataclasses import dataclass

import structlog
from obstore.exceptions import BaseError
from pydantic import ValidationError

from service_kit.blobs import BlobMissing
from serving.contract.releases import LIVE, Release, ReleaseLog
from serving.replica.live_release_file import LiveReleaseFile
from serving.replica.state import State
from serving.replica.torchserve.management import LoadedVersion
from serving.replica.torchserve.registrations import newest_of

log = structlog.get_logger()

# The object store doesn't answer, or answers nonsense.
STORE_FAILURES = (BaseError, BlobMissing, OSError, ValidationError)

# By registration.
Loaded = Mapping[str, LoadedVersion]


@dataclass(frozen=True, slots=True)
class Drift:
    """What is missing here: nothing where all is as it should be, or can't be fixed right now."""

    live: Release | None = None
    candidate: Release | None = None
    # No version was ever released, so none can be missing.
    nothing_released: bool = False
    # What keeps us from knowing.
    trouble: str = ""


class DriftDetector:
    """Compares the release log with what TorchServe has loaded.

    Args:
        releases: the log.
        live_file: which release was live here last.
    """

    def __init__(self, releases: ReleaseLog, live_file: LiveReleaseFile) -> None:
        self._releases = releases
        self._live_file = live_file

    async def detect(self, state: State, loaded: Loaded) -> Drift:
        """The drift now; `state` drops a candidate that the log no longer asks for."""
        remembered = self._live_file.read()
        if state.live is None and remembered and newest_of(remembered.version, loaded):
            return Drift(live=remembered)  # the follower was restarted, not TorchServe
        try:
            desired = await self._releases.desired()
            state.follow_candidate(desired.candidate)
            return Drift(
                live=await self._missing_live(state, desired.live),
                candidate=_missing_candidate(state, desired.candidate),
                nothing_released=desired.live is None,
            )
        except STORE_FAILURES as error:
            # What is loaded keeps serving meanwhile.
            log.warning("the release log can't be read", error=type(error).__name__)
            trouble = f"the release log can't be read: {type(error).__name__}"
            return Drift(live=None if state.live else remembered, trouble=trouble)

    async def _missing_live(self, state: State, newest: Release | None) -> Release | None:
        if newest is None:
            return None
        if state.live and state.live.release.sha256 == newest.sha256:
            state.refusal, state.refused = "", 0
            return newest if state.live.release.number != newest.number else None
        if not state.backoff.is_resting(newest.number):
            return newest
        if state.live:
            return None
        # An older version is better than none.
        for release in reversed(await self._releases.entries()):
            if release.kind in LIVE and not state.backoff.is_resting(release.number):
                return release
        return None


def _missing_candidate(state: State, desired: Release | None) -> Release | None:
    if desired is None or state.candidate:
        return None
    return None if state.backoff.is_resting(desired.number) else desired
