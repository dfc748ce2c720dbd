"""How large a request's body may be, and how slowly it may come."""

import asyncio
from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.types import Message, Receive

from gateway.http.errors import Refused
from imaging.decoding import MAX_BYTES
from service_kit.errors import DomainError
from service_kit.reasons import Reason
from serving.archives.members import MAX_ARCHIVE_BYTES

# What multipart adds to a file, at most.
_FORM_BYTES = 1024 * 1024
# A body may stand still for so long; from then on it must have come at the least rate, over all.
GRACE_SECONDS = 7.0
# Of a body that waits for nobody but its sender. A photo of 3 MB gets through in time at
# 128 kbit/s, the largest at 600 kbit/s.
LEAST_BYTES_PER_SECOND = 16 * 1024


@dataclass(frozen=True, slots=True)
class BodyLimit:
    """What a body may take.

    Attributes:
        size: bytes, at most.
        seconds: until all of it has come; only waiting for the sender counts.
    """

    size: int
    seconds: float


PHOTO = BodyLimit(MAX_BYTES + _FORM_BYTES, 300)
ARCHIVE = BodyLimit(MAX_ARCHIVE_BYTES + _FORM_BYTES, 1800)
# JSON that people have typed.
OTHER = BodyLimit(256 * 1024, 30)


def limit_of(path: str, headers: Headers) -> BodyLimit:
    """What a request's body may take."""
    if path.endswith("/admin/upload-model"):
        return ARCHIVE
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    return PHOTO if kind == "multipart/form-data" else OTHER


def too_large(limit: BodyLimit) -> DomainError:
    """The refusal of a body that is longer than its limit."""
    return DomainError(Reason.BODY_TOO_LARGE, f"The body is larger than {limit.size} bytes.")


class BoundedBody:
    """Stands before ASGI's `receive` and ends a body that is too large or too slow.

    Args:
        receive: gives the body in parts.
        limit: what it may take.
    """

    def __init__(self, receive: Receive, limit: BodyLimit) -> None:
        self._receive = receive
        self._limit = limit
        self._taken = 0
        self._waited = 0.0
        self._complete = False

    async def __call__(self) -> Message:
        """The next part.

        Raises:
            Refused: BODY_TOO_LARGE or BODY_TOO_SLOW.
        """
        if self._complete:
            # What comes now is that the client has gone, whenever it does.
            return await self._receive()
        clock = asyncio.get_running_loop().time
        asked = clock()
        try:
            async with asyncio.timeout(self._patience()):
                message = await self._receive()
        except TimeoutError:
            raise Refused(DomainError(Reason.BODY_TOO_SLOW)) from None
        self._waited += clock() - asked
        self._taken += len(message.get("body", b""))
        self._complete = not message.get("more_body", False)
        if self._taken > self._limit.size:
            raise Refused(too_large(self._limit))
        return message

    def _patience(self) -> float:
        """Seconds until the body would be too slow, if nothing more came."""
        at_least = GRACE_SECONDS + self._taken / LEAST_BYTES_PER_SECOND
        return max(0.0, min(at_least, self._limit.seconds) - self._waited)
