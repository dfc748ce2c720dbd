"""How every verb answers: for people by rich, for programs one JSON object a line."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import orjson
import typer
from rich.console import Console
from rich.table import Table

Json = Annotated[bool, typer.Option("--json", help="One JSON object a line, nothing else.")]

# Progress and questions go where they do not mix with what a pipe reads.
notices = Console(stderr=True, highlight=False)
_answers = Console(highlight=False, soft_wrap=True)


class CommandFailed(Exception):
    """A verb that could not do what was asked.

    Attributes:
        reason: a code for programs, UPPER_SNAKE.
        message: a sentence for people.
        details: further lines, such as every reason to refuse an archive.
    """

    def __init__(self, reason: str, message: str, details: list[str] | None = None) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message
        self.details = details or []


def tell(as_json: bool, content: dict[str, Any], shown: str | Table) -> None:
    """Answer: `content` for programs, `shown` for people."""
    if as_json:
        typer.echo(orjson.dumps(content, default=str))
    else:
        _answers.print(shown, markup=isinstance(shown, Table))


@contextmanager
def failing(as_json: bool) -> Iterator[None]:
    """Turn a failure into an answer and exit status 1."""
    try:
        yield
    except CommandFailed as failure:
        if as_json:
            refusal = {"error": failure.reason, "message": failure.message}
            typer.echo(orjson.dumps(refusal | {"details": failure.details}))
        else:
            notices.print(f"{failure.message} ({failure.reason})", style="red", markup=False)
            for line in failure.details:
                notices.print(f"  {line}", markup=False)
        raise typer.Exit(1) from None
