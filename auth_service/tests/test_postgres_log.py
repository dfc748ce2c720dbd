"""PostgreSQL's own log says what went wrong, never whose data it was."""

from pathlib import Path
from typing import Any

import psycopg
import pytest
import yaml

from auth_service.tests.conftest import Identity
from local_stack.components.postgres import LOGS_NO_DATA

ROOT = Path(__file__).parents[2]
STATEFUL_SET, CLUSTER = "k8s/overlays/local/postgres.yaml", "k8s/components/cloudnative-pg"

CLASH = """
INSERT INTO accounts (id, email, email_key, full_name, role, password_hash, password_changed_at,
    active, require_two_factor, created_at)
SELECT gen_random_uuid(), email, email_key, full_name, 'admin', password_hash, now(), true, false,
    now()
FROM accounts WHERE email_key = {}
"""


async def test_a_unique_violation_leaves_no_address_in_postgresqls_log(
    identity: Identity, postgres: Any
) -> None:
    person = await identity.registered()
    log: Path = postgres.server.process.log
    before = len(log.read_text())
    with psycopg.connect(identity.owner_url.replace("+psycopg", "")) as connection:
        # Once as a parameter, once inside the statement.
        for email, parameters in (("%s", (person.email,)), (f"'{person.email}'", None)):
            with pytest.raises(psycopg.errors.UniqueViolation):
                connection.execute(CLASH.format(email), parameters)
            connection.rollback()
    said = log.read_text()
    assert said[before:].count("duplicate key value") == 2
    assert "@" not in said, "nor did any other test before this one"
    assert "DETAIL" not in said


def test_every_installation_keeps_data_out_of_postgresqls_log() -> None:
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    command = compose["services"]["postgres"]["command"]
    stateful_set = next(
        part
        for part in yaml.safe_load_all((ROOT / STATEFUL_SET).read_text())
        if part["kind"] == "StatefulSet"
    )
    arguments = stateful_set["spec"]["template"]["spec"]["containers"][0]["args"]
    cluster = yaml.safe_load((ROOT / CLUSTER / "postgres.yaml").read_text())
    parameters = cluster["spec"]["postgresql"]["parameters"]
    expected = ["postgres", *(f"-c{name}={value}" for name, value in LOGS_NO_DATA.items())]
    assert command[: len(expected)] == expected
    further = {option.removeprefix("-c").split("=")[0] for option in command[len(expected) :]}
    assert further == {"archive_mode", "archive_timeout", "archive_command", "hba_file"}
    assert arguments == expected
    assert parameters | LOGS_NO_DATA == parameters
