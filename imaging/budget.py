"""How many bytes a process may hold for photos that it is decoding: whoever comes waits in turn."""

import ctypes
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from imaging.limits import PROCESS_BYTES

# Its number among the parameters of glibc's mallopt.
_M_MMAP_THRESHOLD = -3
_LARGE_BLOCK = 8 << 20


class Budget:
    """A number of bytes, lent in the order in which they are asked for.

    Large photos can't be starved by a row of small ones, since nobody overtakes. Waiting blocks
    its thread: decoding is never done on an event loop.

    Args:
        total: bytes; who asks for more waits until all are free, and then works alone.
    """

    def __init__(self, total: int) -> None:
        self.total = total
        self._free = total
        self._waiting: deque[object] = deque()
        self._changed = threading.Condition()

    @contextmanager
    def hold(self, wanted: int) -> Iterator[None]:
        """Hold bytes for as long as the block runs."""
        wanted, me = min(wanted, self.total), object()
        with self._changed:
            self._waiting.append(me)
            try:
                self._changed.wait_for(lambda: self._waiting[0] is me and wanted <= self._free)
                self._free -= wanted
            finally:
                self._waiting.remove(me)
                self._changed.notify_all()
        try:
            yield
        finally:
            with self._changed:
                self._free += wanted
                self._changed.notify_all()


def return_large_blocks() -> None:
    """Have large blocks of memory go back to the system as soon as they are freed.

    Left to itself, glibc learns to keep them, up to 32 MiB each and in every thread's own heap:
    six threads that decoded one after the other were seen to hold 1.1 GB for good. Pillow asks for
    blocks of 16 MiB; those of ordinary photos are smaller, and are kept for the next one.
    """
    with suppress(OSError, AttributeError):  # another C library, with habits of its own
        ctypes.CDLL(None).mallopt(_M_MMAP_THRESHOLD, _LARGE_BLOCK)


# All decoding of this process together.
IN_MEMORY = Budget(PROCESS_BYTES)
return_large_blocks()
