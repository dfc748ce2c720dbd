"""How many detections wait for a model, in all clinics, for Prometheus."""

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from service_kit.backlog import Backlog, BacklogGauges


async def count(session: AsyncSession) -> Backlog:
    """Pending detections of all clinics; PostgreSQL tells this service only number and age."""
    connection = await session.connection()
    row = (await connection.execute(_COUNT)).one()
    return Backlog(row.waiting, row.oldest_seconds)


_COUNT = text("SELECT waiting, oldest_seconds FROM count_pending_detections()")

PENDING = BacklogGauges("dermis_pending_detections", "Detections that wait for a model", count)
