"""How many mails there may be, to whom and because of whom, over all templates.

Counted where mail leaves, not where it is asked for: a mail that is never written counts for
nobody, no template can be forgotten, and neither an answer nor its time says that a limit is
reached. What is over a limit is dropped.

- What anybody can have sent to an address (a verification, a link to reset or confirm) counts by
  recipient, by sender and by both. A recipient's own requests, from where its account is known,
  count only by both and by template: nobody uses them up from elsewhere. Their window is as long as
  a link to reset a password lives, so whoever is refused another mail has one that works.
- What an account's owner is told about it, and invitations, count by themselves: nobody can have a
  notice kept back by using up a limit with other mail.
"""

from datetime import timedelta

from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from auth_service.credentials import known_places
from auth_service.credentials.attempts import Attempts, Count, Limit
from auth_service.mail.outbox import MailTemplate
from auth_service.models import Account, KnownPlace, OutboxMail
from auth_service.people.email_addresses import email_key

_ON_REQUEST = {
    MailTemplate.REGISTRATION,
    MailTemplate.VERIFICATION,
    MailTemplate.PASSWORD_RESET,
    MailTemplate.CONFIRM_EMAIL,
    # Anybody can found a clinic and invite, or name somebody as the owner to join.
    MailTemplate.COLLEAGUE_INVITATION,
    MailTemplate.JOIN_REQUESTED,
}
# No account has proved that the address of these is its own.
_TO_ANYBODY = {
    MailTemplate.CONFIRM_EMAIL,
    MailTemplate.INVITATION,
    MailTemplate.COLLEAGUE_INVITATION,
}

_HALF_HOUR, _HOUR, _DAY = timedelta(minutes=30), timedelta(hours=1), timedelta(days=1)

FROM_OWNER = (Limit(5, _HALF_HOUR),)
FROM_STRANGER = (Limit(5, _HALF_HOUR), Limit(10, _DAY))
TO_RECIPIENT = (Limit(20, _DAY),)
BY_ACCOUNT = (Limit(10, _HOUR), Limit(20, _DAY))
# Of one kind, to one recipient.
NOTICES = (Limit(5, _HOUR), Limit(20, _DAY))
INVITATIONS_BY_ACCOUNT = (Limit(500, _DAY),)


Limits = tuple[Limit, ...]


def by_address(an_hour: int) -> Limits:
    """Mails that strangers at one address can have sent: so many an hour, six times that a day."""
    return (Limit(an_hour, _HOUR), Limit(6 * an_hour, _DAY))


async def fits(
    session: AsyncSession, mail: OutboxMail, attempts: Attempts, address_limits: Limits
) -> bool:
    """Whether a mail that is about to leave is within every limit, or has been counted already.

    Until the transaction ends, no other mail to its recipient or because of its sender is judged.
    """
    if mail.counted:
        return True
    counts = await _counts(session, mail, address_limits)
    return not await attempts.seconds_to_wait(session, counts)


async def count(
    session: AsyncSession, mail: OutboxMail, attempts: Attempts, address_limits: Limits
) -> None:
    """Count a mail that leaves: once, however often it is tried."""
    if not mail.counted:
        attempts.add(session, await _counts(session, mail, address_limits))
        mail.counted = True


async def _counts(session: AsyncSession, mail: OutboxMail, address_limits: Limits) -> list[Count]:
    """What a mail is counted under."""
    template, recipient = MailTemplate(mail.template), email_key(mail.recipient)
    pair = f"{recipient} from {mail.sender}"
    if template not in _ON_REQUEST:
        notice = Count(f"mail {template}\0{recipient}", NOTICES)
        if template != MailTemplate.INVITATION:
            return [notice]
        return [notice, Count(f"invitations\0{mail.sender}", INVITATIONS_BY_ACCOUNT)]
    if template not in _TO_ANYBODY:
        place = await known_places.first_known(
            session,
            [mail.device, mail.sender],
            col(Account.email_key) == recipient,
            col(KnownPlace.account_id) == Account.id,
        )
        if place is not None:
            return [Count(f"own {template}\0{recipient} from {place}", FROM_OWNER)]
    by_sender = BY_ACCOUNT if mail.sender.startswith("account ") else address_limits
    return [
        Count(f"mail pair\0{pair}", FROM_STRANGER),
        Count(f"mail recipient\0{recipient}", TO_RECIPIENT),
        Count(f"mail sender\0{mail.sender}", by_sender),
    ]
