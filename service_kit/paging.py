"""Keyset pagination: the page that a caller asks for, and where the next one begins."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, Self, TypeVar
from uuid import UUID

from service_kit.cursors import Cursors

DEFAULT_LIMIT = 50
MAX_LIMIT = 200

RowT = TypeVar("RowT")


@dataclass(frozen=True, slots=True)
class Page(Generic[RowT]):
    """Rows of a list and the position of the last one; "" where no further page follows."""

    rows: Sequence[RowT]
    next_position: str


class ListRequest(Protocol):
    """The request of an RPC that lists something."""

    limit: int
    cursor: str


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Which page of a list a caller asks for.

    Attributes:
        size: rows of a page, 1 to 200; 50 where the caller names no limit (0).
        position: of the last row before this page; None for the first page.
    """

    size: int
    position: str | None
    _cursors: Cursors
    _collection: str

    @classmethod
    def of(cls, request: ListRequest, collection: str, cursors: Cursors) -> Self:
        """Read a request.

        Args:
            request: limit and cursor as they came.
            collection: names the list with all its filters, so that its cursors fit no other.
            cursors: signs and reads them.

        Raises:
            DomainError: INVALID_ARGUMENT CURSOR_INVALID.
        """
        size = min(max(request.limit, 1), MAX_LIMIT) if request.limit else DEFAULT_LIMIT
        return cls(size, cursors.read(collection, request.cursor), cursors, collection)

    def next_cursor(self, page: Page[RowT]) -> str:
        """The cursor of the page after this one; "" where there is none."""
        if not page.next_position:
            return ""
        return self._cursors.write(self._collection, page.next_position)


def cut(rows: Sequence[RowT], size: int, position: Callable[[RowT], str]) -> Page[RowT]:
    """Make a page of rows that were selected with `LIMIT size + 1`."""
    if len(rows) <= size:
        return Page(rows, "")
    return Page(rows[:size], position(rows[size - 1]))


def id_position(position: str | None) -> UUID | None:
    """The identifier at a position in a list that is ordered by it."""
    return UUID(position) if position else None


def number_position(position: str | None) -> int | None:
    """The number at a position in a list that is ordered by it."""
    return int(position) if position else None
