"""Sends what lies in the outbox: at least once, with growing pauses, by any number of replicas."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from email.message import EmailMessage
from uuid import UUID

import aiosmtplib
import structlog
from prometheus_client import Counter
from sqlalchemy import delete, update
from sqlmodel import col, select

from auth_service.letters import Sender, compose
from auth_service.models import OutboxMail
from auth_service.settings import Settings
from service_kit import clock
from service_kit.database import Database

log = structlog.get_logger()

MAILS = Counter("dermis_mails", "Tries to send a mail.", ["outcome"])

BATCH = 20
POLL_SECONDS = 0.5
# Between looks while the database is away.
OUTAGE_SECONDS = 5.0
SMTP_TIMEOUT_SECONDS = 10
FIRST_PAUSE = timedelta(seconds=15)
LONGEST_PAUSE = timedelta(hours=1)
# With these pauses about a day; then somebody has to look.
MAX_TRIES = 30


@dataclass(frozen=True, slots=True)
class Claimed:
    """A mail that is this process's to send until its next try is due."""

    id: UUID
    letter: str
    tries: int
    message: EmailMessage | None


class MailSender:
    """The loop between outbox and mail server."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self._settings = settings
        self._sender = Sender(settings.mail_from, settings.public_url)

    async def run(self) -> None:
        """Send until cancelled; survives whatever database and mail server do."""
        while True:
            try:
                sent = await self.send_due()
            except Exception as error:  # noqa: BLE001  the loop must outlive every outage
                log.warning("outbox could not be read", error=type(error).__name__)
                await asyncio.sleep(OUTAGE_SECONDS)
                continue
            if not sent:
                await asyncio.sleep(POLL_SECONDS)

    async def send_due(self) -> int:
        """Send one batch of what is due.

        Returns:
            How many mails were taken up, sent or not.
        """
        batch = await self._claim()
        for mail in batch:
            await self._send(mail)
        return len(batch)

    async def _claim(self) -> Sequence[Claimed]:
        # Links are committed before a mail with them leaves, or it could hold a dead one.
        async with self._database.session() as session:
            due = (
                select(OutboxMail)
                .where(col(OutboxMail.failed_at).is_(None), OutboxMail.next_try_at <= clock.now())
                .order_by(col(OutboxMail.next_try_at))
                .limit(BATCH)
                .with_for_update(skip_locked=True)
            )
            claimed = []
            for mail in (await session.exec(due)).all():
                mail.tries += 1
                mail.next_try_at = clock.now() + _pause(mail.tries)
                session.add(mail)
                message = await compose(session, mail, self._sender)
                claimed.append(Claimed(mail.id, mail.letter, mail.tries, message))
            return claimed

    async def _send(self, mail: Claimed) -> None:
        try:
            if mail.message is not None:
                await self._submit(mail.message)
        except (aiosmtplib.SMTPException, OSError) as error:
            await self._failed(mail, type(error).__name__)
            return
        async with self._database.session() as session:
            await session.exec(delete(OutboxMail).where(col(OutboxMail.id) == mail.id))
        MAILS.labels("sent").inc()
        log.info("mail done", mail_id=str(mail.id), letter=mail.letter, tries=mail.tries)

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
            timeout=SMTP_TIMEOUT_SECONDS,
        )

    async def _failed(self, mail: Claimed, error: str) -> None:
        MAILS.labels("failed").inc()
        log.warning(
            "mail not sent", mail_id=str(mail.id), letter=mail.letter, tries=mail.tries, error=error
        )
        if mail.tries >= MAX_TRIES:
            async with self._database.session() as session:
                await session.exec(
                    update(OutboxMail)
                    .where(col(OutboxMail.id) == mail.id)
                    .values(failed_at=clock.now())
                )


def _pause(tries: int) -> timedelta:
    """15 s, 30 s, 1 min … 1 h; also the lease in which no other replica takes the mail up."""
    doublings = min(tries - 1, 16)
    return min(FIRST_PAUSE * (1 << doublings), LONGEST_PAUSE)
