"""The secrets of one local system: created at its first start, readable by its owner only."""

import base64
import json
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path

from service_kit.files import write_private_json


@dataclass(frozen=True, slots=True)
class Secrets:
    """All secrets that the services share or hold."""

    secret_key: str
    encryption_keys: str
    gateway_secret: str
    database_password: str


def load_or_make(path: Path) -> Secrets:
    """Read the secrets, or create and store new ones."""
    if path.exists():
        return Secrets(**json.loads(path.read_text()))
    made = Secrets(
        secret_key=secrets.token_urlsafe(48),
        encryption_keys=f"local:{base64.b64encode(secrets.token_bytes(32)).decode()}",
        gateway_secret=secrets.token_urlsafe(48),
        database_password=secrets.token_urlsafe(24),
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    write_private_json(path, asdict(made))
    return made
