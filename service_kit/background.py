"""Loops that run in a service's background and end when it does."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import structlog

log = structlog.get_logger()

# Long enough to clean up, short enough that nobody notices a second cancellation.
_ASK_AGAIN_SECONDS = 0.05


@asynccontextmanager
async def in_background(*loops: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Run endless loops while inside the block; one that fails is logged, the others go on."""
    tasks = [asyncio.create_task(loop) for loop in loops]
    for task in tasks:
        task.add_done_callback(_log_failure)
    try:
        yield
    finally:
        await end(*tasks)


def _log_failure(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()):
        log.error("a background loop failed", loop=str(task.get_coro()), exc_info=error)


async def end(*tasks: asyncio.Task[None]) -> None:
    """Cancel tasks until each has ended.

    Once isn't enough: a cancellation that arrives while redis-py checks whether a pooled connection
    is still good (`asyncio.timeout(0)`) is mistaken for that timeout's own and lost, and the loop
    would go on for ever. This happened in one of five cancellations of a loop that only uses Redis.

    Raises:
        CancelledError: the caller was cancelled meanwhile; the tasks have ended nevertheless.
        Exception: what a task had failed with before it was asked to end.
    """
    cancelled: asyncio.CancelledError | None = None
    while under_way := {task for task in tasks if not task.done()}:
        for task in under_way:
            task.cancel()
        try:
            await asyncio.wait(under_way, timeout=_ASK_AGAIN_SECONDS)
        except asyncio.CancelledError as error:
            cancelled = error
    if cancelled:
        raise cancelled
    for task in tasks:
        if not task.cancelled():
            task.result()
