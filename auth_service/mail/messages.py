"""Composes mails: text and HTML from `templates/`, with a link made at the last moment."""

from dataclasses import dataclass
from datetime import UTC, timedelta
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from auth_service.mail.mailed_tokens import LIFETIMES, Purpose, new_link_token
from auth_service.mail.outbox import MailTemplate
from auth_service.models import Account, Clinic, Invitation, OutboxMail, PendingRegistration
from auth_service.people.email_addresses import email_key
from auth_service.people.registrations import LIFETIME, account_of
from auth_service.people.roles import Role
from auth_service.session.opaque_tokens import digest, new_token
from service_kit import clock

# The link in a mail: what it is good for, and the page that it opens.
_LINKS = {
    MailTemplate.CONFIRM_EMAIL: (Purpose.CHANGE_EMAIL, "verify"),
    MailTemplate.PASSWORD_RESET: (Purpose.RESET_PASSWORD, "reset"),
}
_INVITATIONS = {MailTemplate.INVITATION, MailTemplate.COLLEAGUE_INVITATION}
_ABOUT_REGISTRATIONS = {MailTemplate.REGISTRATION, MailTemplate.VERIFICATION}
# The oldest come first: whoever registers an address after its owner doesn't push the owner's out.
MOST_LINKS = 5
_ROLES = {
    Role.CLINICIAN: "a clinician",
    Role.ML_ENGINEER: "an ML engineer",
    Role.ADMIN: "an administrator",
}
_templates = Environment(
    loader=PackageLoader("auth_service.mail"),
    autoescape=select_autoescape(["html"], default_for_string=True),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


@dataclass(frozen=True, slots=True)
class Sender:
    """Where mails come from and where their links lead."""

    address: str
    public_url: str


@dataclass(frozen=True, slots=True)
class VerificationLink:
    """A registration as the mail names it, so that its maker knows it from somebody else's."""

    registration: PendingRegistration
    link: str

    @property
    def where(self) -> str:
        """The clinic; what else there is belongs to none."""
        return self.registration.clinic_name or "Dermis"

    @property
    def asked_at(self) -> str:
        """Day and minute, in UTC: "29 November 2026, 13:40 UTC"."""
        return f"{self.registration.created_at.astimezone(UTC):%-d %B %Y, %H:%M} UTC"


async def compose(session: AsyncSession, mail: OutboxMail, sender: Sender) -> EmailMessage | None:
    """Compose a mail, with a fresh link where it has one.

    Returns:
        None when there is nothing to send: the address has no account, and nothing to verify.
    """
    template = MailTemplate(mail.template)
    if template in _INVITATIONS:
        return await _invitation(session, mail, sender)
    account = await _account(session, mail, template)
    if template in _ABOUT_REGISTRATIONS and account is None:
        return await _verification(session, mail, sender)
    if account is None or not _is_needed(template, mail, account):
        return None
    return await _to_account(session, template, mail, account, sender)


def _is_needed(template: MailTemplate, mail: OutboxMail, account: Account) -> bool:
    if template == MailTemplate.VERIFICATION:
        return False
    if template == MailTemplate.PASSWORD_RESET:
        return account.active
    if template == MailTemplate.CONFIRM_EMAIL:
        return account.pending_email == mail.recipient
    if template == MailTemplate.LESIONS_DUE:
        return account.active and account.reminders
    return True


async def _to_account(
    session: AsyncSession,
    template: MailTemplate,
    mail: OutboxMail,
    account: Account,
    sender: Sender,
) -> EmailMessage:
    link, life = sender.public_url, ""
    if template in _LINKS:
        purpose, path = _LINKS[template]
        token = new_link_token(session, account, purpose, mail.recipient)
        link, life = _link(sender, path, token), _in_words(LIFETIMES[purpose])
    facts = mail.facts | {"full_name": account.full_name, "link": link, "life": life}
    return _render(template, mail.recipient, sender, **facts)


async def _account(
    session: AsyncSession, mail: OutboxMail, template: MailTemplate
) -> Account | None:
    if template in _ABOUT_REGISTRATIONS or mail.subject_id is None:
        return await account_of(session, email_key(mail.recipient))
    return await session.get(Account, mail.subject_id)


async def _verification(
    session: AsyncSession, mail: OutboxMail, sender: Sender
) -> EmailMessage | None:
    """One link for the registration that was made now, or one for each that still waits."""
    query = (
        select(PendingRegistration)
        .where(
            PendingRegistration.email_key == email_key(mail.recipient),
            PendingRegistration.created_at > clock.now() - LIFETIME,
            col(PendingRegistration.verified_at).is_(None),
        )
        .order_by(col(PendingRegistration.id))
        .limit(MOST_LINKS)
    )
    if mail.subject_id is not None:
        query = query.where(PendingRegistration.id == mail.subject_id)
    waiting = (await session.exec(query)).all()
    if not waiting:
        return None
    links = []
    for one in waiting:
        token = new_link_token(session, one, Purpose.VERIFY_EMAIL, mail.recipient)
        links.append(VerificationLink(one, _link(sender, "verify", token)))
    life = _in_words(LIFETIMES[Purpose.VERIFY_EMAIL])
    return _render(MailTemplate.VERIFICATION, mail.recipient, sender, links=links, life=life)


async def _invitation(
    session: AsyncSession, mail: OutboxMail, sender: Sender
) -> EmailMessage | None:
    query = (
        select(Invitation, Clinic.name)
        .outerjoin(Clinic, col(Clinic.id) == col(Invitation.clinic_id))
        .where(Invitation.id == mail.subject_id)
    )
    found = (await session.exec(query)).first()
    if found is None or found[0].used_at is not None:
        return None
    if await account_of(session, email_key(mail.recipient)) is not None:
        return None
    invitation, clinic_name = found
    token = new_token()
    invitation.token_hash = digest(token)
    return _render(
        MailTemplate.INVITATION,
        mail.recipient,
        sender,
        role=_ROLES[Role(invitation.role)],
        clinic_name=clinic_name or "",
        link=_link(sender, "register", token),
        life=_in_words(invitation.expires_at - clock.now()),
    )


def _link(sender: Sender, path: str, token: str) -> str:
    # Behind '#', so that the token reaches neither server logs nor a Referer header.
    return f"{sender.public_url.rstrip('/')}/{path}#token={quote(token, safe='')}"


def _render(
    template: MailTemplate, recipient: str, sender: Sender, **facts: object
) -> EmailMessage:
    text = _templates.get_template(f"{template}.txt").render(**facts)
    subject, _, body = text.partition("\n")
    message = EmailMessage()
    message["From"] = sender.address
    message["To"] = recipient
    message["Subject"] = subject.removeprefix("Subject: ")
    message["Date"] = formatdate(usegmt=True)
    message["Message-ID"] = make_msgid(domain="dermis")
    # RFC 3834: asks for no out-of-office replies.
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(body.strip() + "\n")
    html = _templates.get_template(f"{template}.html").render(subject=message["Subject"], **facts)
    message.add_alternative(html, subtype="html")
    return message


def _in_words(life: timedelta) -> str:
    hours = round(life.total_seconds() / 3600)
    if hours < 1:
        return f"{round(life.total_seconds() / 60)} minutes"
    return f"{hours} hours" if hours <= 48 else f"{round(hours / 24)} days"
