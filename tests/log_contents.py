"""What every component has logged: the files of a running system, and the stream in Redis."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from redis import Redis

from local_stack.stack import Stack
from service_kit.log_stream import STREAM

# By file: TorchServe and its workers, PostgreSQL and Redis write their own, services one each.
EXPECTED = (
    "auth_service.log", "follower.log", "gateway.log", "patient_service.log", "postgres.log",
    "redis.log", "torchserve.log",
)  # fmt: skip


def logged(stack: Stack, *others: Path) -> dict[str, str]:
    """Everything that was logged, by file; `stream` is what the admin console reads.

    Args:
        stack: a running one.
        others: further files, those of an nginx in front of it.
    """
    files = [*stack.folder.rglob("*.log"), *stack.folder.rglob("*.log.*"), *others]
    found = {path.name: path.read_text(errors="replace") for path in files if path.is_file()}
    with Redis.from_url(stack.redis.url, socket_timeout=10) as redis:
        entries = redis.xrange(STREAM)
    found["stream"] = "\n".join(
        value.decode(errors="replace") for _, entry in entries for value in entry.values()
    )
    return found


def leaks(contents: Mapping[str, str], secrets: Mapping[str, str]) -> set[str]:
    """Which of these stand in which log, however they were written there."""
    return {
        f"{name} in {file}: {_around(text, written)}"
        for name, secret in secrets.items()
        for written in _ways_of_writing(secret)
        for file, text in contents.items()
        if written in text
    }


def _ways_of_writing(text: str) -> Iterable[str]:
    from urllib.parse import quote, quote_plus

    return {text, quote(text, safe=""), quote_plus(text), json.dumps(text)[1:-1], repr(text)[1:-1]}


def _around(text: str, found: str) -> str:
    at = text.index(found)
    return text[max(0, at - 120) : at + 40].replace("\n", " ")
