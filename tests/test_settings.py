"""A service that lacks a setting, or has one malformed, ends with one line that names it."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from auth_service.settings import Settings as AuthSettings
from gateway.settings import Settings as GatewaySettings
from local_stack.stack import ROOT
from patient_service.settings import Settings as PatientSettings
from service_kit.settings import ServiceSettings, load
from serving.replica.settings import FollowerSettings

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
SECRET = ("REDIS_URL", "DATABASE_URL", "SECRET_KEY", "ENCRYPTION_KEYS", "SERVICE_SECRET")
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
    (GatewaySettings, "CORS_ORIGINS", "https://dermis.example"),
    (PatientSettings, "IMAGE_STORE_URL", "/data/images"),
    (FollowerSettings, "WORKERS", "0"),
    (FollowerSettings, "BATCH_SIZE", "0"),
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


@pytest.fixture
def secret_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of secrets; nothing secret is in the environment."""
    monkeypatch.setenv("SECRETS_FOLDER", str(tmp_path))
    for name in SECRET:
        monkeypatch.delenv(name)
    for name in SECRET:
        (tmp_path / name.lower()).write_text(f"{GOOD[name]}\n")
    return tmp_path


@pytest.mark.parametrize("service", SERVICES)
def test_secrets_are_read_from_files(service: type[ServiceSettings], secret_files: Path) -> None:
    assert load(service).redis_url == GOOD["REDIS_URL"]


def test_kubernetes_names_files_as_settings_are_named(secret_files: Path) -> None:
    (secret_files / "secret_key").rename(secret_files / "SECRET_KEY")
    assert load(AuthSettings).secret_key.get_secret_value() == GOOD["SECRET_KEY"]


def test_the_environment_comes_before_a_file(
    secret_files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_KEY", "e" * 40)
    assert load(AuthSettings).secret_key.get_secret_value() == "e" * 40


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (Path.unlink, "is missing"),
        (lambda file: file.write_text("\n"), "is missing"),
        (lambda file: file.write_bytes(b"\xff\xfe\x00"), "isn't UTF-8 text"),
        (lambda file: (file.unlink(), file.mkdir()), "isn't a file"),
        (lambda file: file.write_text("short"), "needs at least 32 characters"),
    ],
    ids=["missing", "empty", "not text", "folder", "too short"],
)
def test_a_bad_secret_file_is_named_in_one_line(
    spoil: Callable[[Path], object],
    said: str,
    secret_files: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    file = secret_files / "secret_key"
    spoil(file)
    lines = refusal(AuthSettings, capsys)
    assert len(lines) == 1
    assert lines[0].startswith("Setting SECRET_KEY ")
    assert said in lines[0]


def test_a_secret_file_that_may_not_be_read_is_named_with_its_remedy(
    secret_files: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # Root reads everything, so the refusal comes from here.
    def refuse(self: Path, *_: object, **__: object) -> str:
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "read_text", refuse)
    lines = refusal(AuthSettings, capsys)
    assert len(lines) == 1
    assert "can't be read (Permission denied); let user" in lines[0]


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
