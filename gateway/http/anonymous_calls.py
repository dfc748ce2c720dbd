"""How often one address may call anything at all without being signed in.

Whatever the path: pages, files, what does not exist, tokens that are none. Counted in this gateway
alone, in fixed windows, so that a flood costs a look into a dictionary and no call to Redis, and
its size costs nothing but the addresses of one window.
"""

import time

import structlog
from limits import parse

log = structlog.get_logger()


class AnonymousCalls:
    """Counts calls.

    Args:
        limit: how many calls in which time, as in "3000/minute".
    """

    def __init__(self, limit: str) -> None:
        item = parse(limit)
        self._most, self._seconds = item.amount, item.get_expiry()
        self._begun = time.monotonic()
        self._counted: dict[str, int] = {}
        self._refused = 0

    def has_none_left(self, address: str) -> bool:
        """Whether an address has used up its window."""
        self._turn()
        return self._counted.get(address, 0) >= self._most

    def count(self, address: str) -> None:
        """Count a call that was made by nobody who is known."""
        self._turn()
        self._counted[address] = self._counted.get(address, 0) + 1

    def refuse(self, address: str) -> int:
        """Note a refusal, with one log line in a window however many there are.

        Returns:
            Seconds until the next window.
        """
        if not self._refused:
            log.warning("rate limit reached", limit="anonymous", client_address=address)
        self._refused += 1
        return max(1, round(self._begun + self._seconds - time.monotonic()))

    def _turn(self) -> None:
        now = time.monotonic()
        if now < self._begun + self._seconds:
            return
        if self._refused:
            log.warning("anonymous calls refused", times=self._refused)
        self._begun, self._counted, self._refused = now, {}, 0
