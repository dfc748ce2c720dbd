"""How long a failed release is left alone: twice as long each time."""

import time
from dataclasses import dataclass, field

FIRST_SECONDS, LONGEST_SECONDS = 30.0, 600.0


@dataclass(slots=True)
class Backoff:
    """Failures by release number."""

    _times: dict[int, int] = field(default_factory=dict)
    # In monotonic seconds.
    _until: dict[int, float] = field(default_factory=dict)

    def is_resting(self, number: int) -> bool:
        """Whether it failed and should not be tried yet."""
        return time.monotonic() < self._until.get(number, 0)

    def failed(self, number: int) -> None:
        """Leave it alone, longer than the last time."""
        times = self._times.get(number, 0)
        self._times[number] = times + 1
        rest = min(FIRST_SECONDS * 2**times, LONGEST_SECONDS)
        self._until[number] = time.monotonic() + rest

    def passed(self, number: int) -> None:
        """Forget its failures."""
        self._times.pop(number, None)
        self._until.pop(number, None)
