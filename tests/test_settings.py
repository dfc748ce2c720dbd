"""A service that lacks a setting, or has one malformed, ends with one line that names it."""

import os
import subprocess
import sys

import pytest

from auth_service.settings import Settings as AuthSettings
from gateway.settings import Settings as GatewaySettings
from local_stack.stack import ROOT
from patient_service.settings import Settings as PatientSettings
from service_kit.settings import ServiceSettings, load
from serving.settings import FollowerSettings

GOOD = {
    "ENVIRONMENT": "test",
    "REDIS_URL": "redis://localhost:6379/0",
    "DATABASE_URL": "postgresql+psycopg://app:test@localhost:5432/auth",
    "SECRET_KEY": "s" * 40,
    "ENCRYPTION_KEYS": f"test:{'A' * 43}=",
    "IMAGE_STORE_URL": "file:///data/images",
    "SERVICE_SECRET": "s" * 40,
    "MODEL_STORE": "file:///data/models",
    "REPLICA_ID": "test",
    "TORCHSERVE_FOLDER": "/var/lib/torchserve",
}
SERVICES: list[type[ServiceSettings]] = [
    AuthSettings, GatewaySettings, PatientSettings, FollowerSettings,
]  # fmt: skip
MISSING = [
    (service, name.upper())
    for service in SERVICES
    for name, field in service.model_fields.items()
    if field.is_required()
]
MALFORMED = [
    (service, name, value)
    for service in SERVICES
    for name, value in (
        ("REDIS_URL", "localhost"),
        ("ENVIRONMENT", "prod"),
        ("LOG_LEVEL", "LOUD"),
        ("METRICS_PORT", "many"),
        ("MTLS_FOLDER", "/nowhere"),
    )
] + [
    (AuthSettings, "ENCRYPTION_KEYS", "short"),
    (AuthSettings, "SECRET_KEY", "short"),
    (GatewaySettings, "RATE_LIMITS", '{"login": "often"}'),
    (PatientSettings, "IMAGE_STORE_URL", "/data/images"),
    (FollowerSettings, "WORKERS", "0"),
]


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in GOOD.items():
        monkeypatch.setenv(name, value)


def refusal(service: type[ServiceSettings], capsys: pytest.CaptureFixture[str]) -> list[str]:
    with pytest.raises(SystemExit) as stop:
        load(service)
    assert stop.value.code == 2
    return capsys.readouterr().err.splitlines()


@pytest.mark.parametrize("service", SERVICES)
def test_good_settings_load(service: type[ServiceSettings]) -> None:
    assert load(service).environment == "test"


@pytest.mark.parametrize(("service", "name"), MISSING)
def test_every_missing_setting_is_named_in_one_line(
    service: type[ServiceSettings],
    name: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.delenv(name)
    lines = refusal(service, capsys)
    assert len(lines) == 1
    assert f"{name} is missing" in lines[0]


@pytest.mark.parametrize(("service", "name", "value"), MALFORMED)
def test_a_malformed_setting_is_named_in_one_line(
    service: type[ServiceSettings],
    name: str,
    value: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv(name, value)
    lines = refusal(service, capsys)
    assert len(lines) == 1
    assert name in lines[0]


@pytest.mark.parametrize(
    "command",
    [["auth_service", "serve"], ["patient_service", "serve"], ["gateway"], ["serving", "follow"]],
)
def test_a_process_without_settings_ends_and_says_why(command: list[str]) -> None:
    bare = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
    ended = subprocess.run(
        [sys.executable, "-m", *command],
        env=bare, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert ended.returncode == 2
    assert "Setting REDIS_URL is missing" in ended.stderr
    assert "Traceback" not in ended.stderr
