"""Stored photos on their way out of patient_service."""

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from typing import TypeAlias

import grpc

from dermis.patient.v1 import patient_pb2 as pb
from gateway.clients import Clients
from gateway.photo_memory import Held
from service_kit.errors import DomainError
from service_kit.reasons import Reason

_Parts: TypeAlias = grpc.aio.UnaryStreamCall[pb.GetImageRequest, pb.GetImageResponse]

READ_SECONDS = 15.0
# A stream goes as fast as the client at its other end takes it.
STREAM_SECONDS = 120.0
# All photos of a patient, likewise: 10,000 of 5 MB through a line of 30 Mbit/s.
EXPORT_SECONDS = 4 * 3600.0


class PhotoStream:
    """A photo being read: read its chunks or close it."""

    def __init__(self, content: pb.ImageContent, parts: _Parts) -> None:
        self.content = content
        self._parts = parts
        self._first: bytes | None = None

    async def begin(self) -> None:
        """Wait for the first bytes: until then a refusal can still be answered as one.

        Raises:
            grpc.aio.AioRpcError: the object store is away, or has lost the photo.
        """
        part = await anext(aiter(self._parts), None)
        self._first = part.chunk if part else None

    async def chunks(self) -> AsyncIterator[bytes]:
        """The bytes, in parts."""
        try:
            if self._first is not None:
                yield self._first
            async for part in self._parts:
                yield part.chunk
        finally:
            self.close()

    def close(self) -> None:
        """Stop reading."""
        self._parts.cancel()


async def read(clients: Clients, image_id: str, held: Held) -> tuple[pb.Image, bytes]:
    """A photo's description, and its bytes as stored, which are held from now on.

    Raises:
        DomainError: UNAVAILABLE TOO_MANY_UPLOADS.
        grpc.aio.AioRpcError: NOT_FOUND, or patient_service can't be reached.
    """
    reading = clients.images.GetImage(
        pb.GetImageRequest(image_id=image_id, variant=pb.IMAGE_VARIANT_ORIGINAL),
        timeout=READ_SECONDS,
    )
    content = (await anext(aiter(reading))).content
    try:
        held.add(content.size)
    except DomainError:
        reading.cancel()
        raise
    return content.image, b"".join([part.chunk async for part in reading])


async def stream(
    clients: Clients, image_id: str, variant: pb.ImageVariant.ValueType
) -> PhotoStream:
    """Begin to read a photo; a refusal is raised here, before anything was sent on.

    Raises:
        grpc.aio.AioRpcError: NOT_FOUND, or patient_service can't be reached.
    """
    parts = clients.images.GetImage(
        pb.GetImageRequest(image_id=image_id, variant=variant), timeout=STREAM_SECONDS
    )
    first = await anext(aiter(parts))
    return PhotoStream(first.content, parts)


async def read_all(clients: Clients, image_ids: Sequence[str]) -> AsyncGenerator[bytes, None]:
    """Photos as they are stored, one after another in this order.

    All come over one call, for which the caller's token counts at its beginning only: an export
    takes as long as the client's line does. patient_service reads ahead no further than gRPC's
    buffers go.

    Raises:
        DomainError: DATA_LOSS IMAGE_LOST, of one that isn't whole.
        grpc.aio.AioRpcError: NOT_FOUND, or patient_service can't be reached.
    """
    reading = clients.images.ReadImages(
        pb.ReadImagesRequest(image_ids=image_ids), timeout=EXPORT_SECONDS
    )
    parts = aiter(reading)
    try:
        for _ in image_ids:
            size, photo = (await anext(parts)).content.size, bytearray()
            while len(photo) < size:
                part = await anext(parts)
                if not part.chunk:
                    raise DomainError(Reason.IMAGE_LOST)
                photo += part.chunk
            yield bytes(photo)
    finally:
        reading.cancel()
