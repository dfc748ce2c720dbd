"""How long a queue in a service's database is, and how old its oldest entry, for Prometheus."""

import asyncio
import math
from collections.abc import Awaitable, Callable
from typing import NamedTuple

import structlog
from prometheus_client import Gauge
from sqlmodel.ext.asyncio.session import AsyncSession

from service_kit.database import Database

log = structlog.get_logger()

PAUSE_SECONDS = 15.0


class QueueLength(NamedTuple):
    """How many entries wait, and the age of the oldest in seconds (0 when nothing waits)."""

    waiting: int
    oldest_seconds: float


class QueueGauges:
    """`<name>` and `<name>_oldest_seconds`; every replica of a service reports the same.

    Args:
        name: of the metric, e.g. `dermis_pending_detections`.
        what: what waits, for the metric's help.
        count: looks the length up in a session.
    """

    def __init__(
        self, name: str, what: str, count: Callable[[AsyncSession], Awaitable[QueueLength]]
    ) -> None:
        self._waiting = Gauge(name, f"{what}.")
        self._oldest = Gauge(f"{name}_oldest_seconds", f"Age of the oldest: {what}.")
        self._count = count

    async def observe(self, database: Database) -> None:
        """Count once; while the database is away the gauges are NaN: nothing is known."""
        waiting = oldest = math.nan
        try:
            async with database.session() as session:
                waiting, oldest = await self._count(session)
        except Exception as error:  # noqa: BLE001  the loop must outlive every outage
            log.warning("could not count the queue", error=type(error).__name__)
        self._waiting.set(waiting)
        self._oldest.set(oldest)

    async def run(self, database: Database) -> None:
        """Count until cancelled."""
        while True:
            await self.observe(database)
            await asyncio.sleep(PAUSE_SECONDS)
