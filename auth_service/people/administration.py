"""What administrators do with other people's accounts."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from auth_service.audit import trail
from auth_service.audit.events import Event
from auth_service.credentials import two_factor
from auth_service.mail import mailed_tokens
from auth_service.models import Account, Clinic
from auth_service.people import accounts
from auth_service.people.roles import Role, check_clinic
from auth_service.session import sessions
from service_kit.errors import DomainError
from service_kit.reasons import Reason


@dataclass(frozen=True, slots=True)
class AccountChange:
    """What to change; None leaves it as it is."""

    role: Role | None = None
    active: bool | None = None
    owns_clinic: bool | None = None
    require_two_factor: bool | None = None
    clinic_id: UUID | None = None


async def change(session: AsyncSession, account_id: UUID, wanted: AccountChange) -> None:
    """Change an account. A change of role, clinic or activity ends its sessions and links.

    Raises:
        DomainError: NOT_FOUND USER_NOT_FOUND or CLINIC_NOT_FOUND; INVALID_ARGUMENT
            CLINIC_REQUIRED; FAILED_PRECONDITION LAST_ADMINISTRATOR.
    """
    # All administrators are locked, in one order, so that two can't demote each other at once.
    administrators = await _lock_administrators(session)
    account = await accounts.locked(session, account_id)
    events = await _apply(session, account, wanted)
    still_administers = account.role == Role.ADMIN and account.active
    if administrators == [account_id] and not still_administers:
        raise DomainError(Reason.LAST_ADMINISTRATOR)
    session.add(account)
    if set(events) & _ENDS_SESSIONS:
        await sessions.end_all(session, account_id)
        await mailed_tokens.void(session, account_id)
    for event, facts in events.items():
        await trail.append(session, event, subject_id=account_id, **facts)


async def reset_two_factor(session: AsyncSession, account_id: UUID) -> None:
    """Remove a lost second factor from an account and end its sessions.

    Raises:
        DomainError: NOT_FOUND USER_NOT_FOUND.
    """
    account = await accounts.locked(session, account_id)
    await sessions.end_all(session, account_id)
    await mailed_tokens.void(session, account_id)
    await two_factor.remove(session, account, Event.TWO_FACTOR_RESET)


async def end_sessions(session: AsyncSession, account_id: UUID) -> int:
    """End all sessions of an account; returns how many.

    Raises:
        DomainError: NOT_FOUND USER_NOT_FOUND.
    """
    await accounts.locked(session, account_id)
    ended = await sessions.end_all(session, account_id)
    await mailed_tokens.void(session, account_id)
    await trail.append(
        session, Event.SESSIONS_ENDED, subject_id=account_id, sessions=str(len(ended))
    )
    return len(ended)


_ENDS_SESSIONS = {
    Event.ACCOUNT_ROLE_CHANGED,
    Event.ACCOUNT_CLINIC_CHANGED,
    Event.ACCOUNT_DISABLED,
}


async def _lock_administrators(session: AsyncSession) -> list[UUID]:
    query = (
        select(Account.id)
        .where(Account.role == Role.ADMIN, col(Account.active).is_(True))
        .order_by(col(Account.id))
        .with_for_update()
    )
    return list((await session.exec(query)).all())


async def _apply(
    session: AsyncSession, account: Account, wanted: AccountChange
) -> dict[Event, dict[str, Any]]:
    """Apply the changes to the account; returns the events to record, each with its details."""
    events: dict[Event, dict[str, Any]] = {}
    role = wanted.role or Role(account.role)
    clinic_id = await _clinic_for(session, role, wanted.clinic_id or account.clinic_id)
    if role != account.role:
        events[Event.ACCOUNT_ROLE_CHANGED] = {"before": account.role, "after": role}
        account.role = role
    if clinic_id != account.clinic_id:
        events[Event.ACCOUNT_CLINIC_CHANGED] = {"after": str(clinic_id or "")}
        account.clinic_id = clinic_id
        account.owns_clinic = False
    if wanted.active is not None and wanted.active != account.active:
        events[Event.ACCOUNT_ENABLED if wanted.active else Event.ACCOUNT_DISABLED] = {}
        account.active = wanted.active
    # Where the only owner has left, an administrator names another.
    owns = account.clinic_id is not None and wanted.owns_clinic
    if wanted.owns_clinic is not None and owns != account.owns_clinic:
        events[Event.CLINIC_OWNER_ADDED if owns else Event.CLINIC_OWNER_REMOVED] = {}
        account.owns_clinic = bool(owns)
    required = wanted.require_two_factor
    if required is not None and required != account.require_two_factor:
        events[
            Event.ACCOUNT_TWO_FACTOR_DEMANDED if required else Event.ACCOUNT_TWO_FACTOR_OPTIONAL
        ] = {}
        account.require_two_factor = required
    return events


async def _clinic_for(session: AsyncSession, role: Role, clinic_id: UUID | None) -> UUID | None:
    check_clinic(role, clinic_id)
    if role != Role.CLINICIAN:
        return None  # the other roles see no patients, so they belong to no clinic
    if clinic_id is not None and await session.get(Clinic, clinic_id) is None:
        raise DomainError(Reason.CLINIC_NOT_FOUND)
    return clinic_id
