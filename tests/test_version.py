"""Whatever names the version of Dermis names the same one."""

import json
import re
import tomllib
from pathlib import Path

import yaml
from typer.testing import CliRunner

from gateway.api import described_api
from service_kit.version import __version__
from serving.cli import app

ROOT = Path(__file__).parents[1]
RELEASED = re.compile(r"^## \[(\d+\.\d+\.\d+)\]", re.MULTILINE)


def test_the_package_takes_its_version_from_service_kit() -> None:
    described = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert "version" not in described["project"]
    assert described["tool"]["setuptools"]["dynamic"]["version"] == {
        "attr": "service_kit.version.__version__"
    }


def test_the_api_and_the_web_clients_copy_of_its_description_name_it() -> None:
    assert described_api().version == __version__
    copy = json.loads((ROOT / "frontend" / "openapi.json").read_text())
    assert copy["info"]["version"] == __version__


def test_dermis_model_prints_it() -> None:
    printed = CliRunner().invoke(app, ["--version"])
    assert (printed.exit_code, printed.stdout) == (0, f"dermis-model {__version__}\n")


def test_the_web_clients_package_has_none_that_could_drift() -> None:
    lock = json.loads((ROOT / "frontend" / "package-lock.json").read_text())
    package = json.loads((ROOT / "frontend" / "package.json").read_text())
    assert [found for found in (package, lock, lock["packages"][""]) if "version" in found] == []


def test_production_runs_the_images_of_this_version() -> None:
    overlay = ROOT / "k8s" / "overlays" / "production" / "kustomization.yaml"
    images = yaml.safe_load(overlay.read_text())["images"]
    assert {image["newTag"] for image in images} == {__version__}


def test_the_newest_release_of_the_changelog_is_this_version() -> None:
    assert RELEASED.findall((ROOT / "CHANGELOG.md").read_text())[0] == __version__
