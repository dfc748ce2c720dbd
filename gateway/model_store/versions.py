"""The model store as people see it: its versions, which one is live, who released what.

    archives/<sha256>.mar          the archives (serving.contract.releases)
    <model>/versions/1.2.0.json    one entry a version: its card, who brought it, when
    <model>/releases/000012.json   the release log (serving.contract.releases)

An entry is written once and never changed. Nothing here loads a model: every TorchServe's
follower reads the log and proves a version by its golden images before it becomes live.
"""

import asyncio
import tempfile
from pathlib import Path

import structlog
from pydantic import AwareDatetime, BaseModel, ConfigDict

from service_kit.blobs import BlobExists, BlobMissing, Blobs
from service_kit.clock import now
from service_kit.errors import DomainError
from service_kit.reasons import Reason
from serving.archives.archive import ArchiveRefused, CheckedArchive
from serving.archives.card import ModelCard
from serving.archives.judgement import judged_archive
from serving.contract.releases import LIVE, CandidateKind, Desired, Kind, Release, ReleaseLog

log = structlog.get_logger()


class ShelvedVersion(BaseModel):
    """One version on the shelf."""

    model_config = ConfigDict(frozen=True)

    version: str
    sha256: str
    card: ModelCard
    by: str
    at: AwareDatetime
    # Fingerprint of the trusted key that vouched for it when it was brought.
    signed_by: str = ""


class ModelShelf:
    """The versions of one model.

    Args:
        blobs: the model store.
        model: the model's name.
    """

    def __init__(self, blobs: Blobs, model: str) -> None:
        self._blobs = blobs
        self._model = model
        self._log = ReleaseLog(blobs, model)

    async def releases(self) -> list[Release]:
        """The release log, newest first."""
        return list(reversed(await self._log.entries()))

    async def versions(self) -> list[ShelvedVersion]:
        """All versions, the one brought last first."""
        keys = await self._blobs.list(f"{self._model}/versions/")
        found = [ShelvedVersion.model_validate_json(await self._blobs.get(key)) for key in keys]
        known = {shelved.version for shelved in found}
        for release in await self._log.entries():
            # Released by other means, as the archive that ships with Dermis is.
            if release.version not in known and (entered := await self._entered(release)):
                found.append(entered)
                known.add(release.version)
        return sorted(found, key=lambda shelved: shelved.at, reverse=True)

    async def version(self, version: str) -> ShelvedVersion:
        """One version.

        Raises:
            DomainError: NOT_FOUND VERSION_NOT_FOUND.
        """
        for shelved in await self.versions():
            if shelved.version == version:
                return shelved
        raise DomainError(Reason.VERSION_NOT_FOUND)

    async def desired(self) -> Desired:
        """The release that is to be live everywhere, and the candidate beside it."""
        return await self._log.desired()

    async def live(self) -> ShelvedVersion | None:
        """The version that is to be live; None where there is none or it is lost."""
        newest = (await self._log.desired()).live
        return next(
            (v for v in await self.versions() if newest and v.sha256 == newest.sha256), None
        )

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
        return await self._enter(shelved)

    async def release(self, version: str, *, by: str, why: str) -> Release:
        """Make a version the desired one everywhere.

        Raises:
            DomainError: NOT_FOUND VERSION_NOT_FOUND; ABORTED RELEASE_RACE.
        """
        return await self._append(await self.version(version), "release", by, why)

    async def roll_back(self, *, by: str, why: str) -> Release:
        """Return to the version that was desired before the present one.

        Raises:
            DomainError: FAILED_PRECONDITION NOTHING_BEFORE; ABORTED RELEASE_RACE.
        """
        releases = [release for release in await self.releases() if release.kind in LIVE]
        for release in releases[1:]:
            if release.version != releases[0].version:
                return await self._append(await self.version(release.version), "rollback", by, why)
        raise DomainError(Reason.NOTHING_BEFORE)

    async def put_beside(
        self, version: str, kind: CandidateKind, *, by: str, why: str, percent: int = 0
    ) -> Release:
        """Put a version beside the live one; a candidate that is there already is replaced.

        Args:
            version: that is on the shelf.
            kind: a canary answers for `percent` of the patients, a shadow for nobody.
            by: who wants it.
            why: that the log keeps.
            percent: 1 to 99 for a canary.

        Raises:
            DomainError: NOT_FOUND VERSION_NOT_FOUND; FAILED_PRECONDITION NOTHING_LIVE or
                ALREADY_LIVE; ABORTED RELEASE_RACE.
        """
        shelved = await self.version(version)
        live = (await self._log.desired()).live
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

    async def _entered(self, release: Release) -> ShelvedVersion | None:
        """Read the card out of a released archive; None where it is no longer there or usable."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "model.mar"
            try:
                await self._log.fetch_archive(release.sha256, path)
                archive = await asyncio.to_thread(judged_archive, path)
            except (BlobMissing, ArchiveRefused) as error:
                log.warning(
                    "released archive not usable", version=release.version, error=str(error)
                )
                return None
        return await self._enter(
            ShelvedVersion(
                version=release.version, sha256=release.sha256, card=archive.card,
                by=release.by, at=release.at,
            )
        )  # fmt: skip

    async def _enter(self, shelved: ShelvedVersion) -> ShelvedVersion:
        key = f"{self._model}/versions/{shelved.version}.json"
        try:
            await self._blobs.put_if_absent(key, shelved.model_dump_json(indent=2).encode())
        except BlobExists:
            there = ShelvedVersion.model_validate_json(await self._blobs.get(key))
            if there.sha256 == shelved.sha256:
                return there
            raise DomainError(
                Reason.VERSION_TAKEN,
                f"Another archive is version {shelved.version} already; raise the version.",
            ) from None
        return shelved
