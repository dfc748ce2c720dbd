"""The disk of the photos is full: nothing is half written, and room is all that it takes."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.machine_faults.clinic import clinic
from tests.photos import unique
from tests.problems import assert_problem

SIZE = 256 * 1024


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    if os.geteuid() != 0:
        pytest.skip("only root mounts a disk")
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", folder], check=False
    )
    if mounted.returncode:
        pytest.skip("this machine lets nobody mount a disk")
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=True)


@pytest.mark.timeout(400)
async def fault_a_full_disk(small_disk: Path, tmp_path: Path) -> None:
    settings = {"patient_service": {"IMAGE_STORE_URL": small_disk.as_uri()}}
    async with clinic(tmp_path / "stack", settings) as system:
        assert (await system.clinician.upload(system.patient, unique())).status_code == 201
        ballast = small_disk / "ballast"
        _fill(ballast)
        refused = await system.clinician.upload(system.patient, unique())
        assert_problem(refused, 503, "STORE_UNAVAILABLE")
        assert int(refused.headers["retry-after"]) >= 1
        assert await system.stored() == 1
        # What is there can be read, and nothing of the refused photo is left.
        ballast.unlink()
        assert len([path for path in small_disk.rglob("*") if path.is_file()]) == 1
        await system.until_uploads_work()
        assert await system.stored() == 2


def _fill(file: Path) -> None:
    with file.open("wb", buffering=0) as ballast:
        try:
            while True:
                ballast.write(bytes(4096))
        except OSError:
            return
