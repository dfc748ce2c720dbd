"""Whose record this is: the caller's clinic, or the clinic that a lease gives access to."""

from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from service_kit.errors import DomainError
from service_kit.principal import current_principal
from service_kit.reasons import Reason


def own_clinic() -> UUID:
    """The caller's clinic.

    Raises:
        DomainError: PERMISSION_DENIED / NO_CLINIC for an account that belongs to none.
    """
    clinic_id = current_principal().clinic_id
    if clinic_id is None:
        raise DomainError(Reason.NO_CLINIC)
    return clinic_id


async def act_for(session: AsyncSession, clinic_id: UUID) -> None:
    """Show one clinic's rows to the rest of this transaction, for a caller who holds a lease."""
    await (await session.connection()).execute(_ACT_FOR, {"clinic_id": str(clinic_id)})


_ACT_FOR = text("SELECT set_config('dermis.clinic_id', :clinic_id, true)")
