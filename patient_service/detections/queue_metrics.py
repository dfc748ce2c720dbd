"""How many detections wait for a model, over all clinics, for Prometheus."""

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from service_kit.queue_metrics import QueueGauges, QueueLength


async def count(session: AsyncSession) -> QueueLength:
    """Pending detections of all clinics, of which PostgreSQL reveals only number and age."""
    connection = await session.connection()
    row = (await connection.execute(_COUNT)).one()
    return QueueLength(row.waiting, row.oldest_seconds)


_COUNT = text("SELECT waiting, oldest_seconds FROM count_pending_detections()")

PENDING = QueueGauges("dermis_pending_detections", "Detections that wait for a model", count)
