"""compose/rotate-secrets.sh: whoever reads a secret that was replaced is started with the new one.

Docker is a stand-in here that writes down what it is asked for; `make compose-test` uses the real
one.
"""

import os
import re
import subprocess
from pathlib import Path

import pytest
import yaml

from local_stack.stack import ROOT

SERVICES = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
SCRIPT = ROOT / "compose" / "rotate-secrets.sh"
KINDS = re.findall(r"^rotate_(\w+)\(\)", SCRIPT.read_text(), re.MULTILINE)
# Who needs no start: PostgreSQL reads its secrets into an empty volume only; jobs begin anew.
READ_ONCE = {"postgres", "migrate_auth", "migrate_patient", "restore", "recover"}

DOCKER = r"""#!/usr/bin/env bash
echo "$*" >>"$CALLS"
case "$*" in
*"ps --quiet"*) echo "container" ;;
*"ps --services"*) echo "$RUNNING" ;;
*"redis-cli"*) echo OK ;;
*"exec"*"redis cut"*) echo "known to Redis" ;;
*"psql"*) cat >/dev/null ;;
*"config --services"*) echo "$RUNNING" ;;
esac
"""


class Machine:
    """A folder of secrets, and a Docker that runs every part."""

    def __init__(self, folder: Path) -> None:
        self._calls = folder / "calls"
        self._secrets = folder / "secrets"
        (folder / "docker").write_text(DOCKER)
        (folder / "docker").chmod(0o755)
        self._environment = os.environ | {
            "PATH": f"{folder}:{os.environ['PATH']}",
            "CALLS": str(self._calls),
            "SECRETS": str(self._secrets),
        }
        subprocess.run(
            [ROOT / "secrets" / "create.sh", self._secrets], check=True, capture_output=True
        )

    def rotate(self, kind: str, *, running: set[str]) -> tuple[set[str], list[str]]:
        """The secrets that differ afterwards, and what Docker was asked for."""
        before = self._read()
        subprocess.run(
            [SCRIPT, kind],
            env=self._environment | {"RUNNING": "\n".join(sorted(running))},
            check=True, capture_output=True, timeout=60,
        )  # fmt: skip
        after = self._read()
        changed = {name for name in after if after[name] != before.get(name)}
        return changed, self._calls.read_text().splitlines()

    def _read(self) -> dict[str, str]:
        return {file.name: file.read_text() for file in self._secrets.iterdir()}


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def started(calls: list[str]) -> set[str]:
    """The parts that such calls start, with the secrets that are there then."""
    verbs = re.compile(r"compose (?:--profile \S+ )?(up|restart) (.*)")
    return {
        word
        for call in calls
        if (found := verbs.search(call))
        for word in found[2].split()
        if word in SERVICES
    }


def readers(secrets: set[str]) -> set[str]:
    """The parts that mount one of them."""
    return {
        name
        for name, part in SERVICES.items()
        for given in part.get("secrets", ())
        if (given if isinstance(given, str) else given["source"]) in secrets
    }


@pytest.mark.parametrize("kind", KINDS)
def test_whoever_reads_a_new_secret_is_started_with_it(machine: Machine, kind: str) -> None:
    changed, calls = machine.rotate(kind, running=set(SERVICES))
    # The signing key is in the database.
    assert bool(changed) == (kind != "signing")
    assert readers(changed) - READ_ONCE - started(calls) == set()


@pytest.mark.parametrize("kind", KINDS)
def test_no_part_of_a_profile_is_started_that_was_not_running(machine: Machine, kind: str) -> None:
    profiles = {name for name, part in SERVICES.items() if part.get("profiles")}
    _, calls = machine.rotate(kind, running=SERVICES.keys() - profiles)
    assert started(calls) & profiles == set()


def test_redis_is_asked_with_the_password_that_it_knows(machine: Machine) -> None:
    """Not with that of the folder, which a run that was cut off has replaced already."""
    _, calls = machine.rotate("redis", running=set(SERVICES))
    (asked,) = (call for call in calls if "redis-cli" in call)
    assert "REDISCLI_AUTH=known to Redis " in asked
