"""Released archives on this machine: fetched, checked again, and put in TorchServe's store.

    archives/<sha256>.mar, .sig                         as they were released
    model_store/<model>-<registration>-<digest>.mar     what TorchServe unpacks

An archive that was fetched once is there when the object store is away.
"""

import asyncio
import os
import zipfile
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from service_kit.files import written_whole
from serving.archives.archive import ArchiveRefused, CheckedArchive
from serving.archives.batching import ONE_BY_ONE, Batching
from serving.archives.judgement import judged_archive
from serving.archives.members import CONFIG
from serving.archives.reasons import ArchiveReason, Defect
from serving.archives.signature_policy import Policy
from serving.contract.releases import Release, ReleaseLog
from serving.contract.trials import Archived

NEEDS_TORCH = (
    "The archive holds no graph, so only PyTorch can run it, which is not installed here: package "
    "it anew, or install requirements/torch.txt and requirements/serving-torch.lock."
)
# The live archive, the one before it, and one that is being fetched.
KEPT = 3


@dataclass(frozen=True, slots=True)
class CachedArchive:
    """A checked archive, ready in TorchServe's model store.

    Attributes:
        archive: as it was released.
        registration: the name that TorchServe registers it under.
        file_name: in the model store.
    """

    archive: CheckedArchive
    registration: str
    file_name: str


class ArchiveCache:
    """The archives of one TorchServe.

    Args:
        folder: TorchServe's own.
        releases: where archives are fetched from.
        policy: what is demanded of an archive here, whatever was demanded when it was uploaded.
        batching: how many photos a worker is handed at once.
    """

    def __init__(
        self,
        folder: Path,
        releases: ReleaseLog,
        policy: Policy,
        batching: Batching = ONE_BY_ONE,
    ) -> None:
        self._archives = folder / "archives"
        self._store = folder / "model_store"
        self._releases = releases
        self._policy = policy
        self._batching = batching
        # From a follower that was killed while writing; nobody else writes here.
        for left in (*self._archives.glob("*.part"), *self._store.glob("*.part")):
            left.unlink(missing_ok=True)

    async def get(
        self,
        release: Archived,
        *,
        registration: str = "",
        keep: Release | None = None,
        refetch: bool = False,
    ) -> CachedArchive:
        """A release's archive, ready to be registered.

        Args:
            release: a release, or a version to be tried before one.
            registration: the name that TorchServe registers it under; the version itself if "".
            keep: a release whose archive must stay, however long ago it was asked for.
            refetch: fetch it from the object store even if it is here.

        Raises:
            ArchiveRefused: it is not sound, not signed as demanded, not what was released, or only
                PyTorch could run it, which is not installed.
            BlobMissing: it is neither here nor in the object store.
            OSError: the disk is full.
        """
        for folder in (self._archives, self._store):
            folder.mkdir(parents=True, exist_ok=True)
        kept = keep.sha256 if keep else ""
        archive = await self._checked(release, kept, refetch=refetch)
        _require_runnable(archive)
        held_as = registration or release.version
        file_name = f"{release.model}-{held_as}-{release.sha256[:12]}.mar"
        await asyncio.to_thread(self._put_in_store, archive, held_as, self._store / file_name)
        os.utime(archive.path)
        await asyncio.to_thread(self._forget_old, kept, KEPT)
        return CachedArchive(archive, held_as, file_name)

    async def _checked(self, release: Archived, kept: str, *, refetch: bool) -> CheckedArchive:
        path = self._archives / f"{release.sha256}.mar"
        if refetch or not path.exists():
            # Before fetching, too: on a full disk, cleaning up afterwards would never be reached.
            await asyncio.to_thread(self._forget_old, kept, KEPT - 1)
            await self._releases.fetch_archive(release.sha256, path)
        signature = await self._signature(release.sha256, refetch=refetch)
        try:
            archive = await asyncio.to_thread(judged_archive, path, self._policy, signature)
            _require_released(archive, release)
        except ArchiveRefused:
            # Fetched again next time: this copy may be damaged, or the store's repaired by then.
            path.unlink()
            path.with_suffix(".sig").unlink(missing_ok=True)
            raise
        return archive

    async def _signature(self, sha256: str, *, refetch: bool) -> bytes | None:
        if not self._policy.trusted_keys:
            return None
        path = self._archives / f"{sha256}.sig"
        if refetch or not path.exists():
            signature = await self._releases.signature(sha256)
            if signature is None:
                return None
            with written_whole(path) as partial:
                partial.write_bytes(signature)
        return path.read_bytes()

    def _put_in_store(self, archive: CheckedArchive, registration: str, path: Path) -> None:
        if path.exists() and _settings_in(path) == self._batching.settings():
            return
        with written_whole(path) as partial:
            archive.write_sound_copy(partial, registration, self._batching)

    def _forget_old(self, also_kept: str, count: int) -> None:
        archives = sorted(self._archives.glob("*.mar"), key=lambda path: -path.stat().st_mtime)
        kept = {path.stem for path in archives[:count]} | {also_kept}
        for path in self._archives.iterdir():
            if path.suffix in (".mar", ".sig") and path.stem not in kept:
                path.unlink()
        for path in self._store.glob("*.mar"):
            if not any(path.stem.endswith(f"-{digest[:12]}") for digest in kept):
                path.unlink()


def _require_released(archive: CheckedArchive, release: Archived) -> None:
    found = (archive.sha256, archive.card.name, archive.card.version)
    if found != (release.sha256, release.model, release.version):
        raise ArchiveRefused(
            [
                Defect(
                    ArchiveReason.NOT_THE_RELEASED, "The archive is not the one that was released."
                )
            ]
        )


def _require_runnable(archive: CheckedArchive) -> None:
    if archive.needs_torch and find_spec("torch") is None:
        raise ArchiveRefused([Defect(ArchiveReason.GRAPH_MISSING, NEEDS_TORCH)])


def _settings_in(path: Path) -> bytes:
    with zipfile.ZipFile(path) as held:
        return held.read(CONFIG)
