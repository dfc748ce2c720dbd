"""The mailbox: reads the messages that the mail sink has stored."""

import asyncio
import email
import re
import time
from email import policy
from pathlib import Path

MAIL_SECONDS = 60
_LINK_TOKEN = re.compile(r"#token=([\w.%-]+)")


class MailMissing(Exception):
    """The mail did not arrive in time."""


class Mailbox:
    """A folder of `.eml` files whose names sort by time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def newest(self) -> str:
        """The name of the newest mail, to wait for later ones; "" if there is none."""
        return max((path.name for path in self._folder.glob("*.eml")), default="")

    async def token(self, recipient: str, *, after: str = "") -> str:
        """The token of the link in the next mail to `recipient`.

        Args:
            recipient: an address.
            after: what `newest` returned before the mail was requested.

        Raises:
            MailMissing: none came.
        """
        ends = time.monotonic() + MAIL_SECONDS
        while time.monotonic() < ends:
            for path in sorted(self._folder.glob("*.eml")):
                if path.name > after and (token := _token(path, recipient)):
                    return token
            await asyncio.sleep(0.1)
        raise MailMissing(f"no mail with a link arrived within {MAIL_SECONDS} s")


def _token(path: Path, recipient: str) -> str | None:
    message = email.message_from_bytes(path.read_bytes(), policy=policy.default)
    body = message.get_body(("plain",))
    if message["to"] != recipient or body is None:
        return None
    found = _LINK_TOKEN.search(body.get_content())
    return found.group(1) if found else None
