"""The release log: append-only, beside the archives in the object store.

    archives/<sha256>.mar, .sig
    <model>/releases/000012.json

The end of the log is the desired state of every TorchServe: the version that is live, and perhaps
a candidate beside it. An entry is created only if its number is free, so when two administrators
release at once, exactly one wins. An entry that can't be read is left out and reported. No torch
here.
"""

import hashlib
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from service_kit.blobs import BlobExists, BlobMissing, Blobs
from service_kit.clock import now
from service_kit.errors import DomainError
from service_kit.files import written_whole
from service_kit.reasons import Reason
from serving.contract.entries import Damage, EntryDamaged, EntryFolder

# A canary answers for a share of the patients; a shadow gets the same photos as the live version,
# and nobody sees its answers. A withdrawal ends either.
CandidateKind = Literal["canary", "shadow"]
Kind = Literal["release", "rollback", CandidateKind, "withdrawal"]
LIVE: tuple[Kind, ...] = ("release", "rollback")
CANDIDATE: tuple[Kind, ...] = ("canary", "shadow")
MAX_RELEASES = 999_999
_NAME = re.compile(r"[0-9]{6}")


class Release(BaseModel):
    """One entry of the log."""

    model_config = ConfigDict(frozen=True)

    number: int = Field(ge=1, le=MAX_RELEASES)
    model: str
    version: str
    sha256: str
    kind: Kind
    by: str
    at: AwareDatetime
    why: str = ""
    # Of the patients whose photos a canary answers; 0 for every other kind.
    percent: int = Field(default=0, ge=0, le=99)


@dataclass(frozen=True, slots=True)
class Desired:
    """The versions that every TorchServe should hold.

    Attributes:
        live: the newest release or rollback; None before the first.
        candidate: the canary or shadow beside it, until a release, a rollback or a withdrawal.
    """

    live: Release | None = None
    candidate: Release | None = None


class ReleaseLog:
    """The releases of one model."""

    def __init__(self, blobs: Blobs, model: str) -> None:
        self._blobs = blobs
        self._model = model
        self._folder = EntryFolder(blobs, f"{model}/releases", Release)

    async def read(self) -> tuple[list[Release], list[Damage]]:
        """All releases, oldest first, and the entries that can't be read."""
        entries, damaged = await self._folder.all()
        sound = []
        for name, entry in entries.items():
            if name == _name(entry.number):
                sound.append(entry)
            else:
                damaged.append(Damage(name, f"it says that it is number {entry.number}"))
        return sound, damaged

    async def entries(self) -> list[Release]:
        """All releases that can be read, oldest first."""
        return (await self.read())[0]

    async def desired(self) -> Desired:
        """The desired state, by the entries that can be read."""
        newest = None
        for name in reversed(await self._folder.names()):
            try:
                entry = await self._folder.get(name)
            except (EntryDamaged, BlobMissing):
                continue
            if name != _name(entry.number):
                continue
            newest = newest or entry
            if entry.kind in LIVE:
                return Desired(entry, newest if newest.kind in CANDIDATE else None)
        return Desired(None, newest if newest and newest.kind in CANDIDATE else None)

    async def append(
        self, *, version: str, sha256: str, kind: Kind, by: str, why: str = "",
        percent: int = 0, at: datetime | None = None,
    ) -> Release:  # fmt: skip
        """Write the next entry.

        Raises:
            DomainError: ABORTED RELEASE_RACE when somebody else has just written it;
                ALREADY_EXISTS VERSION_TAKEN when the version was released with other bytes.
            EntryDamaged: the store doesn't give back what was written.
        """
        entries = await self.entries()
        if any(known.version == version and known.sha256 != sha256 for known in entries):
            raise DomainError(
                Reason.VERSION_TAKEN,
                f"Another archive was released as version {version}; raise the version.",
            )
        release = Release(
            number=await self._next_number(),
            model=self._model,
            version=version,
            sha256=sha256,
            kind=kind,
            by=by,
            at=at or now(),
            why=why,
            percent=percent,
        )
        try:
            await self._folder.add(_name(release.number), release)
        except BlobExists:
            raise DomainError(Reason.RELEASE_RACE) from None
        return release

    async def store_archive(
        self, sha256: str, path: Path, *, signature: bytes | None = None
    ) -> None:
        """Store an archive under its digest; storing it again changes nothing.

        Args:
            sha256: of the file.
            path: the file.
            signature: stored beside it (`archives.signatures`); a newer one replaces an older one.

        Raises:
            EntryDamaged: the store doesn't give back what was written.
        """
        if signature is not None:
            await self._blobs.put(signature_key(sha256), signature)
        await self._blobs.put(archive_key(sha256), path)
        await self._require_stored(sha256)

    async def fetch_archive(self, sha256: str, path: Path) -> None:
        """Write an archive to `path`, whole or not at all.

        Raises:
            BlobMissing: there is no such archive.
            OSError: the disk is full.
        """
        with written_whole(path) as partial, partial.open("wb") as file:
            async for chunk in self._blobs.stream(archive_key(sha256)):
                file.write(chunk)

    async def signature(self, sha256: str) -> bytes | None:
        """The archive's signature; None where it has none."""
        try:
            return await self._blobs.get(signature_key(sha256))
        except BlobMissing:
            return None

    def archive(self, sha256: str) -> AsyncIterator[bytes]:
        """An archive in pieces.

        Raises:
            BlobMissing: there is no such archive.
        """
        return self._blobs.stream(archive_key(sha256))

    async def _require_stored(self, sha256: str) -> None:
        digest = hashlib.sha256()
        async for piece in self._blobs.stream(archive_key(sha256)):
            digest.update(piece)
        if digest.hexdigest() != sha256:
            raise EntryDamaged("the store holds another archive than was sent")

    async def _next_number(self) -> int:
        """After the last name, whether or not that entry can be read: a name is used once."""
        numbers = [int(name) for name in await self._folder.names() if _NAME.fullmatch(name)]
        return max(numbers, default=0) + 1


def _name(number: int) -> str:
    return f"{number:06}"


def archive_key(sha256: str) -> str:
    """Where an archive lies in the object store."""
    return f"archives/{sha256}.mar"


def signature_key(sha256: str) -> str:
    """Where an archive's signature lies, if it has one."""
    return f"archives/{sha256}.sig"
