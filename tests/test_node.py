"""The web client is built where there is no Node.js, or one that is too old or lacks npm."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
# What npm.sh and pip's scripts call.
NEEDED = ("bash", "dirname", "env", "sh")
NODE_18 = "#!/bin/sh\necho 18\n"
SCRIPTS = {"outer": "npm run --silent inner", "inner": "node --print process.versions.node"}


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout with an environment of its own, in which nothing is installed yet."""
    folder = tmp_path_factory.mktemp("checkout")
    (folder / "requirements").mkdir()
    shutil.copy(ROOT / "requirements" / "node.lock", folder / "requirements")
    (folder / "frontend").mkdir()
    shutil.copy(ROOT / "frontend" / "npm.sh", folder / "frontend")
    (folder / "frontend" / "package.json").write_text(json.dumps({"scripts": SCRIPTS}))
    subprocess.run([sys.executable, "-m", "venv", folder / ".venv"], check=True, timeout=120)
    return folder


@pytest.mark.parametrize("installed", [(), ("node",), ("node", "npm")])
def test_a_script_that_calls_npm_again_gets_a_node_that_is_new_enough(
    checkout: Path, tmp_path: Path, installed: tuple[str, ...]
) -> None:
    for name in NEEDED:
        (tmp_path / name).symlink_to(str(shutil.which(name)))
    for name in installed:
        (tmp_path / name).write_text(NODE_18)
        (tmp_path / name).chmod(0o755)
    run = subprocess.run(
        [checkout / "frontend" / "npm.sh", "run", "--silent", "outer"],
        env={**os.environ, "PATH": str(tmp_path)},
        check=False,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert run.returncode == 0, run.stderr
    assert int(run.stdout.split(".")[0]) >= 20
