"""Options and arguments that several verbs share."""

from pathlib import Path
from typing import Annotated

import typer

LOCAL = "http://localhost:8000"
WAIT_SECONDS = 300.0

Json = Annotated[
    bool, typer.Option("--json", help="Print one JSON object per line and nothing else.")
]
Url = Annotated[
    str, typer.Option("--url", envvar="DERMIS_URL", help="Address of Dermis (DERMIS_URL).")
]
Archive = Annotated[Path, typer.Argument(help="A model archive (.mar).", exists=True)]
Version = Annotated[str, typer.Argument(help="A version that was pushed.")]
Why = Annotated[str, typer.Option(help="The reason to record in the release log.")]
Wait = Annotated[
    bool, typer.Option(help="Wait until every replica has followed; exit 1 if one refuses.")
]
Seconds = Annotated[float, typer.Option(min=1, help="Longest wait, in seconds.")]
