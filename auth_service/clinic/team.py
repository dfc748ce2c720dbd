"""A clinic's team: its owners invite, approve and remove colleagues, without an administrator."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import delete
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from auth_service.audit import trail
from auth_service.audit.events import Event
from auth_service.clinic.invitations import LIFETIME
from auth_service.mail import mailed_tokens
from auth_service.mail.outbox import MailTemplate, enqueue
from auth_service.models import Account, Invitation
from auth_service.people import accounts
from auth_service.people.email_addresses import email_key, parse_email
from auth_service.people.roles import Role
from auth_service.session import sessions
from service_kit import clock
from service_kit.errors import DomainError
from service_kit.principal import current_principal
from service_kit.reasons import Reason


@dataclass(frozen=True, slots=True)
class MemberChange:
    """What to change; None leaves it as it is."""

    active: bool | None = None
    owns_clinic: bool | None = None


@dataclass(frozen=True, slots=True)
class Owner:
    """The caller, who owns a clinic."""

    account: Account
    clinic_id: UUID


async def owner(session: AsyncSession) -> Owner:
    """The caller as the owner of a clinic; asked of the database, so a loss counts at once.

    Raises:
        DomainError: PERMISSION_DENIED / NOT_CLINIC_OWNER.
    """
    account = await session.get(Account, current_principal().user_id, populate_existing=True)
    if account is None or account.clinic_id is None or not account.owns_clinic:
        raise DomainError(Reason.NOT_CLINIC_OWNER)
    return Owner(account, account.clinic_id)


async def members(session: AsyncSession, clinic_id: UUID) -> Sequence[Account]:
    """Everybody with an account at a clinic, oldest first; the removed ones too."""
    query = (
        select(Account)
        .where(Account.clinic_id == clinic_id, col(Account.email_verified_at).is_not(None))
        .order_by(col(Account.id))
    )
    return (await session.exec(query)).all()


async def change(
    session: AsyncSession, by: Owner, member_id: UUID, wanted: MemberChange
) -> Account:
    """Remove, take back or make an owner of a colleague. Who is removed is signed out at once.

    Raises:
        DomainError: NOT_FOUND / USER_NOT_FOUND, for anybody of another clinic too;
            FAILED_PRECONDITION / LAST_OWNER.
    """
    # All owners are locked, in one order, so that two can't remove each other at once.
    owners = await _lock_owners(session, by.clinic_id)
    member = await accounts.locked(session, member_id)
    if member.clinic_id != by.clinic_id:
        raise await not_of_the_clinic(session, by, Reason.USER_NOT_FOUND, user_id=str(member_id))
    events = _apply(member, wanted)
    if owners == [member_id] and not (member.active and member.owns_clinic):
        raise DomainError(Reason.LAST_OWNER)
    session.add(member)
    if Event.ACCOUNT_DISABLED in events:
        await sessions.end_all(session, member_id)
        await mailed_tokens.void(session, member_id)
    for event in events:
        await trail.append(session, event, subject_id=member_id)
    return member


async def invite(session: AsyncSession, by: Owner, email: str) -> Invitation:
    """Invite a colleague. Whether the address has an account already isn't said.

    Anybody can found a clinic, so an owner may not find out by inviting who has an account; such
    an address is sent nothing.

    Raises:
        DomainError: INVALID_ARGUMENT / EMAIL_INVALID.
    """
    address = parse_email(email)
    await _withdraw(session, by.clinic_id, Invitation.email_key == email_key(address))
    invitation = Invitation(
        email_key=email_key(address),
        role=Role.CLINICIAN,
        clinic_id=by.clinic_id,
        invited_by=by.account.id,
        expires_at=clock.now() + LIFETIME,
    )
    session.add(invitation)
    enqueue(session, MailTemplate.COLLEAGUE_INVITATION, address, subject_id=invitation.id)
    await trail.append(
        session,
        Event.INVITATION_CREATED,
        role=Role.CLINICIAN,
        invitation_id=str(invitation.id),
    )
    return invitation


async def pending_invitations(session: AsyncSession, clinic_id: UUID) -> Sequence[Invitation]:
    """Invitations to a clinic that can still be used, the newest first."""
    query = (
        select(Invitation)
        .where(
            Invitation.clinic_id == clinic_id,
            col(Invitation.used_at).is_(None),
            Invitation.expires_at > clock.now(),
        )
        .order_by(col(Invitation.id).desc())
    )
    return (await session.exec(query)).all()


async def revoke(session: AsyncSession, by: Owner, invitation_id: UUID) -> None:
    """Make an invitation void; its link opens nothing any more.

    Raises:
        DomainError: NOT_FOUND / INVITATION_NOT_FOUND, also where it has been used.
    """
    if not await _withdraw(session, by.clinic_id, Invitation.id == invitation_id):
        raise await not_of_the_clinic(
            session, by, Reason.INVITATION_NOT_FOUND, invitation_id=str(invitation_id)
        )
    await trail.append(session, Event.INVITATION_REVOKED, invitation_id=str(invitation_id))


async def not_of_the_clinic(
    session: AsyncSession, by: Owner, reason: Reason, **sought: str
) -> DomainError:
    """The refusal of what another clinic has, or nobody; the try stays in the audit."""
    owner_id = by.account.id
    await trail.append(session, Event.NOT_FOUND, subject_id=owner_id, actor_id=owner_id, **sought)
    return DomainError(reason, keep_changes=True)


async def _withdraw(session: AsyncSession, clinic_id: UUID, which: bool) -> bool:
    """Delete unused invitations of a clinic; whether there were any."""
    unused = delete(Invitation).where(
        which,  # type: ignore[arg-type]  # to mypy, a comparison of columns is a bool
        col(Invitation.clinic_id) == clinic_id,
        col(Invitation.used_at).is_(None),
    )
    return (await session.exec(unused.returning(col(Invitation.id)))).first() is not None


async def _lock_owners(session: AsyncSession, clinic_id: UUID) -> list[UUID]:
    query = (
        select(Account.id)
        .where(
            Account.clinic_id == clinic_id,
            col(Account.owns_clinic).is_(True),
            col(Account.active).is_(True),
        )
        .order_by(col(Account.id))
        .with_for_update()
    )
    return list((await session.exec(query)).all())


def _apply(member: Account, wanted: MemberChange) -> list[Event]:
    events = []
    if wanted.active is not None and wanted.active != member.active:
        member.active = wanted.active
        events.append(Event.ACCOUNT_ENABLED if wanted.active else Event.ACCOUNT_DISABLED)
    if wanted.owns_clinic is not None and wanted.owns_clinic != member.owns_clinic:
        member.owns_clinic = wanted.owns_clinic
        events.append(
            Event.CLINIC_OWNER_ADDED if wanted.owns_clinic else Event.CLINIC_OWNER_REMOVED
        )
    return events
