"""The model store as people see it: its versions, which one is live, who released what.

    archives/<sha256>.mar          the archives (serving.contract.releases)
    <model>/versions/1.2.0.json    one entry a version: its card, who brought it, when
    <model>/releases/000012.json   the release log (serving.contract.releases)
    <model>/shelf/000012.json      retirements and approvals (shelf_log)
    <model>/served/000012.json     which releases were really served (served)
    <model>/judgements/….json      what replicas found about versions (judgements)
    <model>/reference/             cases that every version answers (serving.contract)

An entry is written once and never changed. One that is damaged is left out and reported, so that
it hides nothing else. Nothing here loads a model: every TorchServe's
follower reads the log and proves a version by its golden images before it becomes live.
"""

from collections.abc import AsyncIterator, Callable, Container, Iterable

from prometheus_client import Gauge

from gateway.model_store.judgements import KeptJudgements
from gateway.model_store.served import ServedReleases
from gateway.model_store.shelf import Shelf, ShelvedVersion
from gateway.model_store.shelf_log import Decided, ShelfLog, retired_subjects
from gateway.model_store.version_entries import VersionEntries
from service_kit.blobs import BlobMissing, Blobs
from service_kit.clock import now
from service_kit.errors import DomainError
from service_kit.reasons import Reason
from serving.archives.archive import CheckedArchive
from serving.contract.entries import Damage
from serving.contract.judgements import Judgement
from serving.contract.reference_cases import ReferenceCases
from serving.contract.releases import CandidateKind, Desired, Kind, Release, ReleaseLog

DAMAGED = Gauge(
    "dermis_model_store_damaged", "Entries of the model store that can't be read, not retired."
)


class ModelShelf:
    """The versions of one model.

    Args:
        blobs: the model store.
        model: the model's name.

    Attributes:
        cases: the installation's reference cases.
    """

    def __init__(self, blobs: Blobs, model: str) -> None:
        self._model = model
        self._log = ReleaseLog(blobs, model)
        self._versions = VersionEntries(blobs, model, self._log)
        self._decisions = ShelfLog(blobs, model)
        self._served = ServedReleases(blobs, model)
        self._judgements = KeptJudgements(blobs, model)
        self.cases = ReferenceCases(blobs, model)

    async def read(self) -> Shelf:
        """Everything, read once."""
        releases, bad_releases = await self._log.read()
        decisions, bad_decisions = await self._decisions.read()
        versions, bad_versions = await self._versions.read(releases)
        judgements, bad_judgements = await self._judgements.read()
        retired = retired_subjects(decisions)
        damaged = [
            Damage(subject, damage.why)
            for what, found in (
                ("version", bad_versions), ("release", bad_releases), ("decision", bad_decisions),
                ("judgement", bad_judgements),
            )
            for damage in found
            if (subject := _subject(what, damage.name)) not in retired
        ]  # fmt: skip
        DAMAGED.set(len(damaged))
        return Shelf(
            versions=sorted(versions, key=lambda shelved: shelved.at, reverse=True),
            log=releases,
            decisions=decisions,
            served=frozenset(await self._served.numbers()),
            judgements=judgements,
            damaged=damaged,
        )

    async def version_in_use(self, version: str, kinds: Container[Kind]) -> ShelvedVersion:
        """One version that is or was in use in one of these ways; no other archive is read for it.

        Raises:
            DomainError: NOT_FOUND VERSION_NOT_FOUND.
        """
        releases, _ = await self._log.read()
        uses = [one for one in releases if one.version == version and one.kind in kinds]
        versions, _ = await self._versions.read(uses) if uses else ([], [])
        for shelved in versions:
            if shelved.version == version:
                return shelved
        raise DomainError(Reason.VERSION_NOT_FOUND)

    async def desired(self) -> Desired:
        """The release that is to be live everywhere, and the candidate beside it."""
        return await self._log.desired()

    async def download(self, version: str) -> tuple[ShelvedVersion, AsyncIterator[bytes]]:
        """A version's archive, as it was uploaded.

        Raises:
            DomainError: NOT_FOUND VERSION_NOT_FOUND.
        """
        shelved = (await self.read()).version(version)
        pieces = self._log.archive(shelved.sha256)
        try:
            # Before an answer has begun: afterwards nobody could be told.
            first = await anext(pieces)
        except (BlobMissing, StopAsyncIteration):
            message = f"The archive of version {version} is lost."
            raise DomainError(Reason.VERSION_NOT_FOUND, message) from None
        return shelved, _with_first(first, pieces)

    async def note_served(self, versions: frozenset[str]) -> None:
        """Note that replicas serve these versions (`ServedReleases.note`)."""
        await self._served.note(versions)

    async def watch_served(self, serving: Callable[[], frozenset[str]]) -> None:
        """Note which releases the replicas serve, until cancelled (`ServedReleases.follow`)."""
        await self._served.follow(serving)

    def keeps(self, judged: Judgement) -> bool:
        """Whether `read` has it from now on, on every gateway."""
        return self._judgements.holds(judged)

    async def watch_judgements(self, published: Callable[[], Iterable[Judgement]]) -> None:
        """Keep what the replicas find about versions, until cancelled."""
        await self._judgements.follow(published)

    async def add(
        self, archive: CheckedArchive, by: str, *, signature: bytes | None = None
    ) -> ShelvedVersion:
        """Put a checked archive on the shelf; the same archive again changes nothing.

        Args:
            archive: as it was received.
            by: who brought it.
            signature: that came with it, for the followers, who check it again.

        Raises:
            DomainError: INVALID_ARGUMENT MODEL_NAME_WRONG; ALREADY_EXISTS VERSION_TAKEN.
        """
        card = archive.card
        if card.name != self._model:
            raise DomainError(
                Reason.MODEL_NAME_WRONG,
                f"The archive holds the model {card.name}; here {self._model} is served.",
            )
        await self._log.store_archive(archive.sha256, archive.path, signature=signature)
        shelved = ShelvedVersion(
            version=card.version, sha256=archive.sha256, card=card, by=by, at=now(),
            signed_by=archive.signed_by,
        )  # fmt: skip
        return await self._versions.add(shelved)

    async def release(self, shelved: ShelvedVersion, *, by: str, why: str) -> Release:
        """Make a version, which is `Shelf.usable`, the desired one everywhere.

        Raises:
            DomainError: ABORTED RELEASE_RACE.
        """
        return await self._append(shelved, "release", by, why)

    async def roll_back(self, *, by: str, why: str, to: str = "") -> Release:
        """Return to an earlier version: `Shelf.way_back` says to which.

        Raises:
            DomainError: as `Shelf.way_back`; ABORTED RELEASE_RACE.
        """
        shelf = await self.read()
        entry = shelf.way_back(to)
        return await self._append(shelf.version(entry.version), "rollback", by, why)

    async def retire(self, subject: str, *, by: str, why: str) -> Decided:
        """Take a version, or a damaged entry of the release log ("release 12"), out of use.

        Raises:
            DomainError: NOT_FOUND VERSION_NOT_FOUND; FAILED_PRECONDITION VERSION_IN_USE,
                VERSION_RETIRED or ENTRY_SOUND; ABORTED RELEASE_RACE.
        """
        shelf = await self.read()
        if subject in shelf.retired:
            raise DomainError(Reason.VERSION_RETIRED)
        if subject in shelf.in_use:
            raise DomainError(Reason.VERSION_IN_USE)
        broken = {damage.name for damage in shelf.damaged}
        if subject not in broken:
            if subject.startswith("release "):
                raise DomainError(Reason.ENTRY_SOUND)
            shelf.version(subject)
        return await self._decisions.append("retirement", subject, by=by, why=why)

    async def reinstate(self, subject: str, *, by: str, why: str) -> Decided:
        """Let something that was retired be used again.

        Raises:
            DomainError: FAILED_PRECONDITION VERSION_NOT_RETIRED; ABORTED RELEASE_RACE.
        """
        if subject not in (await self.read()).retired:
            raise DomainError(Reason.VERSION_NOT_RETIRED)
        return await self._decisions.append("reinstatement", subject, by=by, why=why)

    async def approve(self, shelved: ShelvedVersion, *, by: str, why: str) -> Decided:
        """Agree to a release of this very archive, which is `Shelf.usable`.

        Raises:
            DomainError: ABORTED RELEASE_RACE.
        """
        return await self._decisions.append(
            "approval", shelved.version, by=by, why=why, sha256=shelved.sha256
        )

    async def put_beside(
        self,
        version: str,
        kind: CandidateKind,
        *,
        known: Shelf,
        by: str,
        why: str,
        percent: int = 0,
    ) -> Release:
        """Put a version beside the live one; a candidate that is there already is replaced.

        Args:
            version: that is on the shelf.
            known: the shelf, as it was read for this request.
            kind: a canary answers for `percent` of the patients, a shadow for nobody.
            by: who wants it.
            why: that the log keeps.
            percent: 1 to 99 for a canary.

        Raises:
            DomainError: NOT_FOUND VERSION_NOT_FOUND; FAILED_PRECONDITION NOTHING_LIVE,
                VERSION_RETIRED or ALREADY_LIVE; ABORTED RELEASE_RACE.
        """
        shelved, live = known.usable(version), known.desired.live
        if live is None:
            raise DomainError(Reason.NOTHING_LIVE)
        if live.version == version:
            raise DomainError(Reason.ALREADY_LIVE, f"Version {version} is the live one.")
        return await self._append(shelved, kind, by, why, percent)

    async def withdraw(self, *, by: str, why: str, version: str = "") -> Release:
        """End the canary or shadow; every photo is the live version's again.

        Args:
            by: who wants it.
            why: that the log keeps.
            version: the only one that is meant; any where "".

        Raises:
            DomainError: FAILED_PRECONDITION NO_CANDIDATE; ABORTED RELEASE_RACE.
        """
        candidate = (await self._log.desired()).candidate
        if candidate is None or (version and candidate.version != version):
            raise DomainError(Reason.NO_CANDIDATE)
        return await self._log.append(
            version=candidate.version, sha256=candidate.sha256, kind="withdrawal", by=by, why=why
        )

    async def _append(
        self, shelved: ShelvedVersion, kind: Kind, by: str, why: str, percent: int = 0
    ) -> Release:
        return await self._log.append(
            version=shelved.version, sha256=shelved.sha256, kind=kind, by=by, why=why,
            percent=percent,
        )  # fmt: skip


async def _with_first(first: bytes, others: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for piece in others:
        yield piece


def _subject(what: str, name: str) -> str:
    """As a retirement names it: a version by itself, others with what they are."""
    if what == "version":
        return name
    return f"{what} {int(name)}" if name.isdecimal() else f"{what} {name}"[:64]
