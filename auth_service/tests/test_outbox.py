"""Mail goes out whatever else lies in the outbox, and whatever the mail server does."""

import asyncio

import pytest
from sqlalchemy import delete
from sqlmodel import select

from auth_service.models import OutboxMail
from auth_service.tests.conftest import Identity


async def test_a_mail_that_can_not_be_written_holds_up_no_other(identity: Identity) -> None:
    person = await identity.registered()
    async with identity.service.database.session() as session:
        lost = OutboxMail(template="no such template", recipient=person.email)
        session.add(lost)
    await person.client.call("ForgotPassword", email=person.email)
    await identity.deliver()
    assert identity.mailbox.to(person.email)[-1]["Subject"] == "Reset your password"
    async with identity.service.database.session() as session:
        kept = await session.get(OutboxMail, lost.id)
        assert kept is not None
        assert kept.tries == 1
        await session.delete(kept)


async def test_a_mail_server_that_hangs_keeps_no_mail_beyond_its_lease(
    identity: Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = await identity.enrolled()
    await identity.deliver()

    async def hang(*_: object, **__: object) -> None:
        await asyncio.Event().wait()

    # A server that takes the connection and then says nothing; the real patience is ten seconds.
    monkeypatch.setattr("aiosmtplib.send", hang)
    monkeypatch.setattr("auth_service.mail.sender.SMTP_TIMEOUT_SECONDS", 0.2)
    async with identity.service.database.session() as session:
        session.add_all(
            OutboxMail(template="password_changed", recipient=person.email) for _ in range(3)
        )
    async with asyncio.timeout(60):
        assert await identity.service.mail_sender.send_due()
    async with identity.service.database.session() as session:
        waiting = (await session.exec(select(OutboxMail.tries))).all()
        assert sorted(waiting) == [0, 0, 1]
        await session.exec(delete(OutboxMail))
