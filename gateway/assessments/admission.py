"""How many uploads may be under way: as many as are answered within a second.

What an upload waits for is those ahead of it: by Little's law as many as are under way, times the
mean time between two that are done. Beyond that bound it waits for a moment, so that a burst is not
refused, and is then told when to come again, before its photo is read. Shares are dynamic
thresholds, as for memory (`gateway.photo_memory`): whoever sends much leaves places to others.
"""

import asyncio
import math
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

from prometheus_client import Counter as Metric

from gateway.photo_memory import holders
from service_kit.errors import DomainError
from service_kit.reasons import Reason

UPLOADS_SHED = Metric("dermis_uploads_shed", "Uploads refused because of those ahead of them.")

# How long those ahead may take, and how many may be there however slow the model is: a clinic's
# burst, or what comes while a worker is replaced.
WITHIN_SECONDS = 0.7
AT_LEAST = 20
# Before a refusal. It also slows down those who would try again at once.
WAIT_SECONDS = 0.25
# Whose photo takes longer to come gives the place to others meanwhile.
RECEIVE_SECONDS = 0.5
# Of what is free: two thirds for an account that is alone, four fifths for a clinic or an address.
SHARES = {"account": 2.0, "clinic": 4.0, "address": 4.0}
# Of the newest time between two that are done, in the mean of all before.
_WEIGHT = 1 / 32


class Admission:
    """The places of uploads under way."""

    def __init__(self) -> None:
        self._under_way = 0
        self._by_holder: Counter[str] = Counter()
        self._waiting: dict[asyncio.Future[None], Place] = {}
        self._seconds_each = 0.0
        self._since = 0.0

    @asynccontextmanager
    async def admit(self) -> AsyncIterator["Place"]:
        """A place for the current request's upload until the end of the block.

        Raises:
            DomainError: UNAVAILABLE TOO_MANY_UPLOADS.
        """
        place = Place(self, holders(SHARES))
        if self._fits(place):
            self.take(place)
        else:
            await self._turn(place)
        try:
            yield place
        finally:
            self.leave(place, is_done=True)

    def take(self, place: "Place") -> None:
        """Count an upload."""
        if not self._under_way:
            self._since = asyncio.get_running_loop().time()
        self._under_way += 1
        for holder in place.holders:
            self._by_holder[holder] += 1
        place.is_taken = True

    def leave(self, place: "Place", *, is_done: bool) -> None:
        """Count it no longer, and let in who waits; one that is done tells how long each takes."""
        if is_done:
            moment = asyncio.get_running_loop().time()
            seconds, self._since = moment - self._since, moment
            if self._seconds_each:
                seconds = _WEIGHT * seconds + (1 - _WEIGHT) * self._seconds_each
            self._seconds_each = seconds
        if not place.is_taken:
            return
        place.is_taken = False
        self._under_way -= 1
        for holder in place.holders:
            self._by_holder[holder] -= 1
            if not self._by_holder[holder]:
                del self._by_holder[holder]
        for turn, next_place in list(self._waiting.items()):
            if not turn.done() and self._fits(next_place):
                self.take(next_place)
                turn.set_result(None)

    async def _turn(self, place: "Place") -> None:
        turn = asyncio.get_running_loop().create_future()
        self._waiting[turn] = place
        try:
            await asyncio.wait([turn], timeout=WAIT_SECONDS)
        except asyncio.CancelledError:
            if turn.done():
                self.leave(place, is_done=False)
            raise
        finally:
            del self._waiting[turn]
        if not turn.done():
            UPLOADS_SHED.inc()
            ahead = (self._under_way + len(self._waiting)) * self._seconds_each
            raise DomainError(Reason.TOO_MANY_UPLOADS, retry_after=max(1, math.ceil(ahead)))

    def _fits(self, place: "Place") -> bool:
        free = self._most() - self._under_way - 1
        return free >= 0 and all(
            self._by_holder[holder] + 1 <= share * free for holder, share in place.holders.items()
        )

    def _most(self) -> int:
        if not self._seconds_each:
            return AT_LEAST
        return max(AT_LEAST, int(WITHIN_SECONDS / self._seconds_each))


class Place:
    """One upload's place.

    Attributes:
        holders: who has it, and which share of what is free each may have.
        is_taken: whether it counts now.
    """

    def __init__(self, admission: Admission, held_by: dict[str, float]) -> None:
        self._admission = admission
        self.holders = held_by
        self.is_taken = False

    @contextmanager
    def receiving(self) -> Iterator[None]:
        """Leave the place to others where the block takes long; afterwards it counts again."""
        loop = asyncio.get_running_loop()
        slow = loop.call_later(RECEIVE_SECONDS, lambda: self._admission.leave(self, is_done=False))
        try:
            yield
        finally:
            slow.cancel()
            if not self.is_taken:
                self._admission.take(self)
