"""Waiting for what happens in the background, as long as a busy machine may take."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")

PATIENCE_SECONDS = 120


async def until(look: Callable[[], Awaitable[T]]) -> T:
    """Look until something is there, and return it."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not (found := await look()):
            await asyncio.sleep(0.05)
    return found
