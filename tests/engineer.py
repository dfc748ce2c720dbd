"""An ML engineer at a shell, in a folder of their own."""

import json
import os
import sys
from asyncio import create_subprocess_exec
from pathlib import Path
from subprocess import DEVNULL, PIPE, STDOUT
from typing import Any

from local_stack.stack import Stack


class Engineer:
    """Somebody with `dermis-model`, signed in or about to be."""

    def __init__(self, home: Path, stack: Stack) -> None:
        self.home = home
        self.environment = {
            "HOME": str(home),
            "XDG_CONFIG_HOME": str(home / "config"),
            "DERMIS_URL": stack.url,
            "PATH": "/usr/bin:/bin",
        }

    async def run(self, *words: object, fails: bool = False) -> Any:
        """The last JSON object that the command answers."""
        process = await create_subprocess_exec(
            str(Path(sys.executable).with_name("dermis-model")), *map(str, words), "--json",
            cwd=self.home, env=self.environment, stdin=PIPE, stdout=PIPE, stderr=PIPE,
        )  # fmt: skip
        out, errors = await process.communicate()
        assert bool(process.returncode) is fails, (words, out, errors)
        return json.loads(out.splitlines()[-1])

    async def typed(self, line: str) -> str:
        """What a line says when it is typed as it stands; it may fail no more than a page says."""
        installed = Path(sys.executable).parent
        process = await create_subprocess_exec(
            "bash", "-ec", line, cwd=self.home, stdin=DEVNULL, stdout=PIPE, stderr=STDOUT,
            env=self.environment | {"PATH": f"{installed}:{os.environ['PATH']}", "COLUMNS": "100"},
        )  # fmt: skip
        said, _ = await process.communicate()
        assert process.returncode == 0, (line, said.decode())
        return said.decode()
