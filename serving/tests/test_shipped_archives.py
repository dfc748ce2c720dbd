"""Every archive that was ever released still answers: they import `serving.handler` by its name."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from local_stack.components.torchserve import TorchServe
from local_stack.stack import SHIPPED_MODELS
from serving.archives.archive import check_archive
from serving.contract.releases import Release
from serving.replica.archive_cache import CachedArchive
from serving.replica.torchserve.version_loader import VersionLoader
from serving.tests.site import Site, photo_bytes

pytestmark = [pytest.mark.torchserve, pytest.mark.timeout(600)]

ARCHIVES = sorted((SHIPPED_MODELS / "archives").glob("*.mar"))


@pytest.fixture
async def site(torchserve: TorchServe, redis_url: str, tmp_path: Path) -> AsyncIterator[Site]:
    site = Site(torchserve, redis_url, tmp_path)
    await site.empty()
    yield site
    await site.empty()


def test_every_release_of_the_log_has_its_archive() -> None:
    log = (SHIPPED_MODELS / "lesion" / "releases").glob("*.json")
    released = {Release.model_validate_json(entry.read_bytes()).sha256 for entry in log}
    assert released == {path.stem for path in ARCHIVES}


def test_what_ships_needs_no_pytorch() -> None:
    for path in ARCHIVES:
        assert check_archive(path).card.graph_sha256


@pytest.mark.parametrize("path", ARCHIVES, ids=lambda path: check_archive(path).card.version)
async def test_torchserve_serves_a_shipped_archive(site: Site, path: Path) -> None:
    archive = check_archive(path)
    version = archive.card.version
    cached = CachedArchive(archive, version, f"shipped-{version}.mar")
    archive.write_sound_copy(site.server.folder / "model_store" / cached.file_name)
    loader = VersionLoader(site.settings, management=site.management, inference=site.inference)
    # Registers it, and compares what its golden images give with what it recorded.
    await loader.make_ready(cached, None, workers=1)
    finding = await site.predict(version, photo_bytes())
    assert finding.model.version == version
    assert finding.heatmap.target == finding.label
