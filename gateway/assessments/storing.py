"""Sending a photo to patient_service, once more where it was not reached."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import TypeVar

import grpc

from dermis.patient.v1 import patient_pb2 as pb
from gateway.clients import Clients

T = TypeVar("T")

CHUNK_BYTES = 256 * 1024
STORE_SECONDS = 15.0
# Before the photo is sent again where patient_service was not reached.
STORE_PAUSES = (0.1, 0.3)


def chunks(data: bytes) -> Iterator[bytes]:
    """A photo in the parts in which it travels."""
    for start in range(0, len(data), CHUNK_BYTES):
        yield data[start : start + CHUNK_BYTES]


async def store(header: pb.ImageHeader, data: bytes, clients: Clients) -> pb.AddImageResponse:
    """Store a photo of a patient; its header has to carry an idempotency key.

    Raises:
        grpc.aio.AioRpcError: patient_service refused the photo or is unavailable.
    """

    async def parts() -> AsyncIterator[pb.AddImageRequest]:
        yield pb.AddImageRequest(header=header)
        for chunk in chunks(data):
            yield pb.AddImageRequest(chunk=chunk)

    return await send_again_if_away(
        lambda seconds: clients.images.AddImage(parts(), timeout=seconds)
    )


async def send_again_if_away(send: Callable[[float], Awaitable[T]]) -> T:
    """Send a photo, which has to carry an idempotency key.

    Args:
        send: one attempt, within so many seconds.

    Raises:
        grpc.aio.AioRpcError: as `send`, the last time.
    """
    deadline = time.monotonic() + STORE_SECONDS
    for pause in STORE_PAUSES:
        try:
            return await send(deadline - time.monotonic())
        except grpc.aio.AioRpcError as error:
            if error.code() != grpc.StatusCode.UNAVAILABLE:
                raise
        await asyncio.sleep(pause)
    return await send(deadline - time.monotonic())
