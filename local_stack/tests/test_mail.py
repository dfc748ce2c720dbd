"""Mails go by real SMTP into files, and are found there."""

import smtplib
from collections.abc import AsyncIterator
from email.message import EmailMessage
from pathlib import Path

import pytest

from local_stack import mailbox
from local_stack.components.ports import free_port, listens
from local_stack.components.service import Service
from local_stack.mailbox import Mailbox, MailMissing


@pytest.fixture
async def port(tmp_path: Path) -> AsyncIterator[int]:
    chosen = free_port()
    command = ["local_stack.components.mail_sink", str(tmp_path / "mails"), str(chosen)]
    sink = Service(
        "mail sink", command, environment={}, log=tmp_path / "sink.log", port=chosen,
        answers=lambda: listens(chosen),
    )  # fmt: skip
    await sink.start()
    yield chosen
    await sink.stop()


async def test_a_mail_is_kept_and_its_link_found(tmp_path: Path, port: int) -> None:
    box = Mailbox(tmp_path / "mails")
    _send(port, "ada@example.org", "Open http://localhost/verify-email#token=first-1")
    _send(port, "eve@example.org", "Open http://localhost/verify-email#token=for-eve")
    assert await box.token("ada@example.org") == "first-1"
    before = box.newest()
    _send(port, "ada@example.org", "Änderung: http://localhost/verify-email#token=second-2")
    assert await box.token("ada@example.org", after=before) == "second-2"


async def test_a_mail_that_does_not_come_is_said_so(
    tmp_path: Path, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mailbox, "MAIL_SECONDS", 0.5)
    _send(port, "ada@example.org", "No link in here.")
    with pytest.raises(MailMissing, match="no mail with a link arrived"):
        await Mailbox(tmp_path / "mails").token("ada@example.org")


def _send(port: int, recipient: str, text: str) -> None:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "dermis@example.org", recipient, "Verify"
    message.set_content(text)
    with smtplib.SMTP("127.0.0.1", port) as client:
        client.send_message(message)
