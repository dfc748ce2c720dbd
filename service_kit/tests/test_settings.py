"""A service that is not set up right says so in one line and does not start."""

import pytest
from pydantic import SecretStr

from service_kit.settings import ServiceSettings, load


class MailSettings(ServiceSettings):
    smtp_password: SecretStr


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_URL", "redis://localhost:6379/0")
    monkeypatch.setenv("SMTP_PASSWORD", "a real one")


def refusal(capsys: pytest.CaptureFixture[str]) -> list[str]:
    with pytest.raises(SystemExit) as stop:
        load(MailSettings)
    assert stop.value.code == 2
    return capsys.readouterr().err.splitlines()


def test_good_settings_load() -> None:
    assert load(MailSettings).redis_url == "redis://localhost:6379/0"


def test_a_missing_setting_is_named_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("REDIS_URL")
    lines = refusal(capsys)
    assert len(lines) == 1
    assert "REDIS_URL is missing" in lines[0]


def test_a_malformed_setting_is_named_without_its_value(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("REDIS_URL", "http://:hunter2@localhost")
    lines = refusal(capsys)
    assert "REDIS_URL can't be used" in lines[0]
    assert "hunter2" not in lines[0]


def test_production_refuses_the_example_secret(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SMTP_PASSWORD", "change-me-please")
    assert "SMTP_PASSWORD still has its example value" in refusal(capsys)[0]


def test_the_local_stack_accepts_the_example_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMTP_PASSWORD", "change-me-please")
    monkeypatch.setenv("ENVIRONMENT", "local")
    load(MailSettings)
