"""Keyset pagination: a page, and where the next one begins."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar
from uuid import UUID

from service_kit.cursors import Cursors

RowT = TypeVar("RowT")


@dataclass(frozen=True, slots=True)
class Page(Generic[RowT]):
    """Rows of a list and the position of the last one; "" where no further page follows."""

    rows: Sequence[RowT]
    next_position: str


def cut(rows: Sequence[RowT], size: int, position: Callable[[RowT], str]) -> Page[RowT]:
    """Make a page of rows that were asked for with `LIMIT size + 1`."""
    if len(rows) <= size:
        return Page(rows, "")
    return Page(rows[:size], position(rows[size - 1]))


def id_position(position: str | None) -> UUID | None:
    """The identifier in the position of a list that is ordered by it."""
    return UUID(position) if position else None


def next_cursor(cursors: Cursors, collection: str, page: Page[RowT]) -> str:
    """The cursor of the page that follows; "" where none does.

    Args:
        cursors: signs it.
        collection: names the list with all its filters, so that it fits no other.
        page: the page before.
    """
    return cursors.write(collection, page.next_position) if page.next_position else ""
