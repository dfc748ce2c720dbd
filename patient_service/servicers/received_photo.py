"""Puts an upload's messages together: one header first, then the bytes that it announces."""

import asyncio
import hashlib
import io
from collections.abc import AsyncIterator

from dermis.patient.v1 import patient_pb2 as pb
from imaging.decoding import MAX_BYTES
from patient_service.images.uploads import Header
from patient_service.servicers.messages import optional_id, overview_region
from service_kit import clock
from service_kit.errors import DomainError
from service_kit.ids import parse_id
from service_kit.reasons import Reason

# Slower senders would hold memory that others need: 20 MiB take this long at 3 Mbit/s.
LONGEST_UPLOAD_SECONDS = 60.0


async def receive(
    messages: AsyncIterator[pb.AddImageRequest], *, within: float = LONGEST_UPLOAD_SECONDS
) -> tuple[Header, bytes]:
    """Read a whole upload, never more than 20 MiB of it.

    Raises:
        DomainError: INVALID_ARGUMENT with HEADER_EXPECTED, HEADER_REPEATED, IMAGE_TOO_LARGE,
            LENGTH_MISMATCH or DIGEST_MISMATCH, or as `Header.check`; DEADLINE_EXCEEDED /
            UPLOAD_TOO_SLOW.
    """
    try:
        async with asyncio.timeout(within):
            return await _receive(messages)
    except TimeoutError:
        raise DomainError(Reason.UPLOAD_TOO_SLOW) from None


async def _receive(messages: AsyncIterator[pb.AddImageRequest]) -> tuple[Header, bytes]:
    first = await anext(aiter(messages), None)
    if first is None or first.WhichOneof("part") != "header":
        raise _refused(Reason.HEADER_EXPECTED)
    announced = first.header
    header = _header(announced)
    if announced.size > MAX_BYTES:
        raise _too_large()
    data = await _bytes(messages)
    if announced.size and announced.size != len(data):
        raise _refused(Reason.LENGTH_MISMATCH)
    # SHA-256 of 20 MiB takes about 15 ms; most senders rely on TLS and send none.
    if announced.sha256 and announced.sha256.lower() != hashlib.sha256(data).hexdigest():
        raise _refused(Reason.DIGEST_MISMATCH)
    return header, data


def _header(header: pb.ImageHeader) -> Header:
    captured = header.captured_at if header.HasField("captured_at") else None
    read = Header(
        patient_id=parse_id(header.patient_id, "patient"),
        lesion_id=optional_id(header.lesion_id, "lesion"),
        captured_at=clock.from_timestamp(captured) if captured else None,
        idempotency_key=header.idempotency_key,
        diagnose=header.diagnose,
        overview=overview_region(header.overview) if header.HasField("overview") else None,
    )
    read.check()
    return read


async def _bytes(messages: AsyncIterator[pb.AddImageRequest]) -> bytes:
    # `getvalue` returns the buffer itself; joining chunks would hold everything twice.
    buffer = io.BytesIO()
    async for message in messages:
        if message.WhichOneof("part") != "chunk":
            raise _refused(Reason.HEADER_REPEATED)
        buffer.write(message.chunk)
        if buffer.tell() > MAX_BYTES:
            raise _too_large()
    return buffer.getvalue()


def _too_large() -> DomainError:
    return _refused(Reason.IMAGE_TOO_LARGE)


def _refused(reason: Reason) -> DomainError:
    return DomainError(reason, metadata={"field": "file"})
