"""An uploaded model archive: streamed to disk, checked as hostile, never unpacked."""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from fastapi import Request
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from gateway.errors import FieldError, ManyErrors
from service_kit.errors import Code, DomainError
from serving.archive import ArchiveRefused, CheckedArchive, check_archive

# For OpenAPI, since the route has no form parameters that FastAPI could see.
REQUEST_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {"file": {"type": "string", "format": "binary"}},
                }
            }
        },
    }
}


@asynccontextmanager
async def received_archive(request: Request) -> AsyncIterator[CheckedArchive]:
    """Read the form's `file` and check it; the archive is gone afterwards.

    Raises:
        DomainError: INVALID_ARGUMENT MULTIPART_INVALID or ARCHIVE_REFUSED with every reason.
    """
    try:
        form = await MultiPartParser(
            request.headers, request.stream(), max_files=1, max_fields=1
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
            yield await asyncio.to_thread(_checked, path)
    finally:
        await form.close()


def _write(file: UploadFile, path: Path) -> None:
    with path.open("wb") as out:
        shutil.copyfileobj(file.file, out)


def _checked(path: Path) -> CheckedArchive:
    try:
        return check_archive(path)
    except ArchiveRefused as refused:
        raise ManyErrors(
            Code.INVALID_ARGUMENT,
            "ARCHIVE_REFUSED",
            "The archive is not one that Dermis may run.",
            errors=[
                FieldError(pointer="/file", message=f"{reason.code}: {reason.message}")
                for reason in refused.reasons
            ],
        ) from None


def _no_file() -> DomainError:
    return DomainError(
        Code.INVALID_ARGUMENT,
        "MULTIPART_INVALID",
        "Send the archive as multipart/form-data in the field `file`.",
    )
