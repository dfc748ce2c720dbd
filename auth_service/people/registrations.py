"""Registrations: what somebody has asked for, which becomes an account when it is verified.

Anybody may register any address, any number of times. Each registration stands alone, with links
of its own, until one is verified: that one becomes the account, with its own password and clinic,
and the others go. So a second registration never takes over the first, and the mail says which it
verifies.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from auth_service.audit import trail
from auth_service.audit.events import Event
from auth_service.clinic import invitations
from auth_service.credentials import known_places
from auth_service.credentials.passwords import Passwords
from auth_service.mail.mailed_tokens import link_is_invalid
from auth_service.mail.outbox import MailTemplate, enqueue
from auth_service.models import (
    Account,
    Clinic,
    Invitation,
    MailedToken,
    PendingRegistration,
)
from auth_service.people.email_addresses import email_key, parse_email
from auth_service.people.names import parse_name
from auth_service.people.roles import Role
from service_kit import clock
from service_kit.reasons import Reason

# How long its links can be asked for again.
LIFETIME = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Registration:
    """What somebody enters to open an account: a new clinic's name, an invitation, or an owner."""

    email: str
    password: str
    full_name: str
    clinic_name: str = ""
    invitation_token: str = ""
    # Of an owner of the clinic that it asks to join.
    owner_email: str = ""


async def register(
    session: AsyncSession, registration: Registration, *, passwords: Passwords
) -> None:
    """Keep what is asked for until the address is verified.

    A known address runs the same statements, so neither the answer nor its time gives it away; its
    owner is told by mail.

    Raises:
        DomainError: INVALID_ARGUMENT, see `Register` in auth.proto.
    """
    address = parse_email(registration.email)
    full_name = parse_name(registration.full_name)
    password_hash = await passwords.accept(
        registration.password, personal=[address, full_name, registration.clinic_name]
    )
    pending = PendingRegistration(
        email=address,
        email_key=email_key(address),
        full_name=full_name,
        role=Role.CLINICIAN,
        password_hash=password_hash,
    )
    await _join(session, pending, registration)
    session.add(pending)
    enqueue(session, MailTemplate.REGISTRATION, address, subject_id=pending.id)
    is_known = await account_of(session, pending.email_key) is not None
    event = Event.ACCOUNT_REGISTRATION_REPEATED if is_known else Event.ACCOUNT_REGISTERED
    subject_id = None if is_known else pending.id
    await trail.append(session, event, subject_id=subject_id, actor_id=subject_id)


async def verify(session: AsyncSession, pending: PendingRegistration) -> bool:
    """Make a registration an account; others of its address go.

    One that names the owner of a clinic waits for them instead (`join_requests`).

    Args:
        session: the transaction that verifies it; its link goes with it.
        pending: the registration that the link was made for.

    Returns:
        Whether it waits.

    Raises:
        DomainError: INVALID_ARGUMENT LINK_INVALID where the address has an account by now.
    """
    if pending.id not in await _locked_ids(session, pending.email_key):
        raise link_is_invalid()  # another one was verified a moment ago
    if pending.owner_email_key is not None:
        await _wait_for_owner(session, pending, pending.owner_email_key)
        return True
    clinic_id = pending.clinic_id
    is_founder = bool(pending.clinic_name) and clinic_id is None
    if is_founder:
        clinic = Clinic(name=pending.clinic_name)
        session.add(clinic)
        await session.flush()
        clinic_id = clinic.id
    account = await become_account(session, pending, clinic_id, is_founder=is_founder)
    await known_places.remember(session, account.id)
    await trail.append(session, Event.EMAIL_VERIFIED, subject_id=account.id, actor_id=account.id)
    return False


async def become_account(
    session: AsyncSession,
    pending: PendingRegistration,
    clinic_id: UUID | None,
    *,
    is_founder: bool = False,
) -> Account:
    """Make a registration an account, whose owner has proved its address; others of it go.

    Raises:
        DomainError: INVALID_ARGUMENT LINK_INVALID where the address has an account by now.
    """
    await _delete_unverified(session, pending.email_key)
    account = Account(
        id=pending.id,
        email=pending.email,
        email_key=pending.email_key,
        email_verified_at=clock.now(),
        full_name=pending.full_name,
        role=pending.role,
        clinic_id=clinic_id,
        owns_clinic=is_founder,
        password_hash=pending.password_hash,
        created_at=pending.created_at,
    )
    session.add(account)
    try:
        await session.flush()
    except IntegrityError:  # the address has an account by now
        raise link_is_invalid() from None
    await discard(session, account.email_key)
    return account


async def _wait_for_owner(
    session: AsyncSession, pending: PendingRegistration, owner_key: str
) -> None:
    """Note that the address is proved, and tell the owner, if there is one by that address."""
    pending.verified_at = clock.now()
    session.add(pending)
    await session.exec(delete(MailedToken).where(col(MailedToken.registration_id) == pending.id))
    owner = await account_of(session, owner_key)
    if owner is not None and owner.active and owner.owns_clinic:
        enqueue(session, MailTemplate.JOIN_REQUESTED, owner.email, subject_id=owner.id)
    await trail.append(session, Event.JOIN_REQUESTED, subject_id=pending.id, actor_id=pending.id)


async def account_of(session: AsyncSession, key: str) -> Account | None:
    """The account of an address, by `email_key`."""
    query = select(Account).where(
        Account.email_key == key, col(Account.email_verified_at).is_not(None)
    )
    return (await session.exec(query)).first()


async def discard(session: AsyncSession, key: str) -> None:
    """Delete the registrations of an address that has an account now, and their links."""
    await session.exec(delete(PendingRegistration).where(col(PendingRegistration.email_key) == key))


async def _locked_ids(session: AsyncSession, key: str) -> Sequence[UUID]:
    """The registrations of an address, locked in one order, so that no two callers deadlock."""
    query = (
        select(PendingRegistration.id)
        .where(PendingRegistration.email_key == key)
        .order_by(col(PendingRegistration.id))
        .with_for_update()
    )
    return (await session.exec(query)).all()


async def _join(
    session: AsyncSession, pending: PendingRegistration, registration: Registration
) -> None:
    """Note the role and clinic: those of an invitation, or a new clinic's name."""
    if registration.invitation_token:
        invitation = await invitations.find(
            session, registration.invitation_token, email=pending.email
        )
        invitation.used_at = clock.now()
        session.add(invitation)
        pending.role, pending.clinic_id = invitation.role, invitation.clinic_id
        if pending.clinic_id is not None:
            clinic = await session.get_one(Clinic, pending.clinic_id)
            pending.clinic_name = clinic.name
        return
    if registration.owner_email:
        pending.owner_email_key = email_key(parse_email(registration.owner_email))
        return
    pending.clinic_name = parse_name(registration.clinic_name, reason=Reason.CLINIC_NAME_INVALID)


async def _delete_unverified(session: AsyncSession, key: str) -> None:
    """Delete an account of this address that the release before this one has made.

    It made accounts before they were verified, and may still do so while replicas are replaced.
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
