"""What waits in a service's database, counted for Prometheus: how much, and how long it has."""

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


class Backlog(NamedTuple):
    """How much waits, and for how many seconds the oldest has (0 when nothing waits)."""

    waiting: int
    oldest_seconds: float


class BacklogGauges:
    """`<name>` and `<name>_oldest_seconds`; every replica of a service tells the same.

    Args:
        name: of the metric, e.g. `dermis_pending_detections`.
        what: waits, for the metric's help.
        count: looks it up in a session.
    """

    def __init__(
        self, name: str, what: str, count: Callable[[AsyncSession], Awaitable[Backlog]]
    ) -> None:
        self._waiting = Gauge(name, f"{what}.")
        self._oldest = Gauge(f"{name}_oldest_seconds", f"Age of the oldest: {what}.")
        self._count = count

    async def observe(self, database: Database) -> None:
        """Count once; while the database is away the gauges say that nothing is known (NaN)."""
        waiting = oldest = math.nan
        try:
            async with database.session() as session:
                waiting, oldest = await self._count(session)
        except Exception as error:  # noqa: BLE001  the loop must outlive every outage
            log.warning("backlog could not be counted", error=type(error).__name__)
        self._waiting.set(waiting)
        self._oldest.set(oldest)

    async def run(self, database: Database) -> None:
        """Count until cancelled."""
        while True:
            await self.observe(database)
            await asyncio.sleep(PAUSE_SECONDS)
