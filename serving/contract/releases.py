"""The release log: append-only, beside the archives in the object store.

    archives/<sha256>.mar, .sig
    <model>/releases/000012.json

The end of the log is the desired state of every TorchServe: the version that is live, and perhaps
a candidate beside it. An entry is created only if its number is free, so when two administrators
release at once, exactly one wins. No torch here.
"""

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

# A canary answers for a share of the patients; a shadow gets the same photos as the live version,
# and nobody sees its answers. A withdrawal ends either.
CandidateKind = Literal["canary", "shadow"]
Kind = Literal["release", "rollback", CandidateKind, "withdrawal"]
LIVE: tuple[Kind, ...] = ("release", "rollback")
CANDIDATE: tuple[Kind, ...] = ("canary", "shadow")


class Release(BaseModel):
    """One entry of the log."""

    model_config = ConfigDict(frozen=True)

    number: int
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
        # An entry never changes once written.
        self._read: dict[str, Release] = {}

    async def entries(self) -> list[Release]:
        """All releases, oldest first."""
        return [await self._entry(key) for key in await self._keys()]

    async def desired(self) -> Desired:
        """The desired state."""
        candidate = None
        keys = await self._keys()
        for key in reversed(keys):
            entry = await self._entry(key)
            if entry.kind in LIVE:
                return Desired(entry, candidate)
            if key == keys[-1] and entry.kind in CANDIDATE:
                candidate = entry
        return Desired(None, candidate)

    async def append(
        self, *, version: str, sha256: str, kind: Kind, by: str, why: str = "",
        percent: int = 0, at: datetime | None = None,
    ) -> Release:  # fmt: skip
        """Write the next entry.

        Raises:
            DomainError: ABORTED RELEASE_RACE when somebody else has just written it;
                ALREADY_EXISTS VERSION_TAKEN when the version was released with other bytes.
        """
        entries = await self.entries()
        if any(known.version == version and known.sha256 != sha256 for known in entries):
            raise DomainError(
                Reason.VERSION_TAKEN,
                f"Another archive was released as version {version}; raise the version.",
            )
        release = Release(
            number=entries[-1].number + 1 if entries else 1,
            model=self._model,
            version=version,
            sha256=sha256,
            kind=kind,
            by=by,
            at=at or now(),
            why=why,
            percent=percent,
        )
        key = f"{self._model}/releases/{release.number:06}.json"
        try:
            await self._blobs.put_if_absent(key, release.model_dump_json(indent=2).encode())
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
        """
        if signature is not None:
            await self._blobs.put(signature_key(sha256), signature)
        await self._blobs.put(archive_key(sha256), path)

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

    async def _keys(self) -> list[str]:
        return await self._blobs.list(f"{self._model}/releases/")

    async def _entry(self, key: str) -> Release:
        if key not in self._read:
            self._read[key] = Release.model_validate_json(await self._blobs.get(key))
        return self._read[key]


def archive_key(sha256: str) -> str:
    """Where an archive lies in the object store."""
    return f"archives/{sha256}.mar"


def signature_key(sha256: str) -> str:
    """Where an archive's signature lies, if it has one."""
    return f"archives/{sha256}.sig"
