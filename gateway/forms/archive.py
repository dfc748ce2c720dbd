"""An uploaded model archive: streamed to disk, treated as untrusted, never unpacked."""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fastapi import Request
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from gateway.http.errors import FieldError, ManyErrors
from service_kit.errors import DomainError
from service_kit.reasons import Reason
from serving.archives.archive import ArchiveRefused, CheckedArchive
from serving.archives.judgement import judged_archive
from serving.archives.signature_policy import Policy

# For OpenAPI, since the route has no form parameters that FastAPI could see.
REQUEST_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {
                        "file": {"type": "string", "format": "binary"},
                        "signature": {"type": "string", "format": "binary"},
                    },
                }
            }
        },
    }
}


# An Ed25519 signature has 64.
_LONGEST_SIGNATURE_BYTES = 1024
# Uploads are rare, and each takes a process, memory and a core for a while.
_ONE_AT_A_TIME = asyncio.Semaphore(1)


@dataclass(frozen=True, slots=True)
class ReceivedArchive:
    """A checked archive, and the detached signature that came with it."""

    archive: CheckedArchive
    signature: bytes | None


@asynccontextmanager
async def received_archive(request: Request, policy: Policy) -> AsyncIterator[ReceivedArchive]:
    """Read the form's `file` and `signature` and check them; the archive is gone afterwards.

    The body goes to the disk as it comes; the middleware ends it where it is longer than the
    longest archive.

    Raises:
        DomainError: INVALID_ARGUMENT MULTIPART_INVALID or ARCHIVE_REFUSED with every reason.
    """
    try:
        form = await MultiPartParser(
            request.headers, request.stream(), max_files=2, max_fields=1
        ).parse()
    except (MultiPartException, KeyError):
        raise _no_file() from None
    try:
        file = form.get("file")
        if not isinstance(file, UploadFile):
            raise _no_file()
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "model.mar"
            await asyncio.to_thread(_write, file, path)
            proof = await _signature(form.get("signature"))
            async with _ONE_AT_A_TIME:
                checked = await asyncio.to_thread(_checked, path, policy, proof)
            yield ReceivedArchive(checked, proof)
    finally:
        await form.close()


def _write(file: UploadFile, path: Path) -> None:
    with path.open("wb") as out:
        shutil.copyfileobj(file.file, out)


async def _signature(field: UploadFile | str | None) -> bytes | None:
    # One that is too long counts as wrong, not as missing.
    return await field.read(_LONGEST_SIGNATURE_BYTES) if isinstance(field, UploadFile) else None


def _checked(path: Path, policy: Policy, signature: bytes | None) -> CheckedArchive:
    try:
        return judged_archive(path, policy, signature)
    except ArchiveRefused as refused:
        raise ManyErrors(
            Reason.ARCHIVE_REFUSED,
            errors=[
                FieldError(pointer="/file", message=str(defect), reason=defect.code)
                for defect in refused.defects
            ],
        ) from None


def _no_file() -> DomainError:
    return DomainError(Reason.MULTIPART_INVALID)
