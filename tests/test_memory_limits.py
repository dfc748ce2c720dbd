"""What the gateway may hold fits its container: photos, decoding and the process together."""

import re

import pytest
import yaml

from gateway.http.body import PHOTO
from gateway.photo_memory import OVERHEAD_BYTES
from gateway.settings import Settings
from imaging.limits import PROCESS_BYTES
from local_stack.stack import ROOT

MIB = 1024 * 1024
# Resident at rest, shared libraries included (tests/bench/attacks.py prints it).
AT_REST_MIB = 160
# What a photo takes for each byte that is counted: it exists twice while it leaves its form.
COST = 1.25
SHARE = 0.6


def compose() -> str:
    text: str = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]["gateway"][
        "mem_limit"
    ]
    return text


def kubernetes() -> str:
    documents = yaml.safe_load_all((ROOT / "k8s" / "base" / "gateway.yaml").read_text())
    deployment = next(found for found in documents if found["kind"] == "Deployment")
    (container,) = deployment["spec"]["template"]["spec"]["containers"]
    text: str = container["resources"]["limits"]["memory"]
    return text


def mebibytes(text: str) -> int:
    number, unit = re.fullmatch(r"(\d+)([mgMG])i?", text).groups()  # type: ignore[union-attr]  # None would fail the test as well
    return int(number) * (1024 if unit in "gG" else 1)


@pytest.mark.parametrize("limit", [compose(), kubernetes()])
def test_the_gateway_stays_below_sixty_percent_of_its_container(limit: str) -> None:
    photos = Settings(redis_url="redis://x", service_secret="s").photo_memory_mb
    most = AT_REST_MIB + COST * photos + PROCESS_BYTES / MIB
    assert most < SHARE * mebibytes(limit)


def test_the_operators_page_says_how_the_limit_follows_from_the_photos() -> None:
    page = (ROOT / "docs" / "operations.md").read_text()
    fixed = AT_REST_MIB + PROCESS_BYTES // MIB
    assert f"({fixed} + {COST} × `PHOTO_MEMORY_MB`) / {SHARE} MiB" in page


def test_the_largest_photo_fits_an_accounts_share_of_the_smallest_memory() -> None:
    bounds = Settings.model_fields["photo_memory_mb"].metadata
    least = next(bound.ge for bound in bounds if hasattr(bound, "ge"))
    assert least * MIB / 3 > PHOTO.size + OVERHEAD_BYTES
