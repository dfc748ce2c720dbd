"""An image holds what its service imports, and nothing of what it must not."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SERVICES = {
    "auth_service": "auth_service.commands",
    "gateway": "gateway.main",
    "patient_service": "patient_service.main",
    "serving": "serving.main",
}
# Loads the service, then says which of our modules came from elsewhere than the image.
LOOK = """
import importlib, sys
importlib.import_module(sys.argv[1])
ours = {"service_kit", "imaging", "serving", "gateway", "auth_service", "patient_service"}
print(*(
    name for name, module in sorted(sys.modules.items())
    if name.partition(".")[0] in ours
    and not (getattr(module, "__file__", None) or "").startswith(sys.argv[2])
))
"""


def copied(target: str) -> list[tuple[str, str]]:
    """What a target of the Dockerfile copies of ours, with the stages that it builds on.

    Each is a path from the project's root, and where it lies in /app.
    """
    stages = re.split(r"^FROM ", (ROOT / "Dockerfile").read_text(), flags=re.MULTILINE)
    found: list[tuple[str, str]] = []
    named = {stage.partition("\n")[0].split(" AS ")[-1]: stage for stage in stages[1:]}
    while stage := named.get(target):
        found = re.findall(r"^COPY (\w\S*) /app/(\S+)$", stage, re.MULTILINE) + found
        target = stage.partition(" AS ")[0]
    return found


@pytest.mark.parametrize(("service", "module"), SERVICES.items())
def test_a_service_starts_from_what_its_image_copies(
    service: str, module: str, tmp_path: Path
) -> None:
    for source, target in copied(service):
        copy = tmp_path / target
        if (ROOT / source).is_dir():
            shutil.copytree(ROOT / source, copy, ignore=shutil.ignore_patterns("tests"))
        else:
            copy.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / source, copy)
    shutil.copytree(ROOT / "dermis", tmp_path / "dermis")
    looked = subprocess.run(
        [sys.executable, "-c", LOOK, module, str(tmp_path)],
        cwd=tmp_path,
        env={"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert looked.returncode == 0, looked.stderr
    assert looked.stdout.split() == []


def test_no_image_holds_what_only_installs_packages() -> None:
    stages = re.split(r"^FROM ", (ROOT / "Dockerfile").read_text(), flags=re.MULTILINE)
    packages = [stage for stage in stages if re.search(r" AS \w+_packages$", stage, re.MULTILINE)]
    assert len(packages) == 5
    for stage in packages:
        assert stage.rstrip().split("\n\n")[0].endswith("pip uninstall --yes setuptools pip"), stage


def test_the_gateways_image_holds_of_serving_only_what_both_share() -> None:
    sources = [source for source, _ in copied("gateway") if source.startswith("serving")]
    assert sources == ["serving/__init__.py", "serving/contract", "serving/archives"]
