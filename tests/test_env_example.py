"""`.env.example` explains every setting, and its example secrets don't get into production."""

import re
from pathlib import Path

import pytest

from auth_service.settings import Settings as AuthSettings
from gateway.settings import Settings as GatewaySettings
from patient_service.settings import Settings as PatientSettings
from service_kit.settings import ServiceSettings, load
from serving.settings import FollowerSettings

EXAMPLE = (Path(__file__).parent.parent / ".env.example").read_text()
EXAMPLES = dict(re.findall(r"^([A-Z_]+)=(.*)$", EXAMPLE, re.MULTILINE))
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


@pytest.mark.parametrize(("prefix", "settings"), SERVICES[:3])
def test_no_service_starts_in_production_with_the_example_secrets(
    prefix: str, settings: type[ServiceSettings], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in settings.model_fields:
        known = {name.upper(), prefix + name.upper()} & EXAMPLES.keys()
        monkeypatch.setenv(name.upper(), EXAMPLES[known.pop()])
    with pytest.raises(SystemExit):
        load(settings)
