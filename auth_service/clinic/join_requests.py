"""Registrations for a clinic that exists: they wait for one of its owners to approve them.

Who registers names an owner by address, not the clinic, whose name others may bear too. Nobody
learns whether that address owns anything: the answers are the same, and only its owner is told.
"""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from auth_service.audit import trail
from auth_service.audit.events import Event
from auth_service.clinic.team import Owner, not_of_the_clinic
from auth_service.mail.outbox import MailTemplate, enqueue
from auth_service.models import Account, PendingRegistration
from auth_service.people import registrations
from service_kit import clock
from service_kit.errors import DomainError
from service_kit.reasons import Reason

# How long a verified one waits; its owner may be on holiday.
LIFETIME = timedelta(days=30)


async def waiting(session: AsyncSession, by: Owner) -> Sequence[PendingRegistration]:
    """Who waits for an owner of the caller's clinic, the oldest first."""
    owners = select(Account.email_key).where(
        Account.clinic_id == by.clinic_id, col(Account.owns_clinic).is_(True)
    )
    query = (
        select(PendingRegistration)
        .where(
            col(PendingRegistration.owner_email_key).in_(owners),
            col(PendingRegistration.verified_at) > clock.now() - LIFETIME,
        )
        .order_by(col(PendingRegistration.id))
    )
    return (await session.exec(query)).all()


async def approve(session: AsyncSession, by: Owner, request_id: UUID) -> None:
    """Make a request an account at the caller's clinic, and say so by mail.

    Raises:
        DomainError: as `_locked`; ALREADY_EXISTS / EMAIL_TAKEN where the address has an account by
            now.
    """
    pending = await _locked(session, by, request_id)
    if await registrations.account_of(session, pending.email_key) is not None:
        raise DomainError(Reason.EMAIL_TAKEN)
    account = await registrations.become_account(session, pending, by.clinic_id)
    enqueue(session, MailTemplate.JOIN_APPROVED, account.email, subject_id=account.id)
    await trail.append(session, Event.JOIN_APPROVED, subject_id=account.id)


async def decline(session: AsyncSession, by: Owner, request_id: UUID) -> None:
    """Delete a request. Nobody is told, as nobody was told that it arrived.

    Raises:
        DomainError: as `_locked`.
    """
    pending = await _locked(session, by, request_id)
    await session.delete(pending)
    await trail.append(session, Event.JOIN_DECLINED, subject_id=request_id)


async def _locked(session: AsyncSession, by: Owner, request_id: UUID) -> PendingRegistration:
    """A request to the caller's clinic, which nobody else can decide on meanwhile.

    Raises:
        DomainError: NOT_FOUND / JOIN_REQUEST_NOT_FOUND.
    """
    if request_id not in {one.id for one in await waiting(session, by)}:
        raise await not_of_the_clinic(
            session, by, Reason.JOIN_REQUEST_NOT_FOUND, join_request_id=str(request_id)
        )
    pending = await session.get(
        PendingRegistration, request_id, with_for_update=True, populate_existing=True
    )
    if pending is None:  # decided a moment ago
        raise DomainError(Reason.JOIN_REQUEST_NOT_FOUND)
    return pending
