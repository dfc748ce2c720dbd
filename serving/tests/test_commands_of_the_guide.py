"""Every command of the ML engineers' guide exists, with every option that is shown."""

import re
import shlex
from pathlib import Path

import pytest
import typer

from local_stack.stack import ROOT
from serving.cli import app
from serving.cli.status_tables import costs

GUIDE = (ROOT / "docs" / "ml-engineers.md").read_text()
# Of Python, there are others.
FENCED = re.findall(r"^```(\w*)\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)
BLOCKS = [block for language, block in FENCED if not language]
COMMANDS = [
    line for block in BLOCKS for line in block.splitlines() if line.startswith("dermis-model ")
]


@pytest.mark.parametrize("line", COMMANDS)
def test_a_command_of_the_guide_is_understood(
    line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, verb, *arguments = shlex.split(line, comments=True)
    monkeypatch.chdir(tmp_path)
    for argument in arguments:
        # What the guide's steps before it have made.
        if (
            "/" in argument
            or argument.endswith((".pth", ".onnx", ".mar"))
            or argument in ("photos", "our-cases")
        ):
            path = Path(argument)
            if path.suffix:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(b"")
            else:
                path.mkdir(parents=True, exist_ok=True)
    command = typer.main.get_command(app).commands[verb]  # type: ignore[attr-defined]
    command.make_context(verb, arguments)


def test_every_verb_is_in_the_guide() -> None:
    verbs = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    assert {verb for verb in verbs if verb not in GUIDE} == set()


def test_the_table_of_costs_has_the_columns_that_try_prints() -> None:
    (shown,) = (block for language, block in FENCED if language == "text")
    columns = re.split(r"\s{2,}", shown.splitlines()[0].strip())
    assert columns == [str(column.header) for column in costs([]).columns if column.header]
