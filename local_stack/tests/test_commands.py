"""The commands, where nothing runs."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from local_stack import main
from local_stack.instance import Instance
from local_stack.preflight import PreflightFailed
from local_stack.service_settings import TLS_SERVICES

RUNNER = CliRunner()


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(main, "ROOT", tmp_path)
    return tmp_path


@pytest.mark.parametrize("command", ["status", "stop"])
def test_what_needs_a_running_system_says_that_none_runs(command: str) -> None:
    answer = RUNNER.invoke(main.app, [command, "--port", "8765"])
    assert (answer.exit_code, answer.stdout) == (1, "Nothing is running on port 8765.\n")


def test_logs_of_an_unknown_part_name_those_there_are(elsewhere: Path) -> None:
    log = elsewhere / ".local" / "stack-8765" / "logs" / "gateway.log"
    log.parent.mkdir(parents=True)
    log.touch()
    answer = RUNNER.invoke(main.app, ["logs", "gateways", "--port", "8765"])
    assert answer.exit_code == 1
    assert "Logs: gateway." in answer.stdout


def test_every_port_is_a_system_of_its_own() -> None:
    assert main._folder(8000).name == "stack"
    assert main._folder(8010).name == "stack-8010"


def test_reset_asks_first(elsewhere: Path) -> None:
    folder = elsewhere / ".local" / "stack-8765"
    folder.mkdir(parents=True)
    refused = RUNNER.invoke(main.app, ["reset", "--port", "8765"], input="n\n")
    assert refused.exit_code == 1
    assert folder.exists()
    accepted = RUNNER.invoke(main.app, ["reset", "--port", "8765"], input="y\n")
    assert accepted.exit_code == 0
    assert not folder.exists()


def test_reset_refuses_while_the_system_runs(elsewhere: Path) -> None:
    instance = Instance(elsewhere / ".local" / "stack-8765")
    instance.take()
    answer = RUNNER.invoke(main.app, ["reset", "--port", "8765", "--yes"])
    assert answer.exit_code == 1
    assert "already running" in answer.stdout
    instance.leave()


def test_certificates_are_made_for_every_service(elsewhere: Path) -> None:
    answer = RUNNER.invoke(main.app, ["certs", "--port", "8765"])
    assert answer.exit_code == 0
    folder = elsewhere / ".local" / "stack-8765" / "certificates"
    for service in TLS_SERVICES:
        assert (folder / service / "tls.crt").is_file()


def test_what_a_start_needs_and_lacks_is_said_in_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def lacks(*_: object, **__: object) -> None:
        raise PreflightFailed("Port 8765 is taken.")

    monkeypatch.setattr("local_stack.preflight.check", lacks)
    for command in ("run", "demo"):
        answer = RUNNER.invoke(main.app, [command, "--port", "8765"])
        assert (answer.exit_code, answer.stdout) == (1, "Port 8765 is taken.\n")
