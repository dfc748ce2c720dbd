"""How many mails lie in the outbox, for Prometheus; those given up on do not wait any more."""

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from auth_service.models import OutboxMail
from service_kit import clock
from service_kit.backlog import Backlog, BacklogGauges


async def count(session: AsyncSession) -> Backlog:
    """Mails that are still to be sent."""
    waiting = select(func.count(), func.min(OutboxMail.created_at)).where(
        col(OutboxMail.failed_at).is_(None)
    )
    number, oldest = (await session.exec(waiting)).one()
    return Backlog(number, (clock.now() - oldest).total_seconds() if oldest else 0.0)


OUTBOX = BacklogGauges("dermis_outbox_mails", "Mails that are still to be sent", count)
