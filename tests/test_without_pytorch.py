"""What serves runs where PyTorch, torchvision and timm are not installed."""

import pkgutil
import subprocess
import sys

import pytest

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


def test_the_shipped_archive_is_verified_and_assesses_photos() -> None:
    run = "from serving.cli import app\napp(sys.argv[1:])"
    path = str(shipped_archive().path)
    assert "golden images come out right" in without_pytorch(run, "verify", path)
    photo = "serving/examples/ISIC_0693062.jpg"
    assert "malignant (0.977" in without_pytorch(run, "predict", photo, "--archive", path)
