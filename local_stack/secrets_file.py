"""The secrets of one local system: made at its first start, kept readable by its owner only."""

import base64
import json
import os
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Secrets:
    """Everything secret that the services share or keep."""

    secret_key: str
    encryption_keys: str
    gateway_secret: str
    database_password: str


def load_or_make(path: Path) -> Secrets:
    """Read the secrets, or make and keep new ones."""
    if path.exists():
        return Secrets(**json.loads(path.read_text()))
    made = Secrets(
        secret_key=secrets.token_urlsafe(48),
        encryption_keys=f"local:{base64.b64encode(secrets.token_bytes(32)).decode()}",
        gateway_secret=secrets.token_urlsafe(48),
        database_password=secrets.token_urlsafe(24),
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    write_private(path, asdict(made))
    return made


def write_private(path: Path, content: object) -> None:
    """Write JSON for our eyes only, whole or not at all."""
    partial = path.with_suffix(".part")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(content, file)
    partial.rename(path)
