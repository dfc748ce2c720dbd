"""/dev/mailbox: the mails that the local stack has "sent". Not served in production."""

import email
import html
import re
from email import policy
from pathlib import Path

from starlette.responses import HTMLResponse

from dermis.options.v1 import access_pb2
from gateway.routers.dependencies import SettingsDep
from gateway.routers.guards import Router, permit

SHOWN = 50
# In text that is escaped already: no quote can end the attribute.
_ADDRESS = re.compile(r"https?://[^\s<>\"]+")

router = Router(
    tags=["dev"], dependencies=[permit(access_pb2.PERMISSION_PUBLIC)], include_in_schema=False
)


@router.get("/dev/mailbox")
def mailbox(settings: SettingsDep) -> HTMLResponse:
    """The newest mails, newest first."""
    # Served only where this setting is made.
    folder = settings.dev_mailbox or Path()
    newest = sorted(folder.glob("*.eml"), reverse=True)[:SHOWN]
    letters = "".join(_letter(path) for path in newest) or "<p>No mail yet.</p>"
    return HTMLResponse(
        f"<!doctype html><html lang=en><title>Mailbox</title><h1>Mailbox</h1>{letters}</html>"
    )


def _letter(path: Path) -> str:
    message = email.message_from_bytes(path.read_bytes(), policy=policy.default)
    body = message.get_body(("plain",))
    text = body.get_content() if body else ""
    return (
        f"<article><h2>{html.escape(str(message['subject']))}</h2>"
        f"<p>To {html.escape(str(message['to']))}</p><pre>{_with_links(text)}</pre></article>"
    )


def _with_links(text: str) -> str:
    """A mail's text as HTML whose addresses can be clicked."""
    return _ADDRESS.sub(r'<a href="\g<0>">\g<0></a>', html.escape(text))
