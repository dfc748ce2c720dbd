"""Mail to be sent, written in the transaction that makes it necessary.

Public requests (register, resend, forgot) only note the address here; whether it has an account,
and whether a limit is reached, is looked up when the mail is composed. So their answers can't give
away a known address, not even by the time they take.
"""

from collections.abc import Mapping
from enum import StrEnum
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from auth_service.credentials.known_places import address_place, device_place
from auth_service.models import OutboxMail
from service_kit.principal import find_principal


class MailTemplate(StrEnum):
    """What a mail says: the name of its text and HTML in `templates/`."""

    # Requested for an address; the sender finds out whether there is anything to send.
    REGISTRATION = "registration"
    VERIFICATION = "verification"
    PASSWORD_RESET = "password_reset"  # noqa: S105  the name of a template

    # About an account.
    CONFIRM_EMAIL = "confirm_email"
    EMAIL_CHANGE_REQUESTED = "email_change_requested"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105  the name of a template
    TWO_FACTOR_ON = "two_factor_on"
    TWO_FACTOR_OFF = "two_factor_off"
    TWO_FACTOR_MOVED = "two_factor_moved"

    # About an invitation.
    INVITATION = "invitation"
    COLLEAGUE_INVITATION = "colleague_invitation"

    # About somebody who wants to join a clinic.
    JOIN_REQUESTED = "join_requested"
    JOIN_APPROVED = "join_approved"

    # To clinicians who asked for it.
    LESIONS_DUE = "lesions_due"


def enqueue(
    session: AsyncSession,
    template: MailTemplate,
    recipient: str,
    *,
    subject_id: UUID | None = None,
    facts: Mapping[str, int] | None = None,
) -> None:
    """Have a mail sent once the transaction has committed.

    Args:
        session: the transaction of the change that the mail is about.
        template: which mail.
        recipient: its address.
        subject_id: the account, registration or invitation; None when only the address is known.
        facts: what the template says besides.
    """
    principal = find_principal()
    session.add(
        OutboxMail(
            template=template,
            recipient=recipient,
            subject_id=subject_id,
            facts=dict(facts or {}),
            sender=f"account {principal.user_id}" if principal else address_place(),
            device="" if principal else device_place(),
        )
    )
