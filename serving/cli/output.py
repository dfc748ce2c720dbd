"""What verbs print: tables and sentences for people, one JSON object per line for programs."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import orjson
import typer
from rich.console import Console
from rich.table import Table

# Progress and questions go to standard error, so that pipes read answers only.
notices = Console(stderr=True, highlight=False)
_answers = Console(highlight=False, soft_wrap=True)


class CommandFailed(Exception):
    """A verb that could not do what it was asked to.

    Attributes:
        reason: a code for programs, UPPER_SNAKE.
        message: a sentence for people.
        details: further lines, such as every reason why an archive is refused.
    """

    def __init__(self, reason: str, message: str, details: list[str] | None = None) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message
        self.details = details or []


def show(as_json: bool, content: dict[str, Any], text: str | Table) -> None:
    """Print an answer: `content` for programs, `text` for people."""
    if as_json:
        typer.echo(orjson.dumps(content, default=str))
    else:
        _answers.print(text, markup=isinstance(text, Table))


@contextmanager
def reported_failures(as_json: bool) -> Iterator[None]:
    """Print a failure as the answer, and exit with status 1."""
    try:
        yield
    except CommandFailed as failure:
        if as_json:
            refusal = {"error": failure.reason, "message": failure.message}
            typer.echo(orjson.dumps(refusal | {"details": failure.details}))
        else:
            # Wrapped by the terminal, not by us: a path that is broken in two can't be copied.
            notices.print(
                f"{failure.message} ({failure.reason})", style="red", markup=False, soft_wrap=True
            )
            for line in failure.details:
                notices.print(f"  {line}", markup=False, soft_wrap=True)
        raise typer.Exit(1) from None


def replica_count(count: int) -> str:
    """As in "ready on 2 replicas"."""
    return f"{count} replica" if count == 1 else f"{count} replicas"
