"""The FHIR bundle in a zip with the photos beside it, written while it is sent."""

import io
import zipfile
from collections.abc import AsyncIterator

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


async def pieces(export: Export, clients: Clients, memory: PhotoMemory) -> AsyncIterator[bytes]:
    """A zip of `bundle.json` and the photos as they are stored, one photo in memory at a time.

    Raises:
        DomainError: UNAVAILABLE TOO_MANY_UPLOADS.
        grpc.aio.AioRpcError: a photo can't be read; the zip then ends short, and no program
            opens it.
    """
    pipe = _Pipe()
    # Photos are compressed already.
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_STORED) as archive:
        with archive.open(zipfile.ZipInfo(BUNDLE, _ZIP_EPOCH), "w") as file:
            for piece in fhir.bundle(export):
                file.write(piece)
                yield pipe.take()
        for image in export.record.images.values():
            with memory.hold() as held:
                _, photo = await stored_images.read(clients, image.id, held)
                name = fhir_subject.photo_name(image)
                archive.writestr(zipfile.ZipInfo(name, _ZIP_EPOCH), photo)
                yield pipe.take()
    yield pipe.take()


# Entries bear the format's first moment: when an export was made stands in the bundle.
_ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)
