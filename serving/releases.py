"""The release log: append-only, beside the archives in the object store.

    archives/<sha256>.mar
    <model>/releases/000012.json

The newest entry is the desired state of every TorchServe. An entry is created only if its number
is free, so of two administrators at once exactly one wins. No torch here.
"""

from datetime import datetime
from pathlib import Path
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict

from service_kit.blobs import BlobExists, Blobs
from service_kit.clock import now
from service_kit.errors import Code, DomainError

Kind = Literal["release", "rollback"]


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


class ReleaseLog:
    """The releases of one model."""

    def __init__(self, blobs: Blobs, model: str) -> None:
        self._blobs = blobs
        self._model = model

    async def entries(self) -> list[Release]:
        """All releases, oldest first."""
        keys = await self._blobs.list(f"{self._model}/releases/")
        return [Release.model_validate_json(await self._blobs.get(key)) for key in keys]

    async def newest(self) -> Release | None:
        """The desired state; None before the first release."""
        keys = await self._blobs.list(f"{self._model}/releases/")
        if not keys:
            return None
        return Release.model_validate_json(await self._blobs.get(keys[-1]))

    async def append(
        self, *, version: str, sha256: str, kind: Kind, by: str, why: str = "",
        at: datetime | None = None,
    ) -> Release:  # fmt: skip
        """Write the next entry.

        Raises:
            DomainError: ABORTED RELEASE_RACE when somebody else has just written it.
        """
        newest = await self.newest()
        release = Release(
            number=newest.number + 1 if newest else 1,
            model=self._model,
            version=version,
            sha256=sha256,
            kind=kind,
            by=by,
            at=at or now(),
            why=why,
        )
        key = f"{self._model}/releases/{release.number:06}.json"
        try:
            await self._blobs.put_if_absent(key, release.model_dump_json(indent=2).encode())
        except BlobExists:
            raise DomainError(
                Code.ABORTED,
                "RELEASE_RACE",
                "Somebody else has just released a version; look at it and try again.",
            ) from None
        return release

    async def store_archive(self, sha256: str, path: Path) -> None:
        """Keep an archive under its digest; the same archive again changes nothing."""
        await self._blobs.put(archive_key(sha256), path)

    async def fetch_archive(self, sha256: str, path: Path) -> None:
        """Write an archive to `path`, whole or not at all."""
        partial = path.with_suffix(".part")
        with partial.open("wb") as file:
            async for chunk in self._blobs.stream(archive_key(sha256)):
                file.write(chunk)
        partial.replace(path)


def archive_key(sha256: str) -> str:
    """Where an archive lies in the object store."""
    return f"archives/{sha256}.mar"
