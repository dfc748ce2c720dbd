"""What serves runs where PyTorch, torchvision and timm are not installed."""

import json
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

from serving.archives.members import CARD, GRAPH
from serving.model.processor import has_vnni
from serving.tests.archives import members, shipped, write
from tests.shipped import shipped_archive

# None makes an import fail, as if the package weren't installed.
WITHOUT = "import sys\nsys.modules |= dict.fromkeys(('torch', 'torchvision', 'timm'))\n"
# Rooms that have PyTorch, and code that runs inside something else.
ELSEWHERE = ("serving.training", "serving.evaluation", "serving.pytorch", "serving.config")


def without_pytorch(script: str, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT + script, *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=150,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def modules(package: str) -> list[str]:
    root = __import__(package)
    found = [module.name for module in pkgutil.walk_packages(root.__path__, f"{package}.")]
    return [
        name
        for name in found
        if ".tests" not in name
        and not name.startswith(ELSEWHERE)
        and not name.endswith("__main__")
        and ".migrations" not in name
        and name != "imaging.foreign_decoder"
    ]


@pytest.mark.parametrize(
    "package",
    [
        "service_kit",
        "imaging",
        "auth_service",
        "patient_service",
        "gateway",
        "serving",
        "local_stack",
    ],
)
def test_every_module_that_serves_can_be_imported(package: str) -> None:
    names = modules(package)
    assert len(names) > 5
    without_pytorch(
        "import importlib\nfor name in sys.argv[1:]: importlib.import_module(name)", *names
    )


RUN = "from serving.cli import app\napp(sys.argv[1:])"
PHOTO = "serving/examples/ISIC_0693062.jpg"


def from_before(folder: Path, **card: str) -> Path:
    """An archive as it was before archives had graphs."""
    held = members(shipped("1.2.0"))
    del held[GRAPH]
    known = json.loads(held[CARD])
    del known["graph_sha256"]
    held[CARD] = json.dumps(known | card).encode()
    return write(folder / "before.mar", held.items())


def test_the_shipped_archive_is_verified_and_assesses_photos() -> None:
    path = str(shipped_archive().path)
    assert "golden images come out right" in without_pytorch(RUN, "verify", path)
    # In 8 bits, or in single precision.
    probability = "0.955" if has_vnni() else "0.946"
    said = without_pytorch(RUN, "predict", PHOTO, "--archive", path)
    assert f"malignant ({probability}" in said


def test_an_archive_from_before_gives_the_same_answer(tmp_path: Path) -> None:
    path = str(from_before(tmp_path))
    assert "malignant (0.946" in without_pytorch(RUN, "predict", PHOTO, "--archive", path)


def test_what_only_pytorch_could_run_is_refused_with_that_reason(tmp_path: Path) -> None:
    path = str(from_before(tmp_path, architecture="resnet18"))
    caught = "try:\n    app(sys.argv[1:])\nexcept SystemExit as ended:\n    assert ended.code\n"
    said = without_pytorch(f"from serving.cli import app\n{caught}", "verify", path, "--json")
    assert "holds no graph" in said
