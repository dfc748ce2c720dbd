"""Invitations: an administrator lets one address open an account with one role, for a week."""

from datetime import timedelta
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from auth_service.audit import trail
from auth_service.audit.events import Event
from auth_service.mail.outbox import MailTemplate, enqueue
from auth_service.models import Account, Clinic, Invitation
from auth_service.people.email_addresses import email_key, parse_email
from auth_service.people.roles import Role, check_clinic
from auth_service.session.opaque_tokens import digest
from service_kit import clock
from service_kit.errors import DomainError
from service_kit.reasons import Reason

LIFETIME = timedelta(days=7)


async def invite(
    session: AsyncSession, *, email: str, role: Role, clinic_id: UUID | None, invited_by: UUID
) -> Invitation:
    """Invite an address; the token exists only in the mail.

    Raises:
        DomainError: INVALID_ARGUMENT EMAIL_INVALID, ROLE_INVALID or CLINIC_REQUIRED; NOT_FOUND
            CLINIC_NOT_FOUND; ALREADY_EXISTS EMAIL_TAKEN.
    """
    address = parse_email(email)
    check_clinic(role, clinic_id)
    if clinic_id is not None and await session.get(Clinic, clinic_id) is None:
        raise DomainError(Reason.CLINIC_NOT_FOUND)
    taken = select(Account.id).where(Account.email_key == email_key(address))
    if (await session.exec(taken)).first() is not None:
        raise DomainError(Reason.EMAIL_TAKEN)
    invitation = Invitation(
        email_key=email_key(address),
        role=role,
        clinic_id=clinic_id,
        invited_by=invited_by,
        expires_at=clock.now() + LIFETIME,
    )
    session.add(invitation)
    enqueue(session, MailTemplate.INVITATION, address, subject_id=invitation.id)
    await trail.append(
        session, Event.INVITATION_CREATED, role=role, invitation_id=str(invitation.id)
    )
    return invitation


async def find(session: AsyncSession, token: str, *, email: str) -> Invitation:
    """The invitation of a mailed token, locked so that it is used once.

    Raises:
        DomainError: INVALID_ARGUMENT INVITATION_INVALID when it is unknown, used, expired or
            was sent to another address.
    """
    query = (
        select(Invitation)
        .where(
            Invitation.token_hash == digest(token),
            Invitation.email_key == email_key(email),
            col(Invitation.used_at).is_(None),
            Invitation.expires_at > clock.now(),
        )
        .with_for_update()
    )
    invitation = (await session.exec(query)).first()
    if invitation is None:
        raise DomainError(Reason.INVITATION_INVALID)
    return invitation
