"""The FHIR bundle in a zip with the photos beside it, written while it is sent."""

import io
import zipfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing

from gateway.assessments import stored_images
from gateway.clients import Clients
from gateway.exports import fhir, fhir_subject
from gateway.exports.fhir import Export
from gateway.photo_memory import PhotoMemory

BUNDLE = "bundle.json"


class _Pipe(io.RawIOBase):
    """Takes what a zip writes and hands it on; nothing can seek in it."""

    def __init__(self) -> None:
        super().__init__()
        self._written = bytearray()

    def writable(self) -> bool:
        """Only this."""
        return True

    def write(self, data: object) -> int:
        """Keep what was written until it is taken."""
        piece = bytes(data)  # type: ignore[call-overload]  # a buffer, as io declares it
        self._written += piece
        return len(piece)

    def take(self) -> bytes:
        """What was written since the last time."""
        taken = bytes(self._written)
        self._written.clear()
        return taken


async def pieces(
    export: Export, clients: Clients, memory: PhotoMemory, may_go_on: Callable[[], Awaitable[None]]
) -> AsyncIterator[bytes]:
    """A zip of `bundle.json` and the photos as they are stored, one photo in memory at a time.

    Args:
        export: what is exported.
        clients: to read the photos.
        memory: counts each photo while it is held.
        may_go_on: raises before the next photo where the reader's session has ended.

    Raises:
        DomainError: UNAVAILABLE TOO_MANY_UPLOADS, UNAUTHENTICATED SESSION_ENDED; here and below
            the zip then ends short, and no program opens it.
        grpc.aio.AioRpcError: a photo can't be read.
    """
    pipe = _Pipe()
    images = list(export.record.images.values())
    photos = stored_images.read_all(clients, [image.id for image in images])
    # Photos are compressed already.
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_STORED) as archive:
        with archive.open(zipfile.ZipInfo(BUNDLE, _ZIP_EPOCH), "w") as file:
            async for piece in fhir.pieces(export):
                file.write(piece)
                yield pipe.take()
        async with aclosing(photos):
            for image in images:
                await may_go_on()
                async with memory.hold_once_it_fits(image.size):
                    photo = await anext(photos)
                    name = fhir_subject.photo_name(image)
                    archive.writestr(zipfile.ZipInfo(name, _ZIP_EPOCH), photo)
                    yield pipe.take()
    yield pipe.take()


# Entries bear the format's first moment: when an export was made stands in the bundle.
_ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)
