"""How many mails wait in the outbox, for Prometheus; those given up on no longer count."""

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from auth_service.models import OutboxMail
from service_kit import clock
from service_kit.queue_metrics import QueueGauges, QueueLength


async def count(session: AsyncSession) -> QueueLength:
    """Mails still to be sent."""
    waiting = select(func.count(), func.min(OutboxMail.created_at)).where(
        col(OutboxMail.failed_at).is_(None)
    )
    number, oldest = (await session.exec(waiting)).one()
    return QueueLength(number, (clock.now() - oldest).total_seconds() if oldest else 0.0)


OUTBOX = QueueGauges("dermis_outbox_mails", "Mails still to be sent", count)
