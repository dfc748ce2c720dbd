"""Sign-ins that outlive a command: refresh tokens in the user's configuration folder.

<config>/dermis/sign_in.json    0600: {"https://dermis.example": "<refresh token>"}
<config>/dermis/sign_in.lock    one command at a time exchanges a token: each is valid once
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import typer
from filelock import FileLock

from service_kit.files import write_private_json


class TokenStore:
    """The refresh token for one Dermis installation.

    Args:
        url: its address.
        folder: the user's configuration folder; by default the system's for `dermis`.
    """

    def __init__(self, url: str, folder: Path | None = None) -> None:
        self._url = url
        self._folder = folder or Path(typer.get_app_dir("dermis"))
        self._path = self._folder / "sign_in.json"

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Wait until no other command is exchanging a token, and make others wait."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with FileLock(self._folder / "sign_in.lock"):
            yield

    def read(self) -> str:
        """The refresh token; "" where there is none."""
        return self._all().get(self._url, "")

    def write(self, token: str) -> None:
        """Store a token that nobody else can read; "" deletes it."""
        tokens = self._all() | {self._url: token}
        write_private_json(self._path, {url: kept for url, kept in tokens.items() if kept})

    def _all(self) -> dict[str, str]:
        try:
            found = json.loads(self._path.read_text())
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}
