"""Lists of other services, read to their end."""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Protocol, TypeVar


class Page(Protocol):
    """An answer that holds one page of a list."""

    next_cursor: str


PageT = TypeVar("PageT", bound=Page)


async def every_page(ask: Callable[[str], Awaitable[PageT]]) -> AsyncIterator[PageT]:
    """All pages of a list, the first by an empty cursor.

    Args:
        ask: for the page at a cursor.

    Raises:
        grpc.aio.AioRpcError: as `ask`.
    """
    page = await ask("")
    yield page
    while page.next_cursor:
        page = await ask(page.next_cursor)
        yield page
