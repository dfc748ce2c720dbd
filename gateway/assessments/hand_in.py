"""A photo that a hand-off's phone hands in: stored, and left to completion to have it assessed.

The phone's token can't record an answer, nor learn one. Completion takes the photo up at once.
"""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from dermis.patient.v1 import patient_pb2 as pb
from gateway.assessments.storing import chunks, send_again_if_away
from gateway.clients import Clients
from service_kit.clock import to_timestamp

log = structlog.get_logger()

# Longer than any hand-off.
_COUNTED_FOR = timedelta(minutes=15)


async def hand_in(
    data: bytes, clients: Clients, *, captured_at: datetime | None, idempotency_key: str
) -> None:
    """Store a photo of the lesion that the caller's token names.

    Raises:
        grpc.aio.AioRpcError: patient_service refused the photo or is unavailable.
    """
    header = pb.HandInHeader(
        captured_at=to_timestamp(captured_at) if captured_at else None,
        # With a key the photo can be sent again.
        idempotency_key=idempotency_key or str(uuid4()),
        size=len(data),
    )

    async def parts() -> AsyncIterator[pb.HandInPhotoRequest]:
        yield pb.HandInPhotoRequest(header=header)
        for chunk in chunks(data):
            yield pb.HandInPhotoRequest(chunk=chunk)

    await send_again_if_away(lambda seconds: clients.hand_in.HandInPhoto(parts(), timeout=seconds))


async def count_arrival(redis: Redis, handoff_id: UUID) -> None:
    """Let the computer know that a photo has come, so that it need not list them to find out."""
    key = _arrivals_key(str(handoff_id))
    try:
        async with redis.pipeline(transaction=False) as pipeline:
            pipeline.incr(key)
            pipeline.expire(key, _COUNTED_FOR)
            await pipeline.execute()
    except (RedisError, OSError, TimeoutError):
        log.warning("redis does not answer; a photo that was handed in is not announced")


async def arrivals(redis: Redis, handoff_ids: Sequence[str]) -> list[int]:
    """How many photos each hand-off has brought; 0 while Redis is unavailable."""
    if not handoff_ids:
        return []
    try:
        counted = await redis.mget([_arrivals_key(one) for one in handoff_ids])
    except (RedisError, OSError, TimeoutError):
        return [0] * len(handoff_ids)
    return [int(count or 0) for count in counted]


def _arrivals_key(handoff_id: str) -> str:
    return f"dermis:handed-in:{handoff_id}"
