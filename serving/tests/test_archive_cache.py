"""Archives on a replica's disk, and what a follower that was killed or had no room left there."""

import zipfile
from pathlib import Path

import pytest

from service_kit.blobs import Blobs
from serving.archives.archive import ArchiveRefused, check_archive
from serving.archives.members import SUPPLIED_GRAPHS
from serving.archives.signature_policy import Policy
from serving.archives.signatures import make_key_pair, sign
from serving.contract.releases import Release, ReleaseLog
from serving.replica import archive_cache
from serving.replica.archive_cache import KEPT, ArchiveCache
from serving.tests.archives import sound

NO_POLICY = Policy()


class Replica:
    """A replica's disk, and the release log that it fetches from."""

    def __init__(self, folder: Path, policy: Policy = NO_POLICY) -> None:
        self.folder = folder / "torchserve"
        self.releases = ReleaseLog(Blobs((folder / "store").as_uri()), "lesion")
        self._made = folder / "made"
        self._policy = policy

    def cache(self) -> ArchiveCache:
        """As a follower opens it at its start."""
        return ArchiveCache(self.folder, self.releases, self._policy)

    async def release(self, version: str, signature: bytes | None = None) -> Release:
        archive = sound(self._made / version, version=version)
        digest = check_archive(archive).sha256
        await self.releases.store_archive(digest, archive, signature=signature)
        return await self.releases.append(version=version, sha256=digest, kind="release", by="test")

    def files(self) -> set[str]:
        return {path.name for path in self.folder.rglob("*") if path.is_file()}


@pytest.fixture
def replica(tmp_path: Path) -> Replica:
    return Replica(tmp_path)


async def test_what_a_killed_follower_had_half_written_is_gone_after_the_next_start(
    replica: Replica,
) -> None:
    release = await replica.release("1.0.0")
    for folder in ("archives", "model_store"):
        (replica.folder / folder).mkdir(parents=True)
        (replica.folder / folder / "of-a-release-that-nobody-wants-any-more.part").touch()
    cached = await replica.cache().get(release)
    assert replica.files() == {f"{release.sha256}.mar", cached.file_name}


async def test_an_archive_that_found_no_room_leaves_nothing_and_is_fetched_when_there_is(
    replica: Replica,
) -> None:
    release, cache = await replica.release("1.0.0"), replica.cache()
    (replica.folder / "archives").mkdir(parents=True)
    # Whatever is written there finds the disk full.
    (replica.folder / "archives" / f"{release.sha256}.mar.part").symlink_to("/dev/full")
    with pytest.raises(OSError, match="No space left"):
        await cache.get(release)
    assert replica.files() == set()
    cached = await cache.get(release)
    assert cached.archive.card.version == "1.0.0"


async def test_a_signature_that_was_half_written_is_read_anew(tmp_path: Path) -> None:
    private, public = make_key_pair()
    replica = Replica(tmp_path, Policy((public,)))
    digest = check_archive(sound(tmp_path / "same", version="1.0.0")).sha256
    release = await replica.release("1.0.0", sign(private, digest))
    await replica.cache().get(release)
    (replica.folder / "archives" / f"{digest}.sig").write_bytes(b"")
    cache = replica.cache()
    with pytest.raises(ArchiveRefused, match="SIGNATURE_WRONG"):
        await cache.get(release)
    assert (await cache.get(release)).archive.signed_by


async def test_an_archive_signed_anew_is_taken_where_its_former_signature_was_refused(
    tmp_path: Path,
) -> None:
    stranger, _ = make_key_pair()
    private, public = make_key_pair()
    replica = Replica(tmp_path, Policy((public,)))
    archive = sound(tmp_path / "same", version="1.0.0")
    digest = check_archive(archive).sha256
    release, cache = await replica.release("1.0.0", sign(stranger, digest)), replica.cache()
    with pytest.raises(ArchiveRefused):
        await cache.get(release)
    await replica.releases.store_archive(digest, archive, signature=sign(private, digest))
    assert (await cache.get(release)).archive.signed_by


async def test_a_disk_with_room_for_three_archives_takes_any_number_of_releases(
    replica: Replica, monkeypatch: pytest.MonkeyPatch
) -> None:
    there: list[int] = []
    fetch = ReleaseLog.fetch_archive

    async def fetch_and_count(log: ReleaseLog, sha256: str, path: Path) -> None:
        await fetch(log, sha256, path)
        there.append(len(list(path.parent.glob("*.mar"))))

    monkeypatch.setattr(ReleaseLog, "fetch_archive", fetch_and_count)
    cache, live = replica.cache(), None
    for number in range(6):
        release = await replica.release(f"1.0.{number}")
        await cache.get(release, keep=live)
        live = release
    assert max(there) <= KEPT


async def test_what_only_pytorch_could_run_is_refused_where_it_is_not_installed(
    replica: Replica, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = await replica.release("1.0.0")
    monkeypatch.setattr(archive_cache, "find_spec", lambda _: None)
    with pytest.raises(ArchiveRefused) as refusal:
        await replica.cache().get(release)
    assert [defect.code for defect in refusal.value.defects] == ["GRAPH_MISSING"]
    assert not list((replica.folder / "model_store").iterdir())


async def test_an_archive_from_before_gets_the_graph_of_the_default_architecture(
    replica: Replica, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = sound(replica.folder.parent / "old", architecture="tf_efficientnet_lite0")
    digest = check_archive(made).sha256
    await replica.releases.store_archive(digest, made)
    release = await replica.releases.append(
        version="1.0.0", sha256=digest, kind="release", by="test"
    )
    monkeypatch.setattr(archive_cache, "find_spec", lambda _: None)
    cached = await replica.cache().get(release)
    with zipfile.ZipFile(replica.folder / "model_store" / cached.file_name) as copy:
        supplied = SUPPLIED_GRAPHS / "tf_efficientnet_lite0-224.onnx"
        assert copy.read("graph.onnx") == supplied.read_bytes()
    # What was released stays as it was.
    assert check_archive(cached.archive.path).sha256 == digest
