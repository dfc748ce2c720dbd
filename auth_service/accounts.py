"""Accounts: opened, verified and changed by their owners."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from auth_service import audit, invitations
from auth_service.audit_events import Event
from auth_service.email_addresses import email_key, parse_email
from auth_service.mailed_tokens import Purpose, link_is_invalid, redeem
from auth_service.models import Account, Clinic, Invitation
from auth_service.names import parse_name
from auth_service.outbox import MailTemplate, enqueue
from auth_service.passwords import Passwords
from auth_service.roles import TWO_FACTOR_ROLES, Role
from service_kit import clock
from service_kit.errors import DomainError
from service_kit.reasons import Reason


@dataclass(frozen=True, slots=True)
class Registration:
    """What somebody enters to open an account: a new clinic's name, or an invitation to one."""

    email: str
    password: str
    full_name: str
    clinic_name: str = ""
    invitation_token: str = ""


async def register(
    session: AsyncSession, registration: Registration, *, passwords: Passwords
) -> None:
    """Open an account whose address is still to be verified.

    A known address changes nothing but runs the same statements, so neither the answer nor its
    time gives it away; its owner is told by mail.

    Raises:
        DomainError: INVALID_ARGUMENT, see `Register` in auth.proto.
    """
    address = parse_email(registration.email)
    full_name = parse_name(registration.full_name)
    password_hash = await passwords.accept(
        registration.password, personal=[address, full_name, registration.clinic_name]
    )
    account = Account(
        email=address,
        email_key=email_key(address),
        full_name=full_name,
        role=Role.CLINICIAN,
        password_hash=password_hash,
    )
    clinic = await _membership(session, account, registration)
    await _delete_unverified(session, account.email_key)
    try:
        async with session.begin_nested():
            if clinic is not None:
                session.add(clinic)
                await session.flush()
            session.add(account)
        event, subject_id = Event.ACCOUNT_REGISTERED, account.id
    except IntegrityError:
        event, subject_id = Event.ACCOUNT_REGISTRATION_REPEATED, None
    enqueue(session, MailTemplate.REGISTRATION, address)
    await audit.append(session, event, subject_id=subject_id, actor_id=subject_id)


async def _membership(
    session: AsyncSession, account: Account, registration: Registration
) -> Clinic | None:
    """Give the account its role and clinic; returns the clinic when it is a new one."""
    if registration.invitation_token:
        invitation = await invitations.find(
            session, registration.invitation_token, email=account.email
        )
        invitation.used_at = clock.now()
        session.add(invitation)
        account.role, account.clinic_id = invitation.role, invitation.clinic_id
        return None
    name = parse_name(registration.clinic_name, reason=Reason.CLINIC_NAME_INVALID)
    clinic = Clinic(name=name)
    account.clinic_id = clinic.id
    return clinic


async def _delete_unverified(session: AsyncSession, key: str) -> None:
    """Delete an account of this address that nobody has verified.

    Otherwise somebody who registers another person's address first would have chosen the password
    of the account that its owner opens later.
    """
    unverified = delete(Account).where(
        col(Account.email_key) == key, col(Account.email_verified_at).is_(None)
    )
    clinic_ids = (await session.exec(unverified.returning(col(Account.clinic_id)))).scalars()
    await session.exec(
        delete(Clinic).where(
            col(Clinic.id).in_(clinic_ids.all()),
            ~select(Account.id).where(Account.clinic_id == Clinic.id).exists(),
            ~select(Invitation.id).where(Invitation.clinic_id == Clinic.id).exists(),
        )
    )


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
    await audit.append(
        session, Event.ACCOUNT_CREATED_BY_COMMAND, subject_id=account.id, role=new.role
    )
    return True


async def verify_email(session: AsyncSession, token: str) -> None:
    """Verify an address, the account's first or a changed one.

    Raises:
        DomainError: INVALID_ARGUMENT LINK_INVALID.
    """
    link, account = await redeem(session, token, Purpose.VERIFY_EMAIL, Purpose.CHANGE_EMAIL)
    if link.purpose == Purpose.VERIFY_EMAIL:
        account.email_verified_at = clock.now()
        event = Event.EMAIL_VERIFIED
    else:
        if account.pending_email != link.email:
            raise link_is_invalid()
        account.email, account.email_key = link.email, email_key(link.email)
        account.pending_email = None
        event = Event.EMAIL_CHANGED
    session.add(account)
    try:
        await session.flush()
    except IntegrityError:  # somebody else has verified this address since
        raise link_is_invalid() from None
    await audit.append(session, event, subject_id=account.id, actor_id=account.id)


async def change_name(session: AsyncSession, account: Account, full_name: str) -> None:
    """Change one's own name.

    Raises:
        DomainError: INVALID_ARGUMENT NAME_INVALID.
    """
    account.full_name = parse_name(full_name)
    session.add(account)
    await audit.append(session, Event.ACCOUNT_NAME_CHANGED, subject_id=account.id)


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
    await audit.append(session, Event.EMAIL_CHANGE_REQUESTED, subject_id=account.id)


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
