"""The model store as it was at one moment: read once, asked many things."""

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import AwareDatetime, BaseModel, ConfigDict

from gateway.model_store.rollback import ways_back
from gateway.model_store.shelf_log import Decided, retired_subjects
from service_kit.errors import DomainError
from service_kit.reasons import Reason
from serving.archives.card import ModelCard
from serving.contract.entries import Damage
from serving.contract.judgements import Judgement
from serving.contract.releases import CANDIDATE, LIVE, Desired, Release


class ShelvedVersion(BaseModel):
    """One version on the shelf."""

    model_config = ConfigDict(frozen=True)

    version: str
    sha256: str
    card: ModelCard
    by: str
    at: AwareDatetime
    # Fingerprint of the trusted key that signed it when it was uploaded.
    signed_by: str = ""


@dataclass(frozen=True, slots=True)
class Shelf:
    """What the store holds.

    Attributes:
        versions: all that can be read, the one brought last first.
        log: of releases, oldest first.
        decisions: oldest first.
        served: numbers of the releases that some replica served.
        judgements: what replicas found about versions, oldest first.
        damaged: entries that can't be read and are not retired; each named as a retirement names
            it: a version by itself, others as in "release 12".
    """

    versions: list[ShelvedVersion]
    log: Sequence[Release]
    decisions: Sequence[Decided]
    served: frozenset[int]
    judgements: Sequence[Judgement]
    damaged: list[Damage]

    @property
    def releases(self) -> list[Release]:
        """The release log, newest first."""
        return list(reversed(self.log))

    @property
    def desired(self) -> Desired:
        """The release that is to be live everywhere, and the candidate beside it."""
        live = next((entry for entry in self.releases if entry.kind in LIVE), None)
        newest = self.log[-1] if self.log else None
        return Desired(live, newest if newest and newest.kind in CANDIDATE else None)

    @property
    def retired(self) -> frozenset[str]:
        """What is out of use: versions, and damaged entries of the release log."""
        return retired_subjects(self.decisions)

    @property
    def live(self) -> ShelvedVersion | None:
        """The version that is to be live; None where there is none or it is lost."""
        newest = self.desired.live
        return next(
            (found for found in self.versions if newest and found.sha256 == newest.sha256), None
        )

    @property
    def in_use(self) -> set[str]:
        """The versions that answer photos, or are to."""
        desired = self.desired
        return {entry.version for entry in (desired.live, desired.candidate) if entry}

    @property
    def ways_back(self) -> list[Release]:
        """What a rollback may return to, the latest first."""
        known = {found.version for found in self.versions}
        lost = {entry.version for entry in self.log} - known
        return ways_back(self.log, confirmed=self.served, unusable=self.retired | lost)

    def version(self, version: str) -> ShelvedVersion:
        """One version.

        Raises:
            DomainError: NOT_FOUND VERSION_NOT_FOUND.
        """
        for shelved in self.versions:
            if shelved.version == version:
                return shelved
        raise DomainError(Reason.VERSION_NOT_FOUND)

    def usable(self, version: str) -> ShelvedVersion:
        """One version, to be put to use.

        Raises:
            DomainError: NOT_FOUND VERSION_NOT_FOUND; FAILED_PRECONDITION VERSION_RETIRED.
        """
        shelved = self.version(version)
        if version in self.retired:
            raise DomainError(Reason.VERSION_RETIRED)
        return shelved

    def way_back(self, to: str = "") -> Release:
        """The release that a rollback returns to.

        Args:
            to: the version that is meant; the latest that worked where "". Naming one that was
                rolled back before is a decision, and allowed.

        Raises:
            DomainError: FAILED_PRECONDITION NOTHING_BEFORE, VERSION_RETIRED, VERSION_NEVER_LIVE
                or ALREADY_LIVE; NOT_FOUND VERSION_NOT_FOUND.
        """
        if not to:
            if not (ways := self.ways_back):
                raise DomainError(Reason.NOTHING_BEFORE)
            return ways[0]
        self.usable(to)
        desired = self.desired
        if desired.live and desired.live.version == to:
            raise DomainError(Reason.ALREADY_LIVE, f"Version {to} is the live one.")
        noted_since = min(self.served, default=0)
        for entry in self.releases:
            served = entry.number in self.served or entry.number < noted_since or not self.served
            if entry.version == to and entry.kind in LIVE and served:
                return entry
        raise DomainError(Reason.VERSION_NEVER_LIVE)

    def judged(self, *, sha256: str = "", release: int = 0) -> Judgement | None:
        """The newest judgement about an archive, or for an entry of the log; None without one.

        One with figures comes before one that was refused before any were measured.
        """
        found = [
            judged
            for judged in self.judgements
            if (judged.release == release if release else judged.sha256 == sha256)
        ]
        return max(
            found, key=lambda judged: (judged.reference is not None, judged.at), default=None
        )

    def approvals(self, shelved: ShelvedVersion) -> list[Decided]:
        """Who has approved this very archive, oldest first."""
        return [
            decided
            for decided in self.decisions
            if decided.kind == "approval" and decided.sha256 == shelved.sha256
        ]
