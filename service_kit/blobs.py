"""The object store: files of any kind behind one small interface.

A folder (`file:///…`), an S3-compatible service (`s3://bucket/prefix`) or memory (`memory://`,
tests), by obstore. Keys are relative paths; a key that leaves the store is refused by obstore.
"""

import asyncio
import contextlib
import os
import time
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, cast
from urllib.parse import urlsplit

from obstore.exceptions import AlreadyExistsError, NotFoundError
from obstore.store import LocalStore, MemoryStore, ObjectStore, from_url

if TYPE_CHECKING:
    from obstore.store import ClientConfig, S3Config

STREAM_CHUNK_BYTES = 256 * 1024

# A caller learns that an S3-compatible store is away while it still waits for the answer; left to
# itself, obstore retries for three minutes.
CONNECT_TIMEOUT_SECONDS = 3
READ_TIMEOUT_SECONDS = 10
# 500 MB at 40 Mbit/s.
REQUEST_TIMEOUT_SECONDS = 120
RETRIES, RETRY_TIMEOUT_SECONDS = 2, 8


class BlobMissing(Exception):
    """No object has this key."""


class BlobExists(Exception):
    """There is an object with this key already; it stays as it is."""


class Blobs:
    """An object store named by a URL.

    Args:
        url: `file:///folder`, `s3://bucket/prefix` or `memory://`.
        access: how an S3-compatible store is reached (`ObjectStoreSettings.store_access`); obstore
            reads what is missing from the environment.
    """

    def __init__(self, url: str, access: Mapping[str, str] | None = None) -> None:
        self._store = _open(url, access or {})
        parts = urlsplit(url)
        self._folder = Path(parts.path) if parts.scheme == "file" else None

    async def put(self, key: str, data: bytes | Path) -> None:
        """Write an object whole or not at all; an older one with the same key is replaced.

        It is on the disk when this returns, so it survives a power failure.
        """
        await self._store.put_async(key, data)
        await self._flush_to_disk(key)

    async def put_if_absent(self, key: str, data: bytes | Path) -> None:
        """Write an object unless the key is taken; of two writers at once exactly one wins.

        Raises:
            BlobExists: the key is taken.
        """
        try:
            await self._store.put_async(key, data, mode="create")
        except AlreadyExistsError:
            raise BlobExists(key) from None
        await self._flush_to_disk(key)

    async def get(self, key: str) -> bytes:
        """Read an object whole.

        Raises:
            BlobMissing: no such key.
        """
        try:
            answer = await self._store.get_async(key)
        except (NotFoundError, FileNotFoundError):
            raise BlobMissing(key) from None
        return bytes(await answer.bytes_async())

    async def stream(self, key: str) -> AsyncIterator[bytes]:
        """Read an object in chunks of 256 KiB, never holding more.

        Raises:
            BlobMissing: no such key.
        """
        try:
            answer = await self._store.get_async(key)
        except (NotFoundError, FileNotFoundError):
            raise BlobMissing(key) from None
        async for chunk in answer.stream(min_chunk_size=STREAM_CHUNK_BYTES):
            yield bytes(chunk)

    async def _flush_to_disk(self, key: str) -> None:
        # obstore moves a written file into place but leaves both steps to the page cache.
        if self._folder:
            await asyncio.to_thread(_sync, self._folder, self._folder / key)

    async def delete(self, key: str) -> None:
        """Remove an object, if there is one."""
        with contextlib.suppress(NotFoundError, FileNotFoundError):
            await self._store.delete_async(key)

    async def list(self, prefix: str) -> list[str]:
        """All keys below a prefix, in order."""
        keys: list[str] = []
        async for page in self._store.list(prefix=prefix):
            keys.extend(entry["path"] for entry in page)
        return sorted(keys)

    async def delete_unfinished(self, prefix: str, min_age: timedelta) -> int:
        """Remove what a killed writer left in a local folder; other stores leave nothing behind.

        Returns:
            How many files were removed.
        """
        if self._folder is None:
            return 0
        return await asyncio.to_thread(_delete_unfinished, self._folder / prefix, min_age)

    async def ping(self) -> None:
        """Raise whatever the store raises when it can't be reached."""
        async for _ in self._store.list(prefix="__ping__"):
            return


def _sync(folder: Path, file: Path) -> None:
    """Flush a file, and the folders that name it, to the disk (fsync)."""
    for path in (file, *file.parents):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        if path == folder:
            return


def _delete_unfinished(folder: Path, min_age: timedelta) -> int:
    # obstore writes to "<key>#<number>" and moves that to "<key>"; it never lists such names.
    oldest = time.time() - min_age.total_seconds()
    unfinished = [
        path for path in folder.rglob("*#*") if path.is_file() and path.stat().st_mtime <= oldest
    ]
    for path in unfinished:
        path.unlink(missing_ok=True)
    return len(unfinished)


def _open(url: str, access: Mapping[str, str]) -> ObjectStore:
    parts = urlsplit(url)
    if parts.scheme == "memory":
        return MemoryStore()
    if parts.scheme == "file":
        return LocalStore(Path(parts.path), mkdir=True, automatic_cleanup=False)
    return from_url(
        url,
        config=cast("S3Config", access),
        client_options=_timeouts(plain_http=access.get("aws_endpoint", "").startswith("http://")),
        retry_config={
            "max_retries": RETRIES,
            "retry_timeout": timedelta(seconds=RETRY_TIMEOUT_SECONDS),
        },
    )


def _timeouts(*, plain_http: bool) -> "ClientConfig":
    timeouts: ClientConfig = {
        "connect_timeout": timedelta(seconds=CONNECT_TIMEOUT_SECONDS),
        "read_timeout": timedelta(seconds=READ_TIMEOUT_SECONDS),
        "timeout": timedelta(seconds=REQUEST_TIMEOUT_SECONDS),
    }
    if plain_http:
        # An operator's own store in the same network.
        timeouts["allow_http"] = True
    return timeouts
