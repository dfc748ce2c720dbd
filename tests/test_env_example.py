"""The examples explain every setting, and their secrets don't get into production."""

import re
import stat
import subprocess
from pathlib import Path

import pytest
import yaml

from auth_service.settings import Settings as AuthSettings
from gateway.settings import Settings as GatewaySettings
from patient_service.settings import Settings as PatientSettings
from service_kit.settings import ServiceSettings, load
from serving.replica.settings import FollowerSettings

ROOT = Path(__file__).parent.parent
SECRETS = ROOT / "secrets" / "secrets.example"
TEXT = (ROOT / ".env.example").read_text() + SECRETS.read_text()
EXAMPLES = dict(re.findall(r"^([A-Z_]+)=(.*)$", TEXT, re.MULTILINE))
SERVICES: list[tuple[str, type[ServiceSettings]]] = [
    ("AUTH_", AuthSettings),
    ("PATIENT_", PatientSettings),
    ("GATEWAY_", GatewaySettings),
    ("FOLLOWER_", FollowerSettings),
]


@pytest.mark.parametrize(("prefix", "settings"), SERVICES)
def test_every_setting_is_in_the_example(prefix: str, settings: type[ServiceSettings]) -> None:
    names = {name.upper() for name in settings.model_fields}
    assert {n for n in names if not {n, prefix + n} & EXAMPLES.keys()} == set()


# What docker-compose.yml itself decides, and why nobody may set it in .env.
DECIDED = {
    "GRPC_HOST": "containers listen on every address of their network",
    "GRPC_PORT": "containers reach each other at it",
    "HOST": "as GRPC_HOST",
    "PORT": "as GRPC_PORT",
    "AUTH_ADDRESS": "a container's name",
    "PATIENT_ADDRESS": "a container's name",
    "METRICS_PORT": "Prometheus scrapes it there",
    "INFERENCE_ADDRESS": "a container's name",
    "MANAGEMENT_ADDRESS": "TorchServe's own loopback",
    "TORCHSERVE_METRICS_ADDRESS": "TorchServe's own loopback",
    "TORCHSERVE_FOLDER": "a volume",
    "MODEL_STORE": "a volume: followers have no way out to an object store",
    "MTLS_FOLDER": "docker-compose.prod.yml turns it on",
    "WEB_CLIENT": "nginx serves it",
    "DOCS_FOLDER": "local stack only",
    "DEV_MAILBOX": "local stack only",
    "MIGRATION_DATABASE_URL": "for the jobs that migrate, not for services",
}
IN_COMPOSE = ("auth_service", "patient_service", "gateway", "follower")


@pytest.mark.parametrize(
    ("service", "prefix", "settings"),
    [(name, *SERVICES[place]) for place, name in enumerate(IN_COMPOSE)],
)
def test_every_setting_of_env_reaches_its_container(
    service: str, prefix: str, settings: type[ServiceSettings]
) -> None:
    """`make compose-test` reads unusual values back inside."""
    parts = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    environment, secrets = parts[service]["environment"], parts[service]["secrets"]
    mounted = {(s if isinstance(s, str) else s["target"]).upper() for s in secrets}
    for name in {name.upper() for name in settings.model_fields} - DECIDED.keys() - mounted:
        if settings is not PatientSettings and name.startswith("AWS_"):
            continue  # of MODEL_STORE
        given = str(environment.get(name, ""))
        assert given.startswith((f"${{{name}:", f"${{{prefix}{name}:")), f"{service}: {name}"


@pytest.mark.parametrize(("prefix", "settings"), SERVICES[:3])
def test_no_service_starts_in_production_with_the_example_secrets(
    prefix: str, settings: type[ServiceSettings], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in settings.model_fields:
        known = {name.upper(), prefix + name.upper()} & EXAMPLES.keys()
        monkeypatch.setenv(name.upper(), EXAMPLES[known.pop()])
    with pytest.raises(SystemExit):
        load(settings)


def test_made_secrets_start_every_service_in_production(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, made = tmp_path / "secrets", _made(tmp_path / "secrets")
    monkeypatch.setenv("SECRETS_FOLDER", str(folder))
    monkeypatch.setenv("REPLICA_ID", "one")
    monkeypatch.setenv("TORCHSERVE_FOLDER", str(tmp_path))
    monkeypatch.setenv("MODEL_STORE", "file:///data/models")
    monkeypatch.setenv("IMAGE_STORE_URL", "file:///data/images")
    for prefix, settings in SERVICES:
        # As docker-compose.yml does with `target`.
        for name in ("database_url", "secret_key"):
            (folder / name).unlink(missing_ok=True)
            if f"{prefix.lower()}{name}" in made:
                (folder / name).write_text(made[f"{prefix.lower()}{name}"])
        assert load(settings).redis_url == made["redis_url"]
    assert made["redis_conf"].split()[1] in made["redis_url"]
    assert made["service_secrets"] == f"gateway:{made['service_secret']}"


def test_secrets_made_again_stay_and_what_is_missing_fits_them(tmp_path: Path) -> None:
    before = _made(tmp_path)
    (tmp_path / "redis_conf").unlink()
    (tmp_path / "service_secret").unlink()
    assert _made(tmp_path) == before


def test_only_their_owner_reaches_made_secrets(tmp_path: Path) -> None:
    _made(tmp_path / "secrets")
    assert stat.S_IMODE((tmp_path / "secrets").stat().st_mode) == 0o700


def _made(folder: Path) -> dict[str, str]:
    subprocess.run([ROOT / "secrets" / "create.sh", folder], check=True, capture_output=True)
    return {file.name: file.read_text().strip() for file in folder.iterdir()}
