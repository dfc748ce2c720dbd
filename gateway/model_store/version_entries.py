"""The entries of versions: one for each archive that was uploaded, or released by other means."""

import asyncio
import tempfile
from collections.abc import Sequence
from pathlib import Path

import structlog

from gateway.model_store.shelf import ShelvedVersion
from service_kit.blobs import BlobExists, BlobMissing, Blobs
from service_kit.errors import DomainError
from service_kit.reasons import Reason
from serving.archives.archive import ArchiveRefused
from serving.archives.judgement import judged_archive
from serving.contract.entries import Damage, EntryDamaged, EntryFolder
from serving.contract.releases import Release, ReleaseLog

log = structlog.get_logger()


class VersionEntries:
    """The versions of one model.

    Args:
        blobs: the model store.
        model: the model's name.
        releases: where released archives lie.
    """

    def __init__(self, blobs: Blobs, model: str, releases: ReleaseLog) -> None:
        self._folder = EntryFolder(blobs, f"{model}/versions", ShelvedVersion)
        self._releases = releases
        # What was read out of released archives that have no entry; None: it can't be used. To
        # judge one takes a process of its own.
        self._out_of_archives: dict[str, ShelvedVersion | None] = {}
        # Whoever comes meanwhile waits for the same answer instead of judging once more.
        self._judging = asyncio.Lock()

    async def read(self, releases: Sequence[Release]) -> tuple[list[ShelvedVersion], list[Damage]]:
        """Every version, also of releases whose entry is damaged or was never made."""
        found, damaged = await self._folder.all()
        sound = []
        for name, shelved in found.items():
            if shelved.version == name:
                sound.append(shelved)
            else:
                damaged.append(Damage(name, f"it says that it is version {shelved.version}"))
        known = {shelved.version for shelved in sound}
        taken = {damage.name for damage in damaged}
        for release in releases:
            if release.version in known:
                continue
            # Released by other means, as the archive that ships with Dermis is.
            if entered := await self._out_of_archive(release):
                sound.append(entered if release.version in taken else await self.add(entered))
                known.add(release.version)
        return sound, damaged

    async def add(self, shelved: ShelvedVersion) -> ShelvedVersion:
        """Write an entry; the same archive again changes nothing.

        Returns:
            The entry that there is now.

        Raises:
            DomainError: ALREADY_EXISTS VERSION_TAKEN; DATA_LOSS ENTRY_DAMAGED.
        """
        try:
            await self._folder.add(shelved.version, shelved)
        except BlobExists:
            there = await self._there(shelved.version)
            if there and there.sha256 == shelved.sha256:
                return there
            raise DomainError(
                Reason.VERSION_TAKEN,
                f"Another archive is version {shelved.version} already; raise the version.",
            ) from None
        return shelved

    async def _there(self, version: str) -> ShelvedVersion | None:
        try:
            return await self._folder.get(version)
        except EntryDamaged:
            return None

    async def _out_of_archive(self, release: Release) -> ShelvedVersion | None:
        """Read the card out of a released archive; None where it is no longer there or usable."""
        async with self._judging:
            if release.sha256 not in self._out_of_archives:
                try:
                    self._out_of_archives[release.sha256] = await self._judged(release)
                except BlobMissing:
                    return None  # it may be restored
        return self._out_of_archives[release.sha256]

    async def _judged(self, release: Release) -> ShelvedVersion | None:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "model.mar"
            await self._releases.fetch_archive(release.sha256, path)
            try:
                archive = await asyncio.to_thread(judged_archive, path)
            except ArchiveRefused as error:
                log.warning(
                    "released archive not usable", version=release.version, error=str(error)
                )
                return None
        return ShelvedVersion(
            version=release.version, sha256=release.sha256, card=archive.card,
            by=release.by, at=release.at,
        )  # fmt: skip
