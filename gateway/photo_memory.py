"""Bounds the bytes of photos that this gateway holds, and shares them among those who send.

The whole follows from the memory of the process (`PHOTO_MEMORY_MB`); the shares are dynamic
thresholds (Choudhury and Hahne, 1998): nobody may hold more than a multiple of what is still free.
Whoever is alone gets half or more of it, of several who take what they can each gets less, and some
is always left for whoever comes next.
"""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from ipaddress import ip_address

from service_kit.errors import DomainError
from service_kit.principal import find_principal
from service_kit.reasons import Reason
from service_kit.request_context import current_request

MEBIBYTE = 1024 * 1024
# How much of what is free each may hold: one account less than its clinic, so that its colleagues
# find something, and so may everybody behind one address.
SHARES = {"account": 0.5, "clinic": 1.0, "address": 1.0}
# What a request for a photo takes besides its bytes: the model's answer, messages, buffers.
OVERHEAD_BYTES = MEBIBYTE // 2
# Until something is free: an undisturbed upload takes tens of milliseconds.
_RETRY_SECONDS = 2
# What has begun to leave waits so long for room: less than a proxy waits for its next bytes.
_ROOM_SECONDS = 30.0
_LOOK_AGAIN_SECONDS = 0.1


class PhotoMemory:
    """What is held, in all and by each.

    Args:
        most: bytes in all; further photos are refused for now, and clients keep them.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._held: Counter[str] = Counter()
        self._all = 0

    @contextmanager
    def hold(self) -> Iterator["Held"]:
        """Hold bytes for the current request's caller until the end of the block.

        Raises:
            DomainError: UNAVAILABLE TOO_MANY_UPLOADS.
        """
        held = Held(self, holders(SHARES))
        try:
            held.add(OVERHEAD_BYTES)
            yield held
        finally:
            held.release()

    @asynccontextmanager
    async def hold_once_it_fits(self, size: int) -> AsyncIterator[None]:
        """Hold `size` bytes until the end of the block, for what can't be refused any more.

        Raises:
            DomainError: UNAVAILABLE TOO_MANY_UPLOADS; there was no room for half a minute.
        """
        held, ends = Held(self, holders(SHARES)), time.monotonic() + _ROOM_SECONDS
        while not held.fits(OVERHEAD_BYTES + size) and time.monotonic() < ends:
            await asyncio.sleep(_LOOK_AGAIN_SECONDS)
        try:
            held.add(OVERHEAD_BYTES + size)
            yield
        finally:
            held.release()

    def fits(self, holders: dict[str, float], size: int) -> bool:
        """Whether `size` more bytes of these holders leave everybody else their share."""
        free = self._most - self._all - size
        return free >= 0 and all(
            self._held[holder] + size <= share * free for holder, share in holders.items()
        )

    def change(self, holders: dict[str, float], size: int) -> None:
        """Note that these holders hold `size` bytes more, or less."""
        self._all += size
        for holder in holders:
            self._held[holder] += size
            if not self._held[holder]:
                del self._held[holder]


class Held:
    """What one request holds."""

    def __init__(self, memory: PhotoMemory, holders: dict[str, float]) -> None:
        self._memory = memory
        self._holders = holders
        self._size = 0

    def fits(self, size: int) -> bool:
        """Whether `size` bytes more would fit if they came now."""
        return self._memory.fits(self._holders, size)

    def require(self, size: int) -> None:
        """Refuse what would not fit if it came now, before any of it is read.

        Raises:
            DomainError: UNAVAILABLE TOO_MANY_UPLOADS.
        """
        if not self.fits(size):
            raise DomainError(Reason.TOO_MANY_UPLOADS, retry_after=_RETRY_SECONDS)

    def add(self, size: int) -> None:
        """Hold `size` bytes more.

        Raises:
            DomainError: UNAVAILABLE TOO_MANY_UPLOADS.
        """
        self.require(size)
        self._memory.change(self._holders, size)
        self._size += size

    def release(self) -> None:
        """Give everything back."""
        self._memory.change(self._holders, -self._size)
        self._size = 0


def network(address: str) -> str:
    """What counts as one address: an IPv6 network of 64 bits is a single line's (RFC 6177)."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    return address if parsed.version == 4 else parsed.exploded[:19]


def holders(shares: Mapping[str, float]) -> dict[str, float]:
    """Whom the current request counts for, and the share of each.

    Args:
        shares: of what is free, by "account", "clinic" and "address".
    """
    principal = find_principal()
    named = {"address": network(current_request().client_address)}
    if principal:
        named |= {"account": str(principal.user_id), "clinic": str(principal.clinic_id)}
    return {f"{kind} {name}": shares[kind] for kind, name in named.items()}
