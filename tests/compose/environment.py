"""A .env as the person who installs Dermis would fill it in, from .env.example."""

import base64
import re
import secrets
from pathlib import Path

ROOT = Path(__file__).parents[2]
_PLACEHOLDER = re.compile(r"change-me[\w-]*")


def written(folder: Path, *, port: int) -> Path:
    """`folder`/.env: every `change-me…` a secret of its own, mails to the sink, plain HTTP.

    The same placeholder stands for the same secret wherever it occurs, as in .env.example.
    """
    mails = folder / "mails"
    mails.mkdir(parents=True, exist_ok=True)
    differing = {
        "PUBLIC_URL": f"http://localhost:{port}",
        "HTTP_PORT": str(port),
        "SMTP_HOST": "127.0.0.1",
        "SMTP_PORT": "1025",
        "SMTP_SECURITY": "none",
        "SMTP_PASSWORD": "",
        "ENCRYPTION_KEYS": "2026:" + base64.b64encode(secrets.token_bytes(32)).decode(),
        "MAILS": str(mails),
    }
    made: dict[str, str] = {}

    def secret(found: re.Match[str]) -> str:
        return made.setdefault(found[0], secrets.token_hex(24))

    lines = []
    for line in (ROOT / ".env.example").read_text().splitlines():
        name, equals, _ = line.partition("=")
        if equals and name in differing:
            lines.append(f"{name}={differing.pop(name)}")
        else:
            lines.append(_PLACEHOLDER.sub(secret, line))
    lines += [f"{name}={value}" for name, value in differing.items()]
    path = folder / ".env"
    path.touch(mode=0o600)
    path.write_text("\n".join(lines) + "\n")
    return path
