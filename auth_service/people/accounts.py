"""Accounts: made by operators, changed by their owners."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlmodel.ext.asyncio.session import AsyncSession

from auth_service.audit import trail
from auth_service.audit.events import Event
from auth_service.credentials.passwords import Passwords
from auth_service.mail.mailed_tokens import Purpose, link_is_invalid, redeem, registration_of, void
from auth_service.mail.outbox import MailTemplate, enqueue
from auth_service.models import Account
from auth_service.people import registrations
from auth_service.people.email_addresses import email_key, parse_email
from auth_service.people.names import parse_name
from auth_service.people.roles import TWO_FACTOR_ROLES, Role
from service_kit import clock
from service_kit.errors import DomainError
from service_kit.reasons import Reason


@dataclass(frozen=True, slots=True)
class OperatorMadeAccount:
    """An account that an operator creates by command."""

    email: str
    full_name: str
    password: str
    role: Role


async def create(session: AsyncSession, new: OperatorMadeAccount, *, passwords: Passwords) -> bool:
    """Create an account whose address counts as verified; False when the address already has one.

    Raises:
        DomainError: INVALID_ARGUMENT, as for `register`.
    """
    address, full_name = parse_email(new.email), parse_name(new.full_name)
    account = Account(
        email=address,
        email_key=email_key(address),
        full_name=full_name,
        role=new.role,
        email_verified_at=clock.now(),
        password_hash=await passwords.accept(new.password, personal=[address, full_name]),
    )
    try:
        async with session.begin_nested():
            session.add(account)
    except IntegrityError:
        return False
    await registrations.discard(session, account.email_key)
    await trail.append(
        session, Event.ACCOUNT_CREATED_BY_COMMAND, subject_id=account.id, role=new.role
    )
    return True


async def verify_email(session: AsyncSession, token: str) -> bool:
    """Verify an address: a registration's, which becomes an account, or an account's new one.

    Returns:
        Whether it is a registration that waits for a clinic's owner now.

    Raises:
        DomainError: INVALID_ARGUMENT LINK_INVALID.
    """
    pending = await registration_of(session, token)
    if pending is not None:
        return await registrations.verify(session, pending)
    link, account = await redeem(session, token, Purpose.CHANGE_EMAIL)
    account.email, account.email_key = link.email, email_key(link.email)
    account.pending_email = None
    session.add(account)
    try:
        await session.flush()
    except IntegrityError:  # somebody else has verified this address since
        raise link_is_invalid() from None
    await void(session, account.id)
    await registrations.discard(session, account.email_key)
    await trail.append(session, Event.EMAIL_CHANGED, subject_id=account.id, actor_id=account.id)
    return False


async def change_name(session: AsyncSession, account: Account, full_name: str) -> None:
    """Change one's own name.

    Raises:
        DomainError: INVALID_ARGUMENT NAME_INVALID.
    """
    account.full_name = parse_name(full_name)
    session.add(account)
    await trail.append(session, Event.ACCOUNT_NAME_CHANGED, subject_id=account.id)


def want_reminders(session: AsyncSession, account: Account, wanted: bool) -> None:
    """Turn the reminders of what is due on or off."""
    account.reminders = wanted
    session.add(account)


async def request_email_change(session: AsyncSession, account: Account, email: str) -> None:
    """Ask the new address for proof and notify the old one; nothing changes yet.

    An address that belongs to somebody else gets the same answer; its link won't be accepted.

    Raises:
        DomainError: INVALID_ARGUMENT EMAIL_INVALID.
    """
    account.pending_email = parse_email(email)
    session.add(account)
    enqueue(session, MailTemplate.CONFIRM_EMAIL, account.pending_email, subject_id=account.id)
    enqueue(session, MailTemplate.EMAIL_CHANGE_REQUESTED, account.email, subject_id=account.id)
    await trail.append(session, Event.EMAIL_CHANGE_REQUESTED, subject_id=account.id)


async def locked(session: AsyncSession, account_id: UUID) -> Account:
    """An account that nobody else can change until this transaction ends.

    Raises:
        DomainError: NOT_FOUND USER_NOT_FOUND.
    """
    account = await session.get(Account, account_id, with_for_update=True, populate_existing=True)
    if account is None:
        raise user_not_found()
    return account


def must_have_two_factor(account: Account, *, by_role: bool) -> bool:
    """Whether an account must have 2FA, by its role (a setting) or by an administrator."""
    return account.require_two_factor or (by_role and Role(account.role) in TWO_FACTOR_ROLES)


def user_not_found() -> DomainError:
    """The refusal of every identifier that no account has."""
    return DomainError(Reason.USER_NOT_FOUND)
