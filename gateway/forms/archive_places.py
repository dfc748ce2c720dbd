"""How many model archives this gateway takes in at once: each lies on its disk, 512 MiB at most."""

from collections.abc import Iterator
from contextlib import contextmanager

from service_kit.errors import DomainError
from service_kit.reasons import Reason

MOST = 2
_RETRY_SECONDS = 30


class ArchivePlaces:
    """One for each account, and few in all."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    @contextmanager
    def hold(self, account: str) -> Iterator[None]:
        """Hold a place while an archive is received, checked and stored.

        Raises:
            DomainError: UNAVAILABLE TOO_MANY_ARCHIVES.
        """
        if account in self._taken or len(self._taken) >= MOST:
            raise DomainError(Reason.TOO_MANY_ARCHIVES, retry_after=_RETRY_SECONDS)
        self._taken.add(account)
        try:
            yield
        finally:
            self._taken.remove(account)
