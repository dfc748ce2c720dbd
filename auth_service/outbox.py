"""Mail that is to be sent, written in the transaction that makes it necessary.

Public requests (register, resend, forgot) only note the address here; whether it has an account
is looked up when the mail is made. So their answers can't tell a known address from an unknown
one, not even by their time.
"""

from enum import StrEnum
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from auth_service.models import OutboxMail


class Letter(StrEnum):
    """What a mail is about; its templates have this name."""

    # Asked for by an address; the sender finds out whether there is anything to send.
    REGISTRATION = "registration"
    VERIFICATION = "verification"
    PASSWORD_RESET = "password_reset"  # noqa: S105

    # About an account.
    CONFIRM_EMAIL = "confirm_email"
    EMAIL_CHANGE_REQUESTED = "email_change_requested"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105
    TWO_FACTOR_ON = "two_factor_on"
    TWO_FACTOR_OFF = "two_factor_off"

    # About an invitation.
    INVITATION = "invitation"


def enqueue(
    session: AsyncSession, letter: Letter, recipient: str, *, subject_id: UUID | None = None
) -> None:
    """Have a mail sent once the transaction commits.

    Args:
        session: the transaction of the change that the mail tells of.
        letter: which mail.
        recipient: its address.
        subject_id: the account or invitation; None when only the address is known.
    """
    session.add(OutboxMail(letter=letter, recipient=recipient, subject_id=subject_id))
