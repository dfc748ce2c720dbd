"""Sends the mail in the outbox: at least once, with growing pauses, by any number of replicas."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from email.message import EmailMessage
from uuid import UUID

import aiosmtplib
import structlog
from prometheus_client import Counter
from sqlalchemy import delete, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from auth_service.credentials.attempts import Attempts
from auth_service.mail import mail_limits
from auth_service.mail.messages import Sender, compose
from auth_service.models import OutboxMail
from auth_service.settings import Settings
from service_kit import clock
from service_kit.database import Database

log = structlog.get_logger()

MAILS = Counter("dermis_mails", "Tries to send a mail.", ["outcome"])

POLL_SECONDS = 0.5
# Between attempts while the database is away.
OUTAGE_SECONDS = 5.0
# For the whole conversation with the mail server; shorter than the lease, which is `FIRST_PAUSE`.
SMTP_TIMEOUT_SECONDS = 10
FIRST_PAUSE = timedelta(seconds=15)
LONGEST_PAUSE = timedelta(hours=1)
# With these pauses about a day; after that somebody has to look into it.
MAX_TRIES = 30


@dataclass(frozen=True, slots=True)
class ClaimedMail:
    """A mail that this process may send until its next try is due.

    Attributes:
        message: None where there is nothing to send.
        problem: why it couldn't be composed; "" where it could.
    """

    id: UUID
    template: str
    tries: int
    message: EmailMessage | None
    problem: str = ""


class MailSender:
    """Takes mails from the outbox to the mail server."""

    def __init__(self, database: Database, settings: Settings, attempts: Attempts) -> None:
        self._database = database
        self._attempts = attempts
        self._settings = settings
        self._by_address = mail_limits.by_address(settings.mails_per_hour_by_address)
        self._sender = Sender(settings.mail_from, settings.public_url)

    async def run(self) -> None:
        """Send until cancelled, whatever database and mail server do."""
        while True:
            try:
                sent = await self.send_due()
            except Exception as error:  # noqa: BLE001  the loop must outlive every outage
                log.warning("could not read the outbox", error=type(error).__name__)
                await asyncio.sleep(OUTAGE_SECONDS)
                continue
            if not sent:
                await asyncio.sleep(POLL_SECONDS)

    async def send_due(self) -> bool:
        """Send the mail that has been due longest.

        One at a time, so that none waits behind others until its lease has ended.

        Returns:
            Whether one was due, sent or not.
        """
        mail = await self._claim()
        if mail is not None:
            await self._send(mail)
        return mail is not None

    async def _claim(self) -> ClaimedMail | None:
        # The link is committed before its mail leaves, or it might be a dead one.
        async with self._database.session() as session:
            due = (
                select(OutboxMail)
                .where(col(OutboxMail.failed_at).is_(None), OutboxMail.next_try_at <= clock.now())
                .order_by(col(OutboxMail.next_try_at))
                .limit(1)
                .with_for_update(skip_locked=True)
            )
            mail = (await session.exec(due)).first()
            if mail is None:
                return None
            mail.tries += 1
            mail.next_try_at = clock.now() + _pause(mail.tries)
            session.add(mail)
            return await self._composed(session, mail)

    async def _composed(self, session: AsyncSession, mail: OutboxMail) -> ClaimedMail:
        message, problem = None, ""
        try:
            async with session.begin_nested():
                limits = self._attempts, self._by_address
                if await mail_limits.fits(session, mail, *limits):
                    message = await compose(session, mail, self._sender)
                    if message is not None:
                        await mail_limits.count(session, mail, *limits)
                else:
                    MAILS.labels("over_limit").inc()
                    log.warning(
                        "mail dropped, over a limit", mail_id=str(mail.id), template=mail.template
                    )
        except Exception as error:  # noqa: BLE001  one mail must not hold up the others
            problem = type(error).__name__
        return ClaimedMail(mail.id, mail.template, mail.tries, message, problem)

    async def _send(self, mail: ClaimedMail) -> None:
        if mail.problem:
            await self._failed(mail, mail.problem)
            return
        try:
            if mail.message is not None:
                async with asyncio.timeout(SMTP_TIMEOUT_SECONDS):
                    await self._submit(mail.message)
        except Exception as error:  # noqa: BLE001  one mail must not hold up the others
            await self._failed(mail, type(error).__name__)
            return
        async with self._database.session() as session:
            await session.exec(delete(OutboxMail).where(col(OutboxMail.id) == mail.id))
        if mail.message is not None:
            MAILS.labels("sent").inc()
            log.info("mail sent", mail_id=str(mail.id), template=mail.template, tries=mail.tries)

    async def _submit(self, message: EmailMessage) -> None:
        settings = self._settings
        await aiosmtplib.send(
            message,
            hostname=settings.smtp_host,
            port=settings.smtp_port,
            username=settings.smtp_username or None,
            password=settings.smtp_password.get_secret_value() or None,
            use_tls=settings.smtp_security == "tls",
            start_tls=settings.smtp_security == "starttls",
        )

    async def _failed(self, mail: ClaimedMail, error: str) -> None:
        MAILS.labels("failed").inc()
        log.warning(
            "mail not sent",
            mail_id=str(mail.id),
            template=mail.template,
            tries=mail.tries,
            error=error,
        )
        if mail.tries >= MAX_TRIES:
            async with self._database.session() as session:
                await session.exec(
                    update(OutboxMail)
                    .where(col(OutboxMail.id) == mail.id)
                    .values(failed_at=clock.now())
                )


def _pause(tries: int) -> timedelta:
    """15 s, 30 s, 1 min … 1 h; also the lease, during which no other replica sends the mail."""
    doublings = min(tries - 1, 16)
    return min(FIRST_PAUSE * (1 << doublings), LONGEST_PAUSE)
