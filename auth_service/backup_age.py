"""How old the newest good backup is, for Prometheus.

The job that makes backups (postgres/scheduled_backup.sh) writes the time into the comment of each
database once it has seen that the copy can be restored.
"""

import asyncio
import math
from datetime import datetime

import structlog
from prometheus_client import Gauge
from sqlalchemy import text

from service_kit import clock
from service_kit.database import Database

log = structlog.get_logger()

PAUSE_SECONDS = 60.0
PREFIX = "backup "

BACKUP_AGE = Gauge(
    "dermis_backup_age_seconds",
    "Seconds since the newest backup that was seen to be good; +Inf where there is none.",
)
_COMMENT = text(
    "SELECT shobj_description(oid, 'pg_database') FROM pg_database"
    " WHERE datname = current_database()"
)


async def age(database: Database) -> float:
    """Seconds since the newest good backup; infinite where there is none."""
    async with database.session() as session:
        connection = await session.connection()
        comment = (await connection.execute(_COMMENT)).scalar() or ""
    if not comment.startswith(PREFIX):
        return math.inf
    made = datetime.fromisoformat(comment.removeprefix(PREFIX))
    return (clock.now() - made).total_seconds()


async def run(database: Database) -> None:
    """Look until cancelled; while the database is away, nothing is known (NaN)."""
    while True:
        try:
            BACKUP_AGE.set(await age(database))
        except Exception as error:  # noqa: BLE001  the loop must outlive every outage
            BACKUP_AGE.set(math.nan)
            log.warning("could not read the backup's age", error=type(error).__name__)
        await asyncio.sleep(PAUSE_SECONDS)
