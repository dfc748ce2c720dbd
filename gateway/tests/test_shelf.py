"""Versions are retired, reinstated, approved and downloaded; damage hides nothing else."""

import asyncio
from collections.abc import AsyncIterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from dermis.auth.v1 import auth_pb2 as pb
from gateway.model_store import version_entries
from gateway.model_store.versions import DAMAGED, ModelShelf
from gateway.tests.conftest import Gateway, bearer, running
from gateway.tests.model_archives import ENGINEER, archive, bring, release
from service_kit.blobs import Blobs
from service_kit.errors import DomainError
from serving.archives.archive import CheckedArchive, check_archive
from serving.contract.releases import ReleaseLog

# What a disk, an older gateway or an attacker may leave in the store.
DAMAGES = [
    b"", b"{}", b"[]", b"null", b"\xff\xfe", b'{"number": NaN}', b'{"number": 1e400}',
    b'{"number": %s}' % (b"9" * 9999), b"[" * 99_999, b'{"number": 1, "number": 2}',
]  # fmt: skip


@pytest.fixture
def store(tmp_path: Path) -> Blobs:
    (tmp_path / "store").mkdir()
    return Blobs((tmp_path / "store").as_uri())


@pytest.fixture
async def gateway(redis_url: str, tmp_path: Path, store: Blobs) -> AsyncIterator[Gateway]:
    async with running(redis_url, model_store=(tmp_path / "store").as_uri()) as found:
        found.headers = ENGINEER
        yield found


async def listed(gateway: Gateway) -> Any:
    return (await gateway.get("/admin/models")).json()


async def refused(gateway: Gateway, path: str, **body: Any) -> str:
    answer = await gateway.post(f"/admin/models/{path}", body)
    assert answer.status_code >= 400
    return str(answer.json()["reason"])


async def rolled_back(gateway: Gateway, **body: Any) -> Any:
    return (await gateway.post("/admin/models/rollback", body)).json()


async def released(gateway: Gateway, folder: Path, *versions: str, is_served: bool = True) -> None:
    assert gateway.state.shelf
    for version in versions:
        await bring(gateway, archive(folder, version))
        assert (await release(gateway, version)).status_code == 202
        if is_served:
            await gateway.state.shelf.note_served(frozenset({version}))


async def test_a_damaged_entry_hides_no_other_and_is_reported_until_it_is_retired(
    gateway: Gateway, tmp_path: Path, store: Blobs
) -> None:
    await released(gateway, tmp_path, "1.0.0", "1.1.0")
    for number, damage in enumerate(DAMAGES, start=10):
        for key in (f"releases/{number:06}", f"versions/1.{number}.0", f"shelf/{number:06}"):
            await store.put(f"lesion/{key}.json", damage)
    await store.put("lesion/releases/nonsense.json", b"{}")
    found = await listed(gateway)
    assert [entry["version"] for entry in found["versions"]] == ["1.1.0", "1.0.0"]
    assert [entry["number"] for entry in found["releases"]] == [2, 1]
    numbers = range(10, 10 + len(DAMAGES))
    assert {entry["entry"] for entry in found["damaged"]} == {
        "release nonsense",
        *(f"release {number}" for number in numbers),
        *(f"1.{number}.0" for number in numbers),
        *(f"decision {number}" for number in numbers),
    }
    assert all(entry["why"] for entry in found["damaged"])
    assert DAMAGED._value.get() == 3 * len(DAMAGES) + 1
    assert (await rolled_back(gateway))["number"] == numbers[-1] + 1
    for path in ("1.10.0", "releases/10"):
        assert (await gateway.post(f"/admin/models/{path}/retire", {})).status_code == 202
    left = {entry["entry"] for entry in (await listed(gateway))["damaged"]}
    assert not left & {"1.10.0", "release 10"}
    assert len(left) == 3 * len(DAMAGES) - 1


async def test_an_entry_under_another_ones_name_is_damaged(
    gateway: Gateway, tmp_path: Path, store: Blobs
) -> None:
    await released(gateway, tmp_path, "1.0.0")
    await store.put("lesion/releases/000002.json", await store.get("lesion/releases/000001.json"))
    await store.put("lesion/versions/9.0.0.json", await store.get("lesion/versions/1.0.0.json"))
    found = await listed(gateway)
    assert {entry["entry"] for entry in found["damaged"]} == {"release 2", "9.0.0"}
    assert len(found["versions"]) == 1


async def test_the_version_whose_entry_is_damaged_is_read_out_of_its_archive(
    gateway: Gateway, tmp_path: Path, store: Blobs
) -> None:
    await released(gateway, tmp_path, "1.0.0", "1.1.0")
    await store.put("lesion/versions/1.0.0.json", b"{}")
    # Another gateway, which has not read it before.
    shelf = ModelShelf(store, "lesion")
    found = await shelf.read()
    assert (found.version("1.0.0").card.version, found.way_back().version) == ("1.0.0", "1.0.0")
    # The same number again can't be brought: nobody could tell the two apart.
    with pytest.raises(DomainError, match="VERSION_TAKEN"):
        await shelf.add(check_archive(archive(tmp_path, "1.0.0")), "ada")


async def test_an_archive_without_an_entry_is_judged_once_for_all_who_ask_meanwhile(
    gateway: Gateway, tmp_path: Path, store: Blobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    await released(gateway, tmp_path, "1.0.0")
    await store.put("lesion/versions/1.0.0.json", b"{}")
    judged: list[Path] = []

    def judge(path: Path) -> CheckedArchive:
        judged.append(path)
        return check_archive(path)

    # Judged as ever, in this process, and counted.
    monkeypatch.setattr(version_entries, "judged_archive", judge)
    shelf = ModelShelf(store, "lesion")
    found = await asyncio.gather(*(shelf.read() for _ in range(5)))
    assert {one.version("1.0.0").card.version for one in found} == {"1.0.0"}
    assert len(judged) == 1


async def test_a_damaged_log_leaves_the_desired_state_where_it_was(
    gateway: Gateway, tmp_path: Path, store: Blobs
) -> None:
    await released(gateway, tmp_path, "1.0.0")
    log = ReleaseLog(store, "lesion")
    for number in range(2, 5):
        await store.put(f"lesion/releases/{number:06}.json", b"\0")
    live = (await log.desired()).live
    assert live is not None
    assert live.version == "1.0.0"
    assert (await log.append(version="1.1.0", sha256="a", kind="release", by="x")).number == 5


async def test_a_retired_version_is_not_put_to_use_until_it_is_reinstated(
    gateway: Gateway, tmp_path: Path
) -> None:
    await released(gateway, tmp_path, "1.0.0", "1.1.0")
    await bring(gateway, archive(tmp_path, "1.2.0"))
    assert await refused(gateway, "1.1.0/retire") == "VERSION_IN_USE"
    assert await refused(gateway, "7.0.0/retire") == "VERSION_NOT_FOUND"
    assert await refused(gateway, "releases/1/retire") == "ENTRY_SOUND"
    assert await refused(gateway, "1.2.0/reinstate") == "VERSION_NOT_RETIRED"
    for version in ("1.2.0", "1.0.0"):
        answer = await gateway.post(f"/admin/models/{version}/retire", {"why": "worse"})
        assert (answer.json()["kind"], answer.json()["why"]) == ("retirement", "worse")
        asked = gateway.auth.last("RecordModelChange")
        assert (asked.change, asked.version) == (pb.MODEL_CHANGE_RETIREMENT, version)
    shown = {entry["version"]: entry["retired"] for entry in (await listed(gateway))["versions"]}
    assert shown == {"1.2.0": True, "1.1.0": False, "1.0.0": True}
    for path in ("release", "canary", "shadow", "trial", "approve", "retire"):
        assert await refused(gateway, f"1.2.0/{path}") == "VERSION_RETIRED"
    assert await refused(gateway, "rollback") == "NOTHING_BEFORE"
    assert await refused(gateway, "rollback", version="1.0.0") == "VERSION_RETIRED"
    assert (await gateway.post("/admin/models/1.2.0/reinstate", {})).status_code == 202
    assert gateway.auth.last("RecordModelChange").change == pb.MODEL_CHANGE_REINSTATEMENT
    assert (await release(gateway, "1.2.0")).status_code == 202


async def test_where_a_second_person_is_asked_for_nobody_releases_alone(
    redis_url: str, tmp_path: Path
) -> None:
    store = (tmp_path / "store").as_uri()
    async with running(redis_url, model_store=store, release_needs_approval=True) as strict:
        strict.headers = ENGINEER
        await bring(strict, archive(tmp_path, "1.0.0"))
        assert await refused(strict, "1.0.0/release") == "APPROVAL_MISSING"
        assert (await strict.post("/admin/models/1.0.0/approve", {})).status_code == 202
        # Whoever releases can't be the one who agreed.
        assert await refused(strict, "1.0.0/release") == "APPROVAL_MISSING"
        strict.headers = bearer("ml_engineer")  # somebody else
        assert (await strict.post("/admin/models/1.0.0/approve", {})).status_code == 202
        assert strict.auth.last("RecordModelChange").change == pb.MODEL_CHANGE_APPROVAL
        strict.headers = ENGINEER
        (shown,) = (await listed(strict))["versions"]
        assert len(shown["approved_by"]) == 2
        assert (await release(strict, "1.0.0")).status_code == 202
        await bring(strict, archive(tmp_path, "1.1.0"))
        assert await refused(strict, "1.1.0/canary") == "APPROVAL_MISSING"
        # The way back is open to everyone who may release.
        assert await refused(strict, "rollback") == "NOTHING_BEFORE"


async def test_a_version_is_downloaded_as_it_was_brought(gateway: Gateway, tmp_path: Path) -> None:
    path = archive(tmp_path, "1.0.0")
    await bring(gateway, path)
    answer = await gateway.get("/admin/models/1.0.0/archive")
    assert answer.content == path.read_bytes()
    assert answer.headers["etag"] == f'"{sha256(answer.content).hexdigest()}"'
    assert "lesion-1.0.0.mar" in answer.headers["content-disposition"]
    assert (await gateway.get("/admin/models/2.0.0/archive")).status_code == 404
    clinician = await gateway.get("/admin/models/1.0.0/archive", headers=bearer())
    assert clinician.status_code == 403


async def test_a_lost_archive_is_said_before_the_download_begins(
    gateway: Gateway, tmp_path: Path, store: Blobs
) -> None:
    brought = (await bring(gateway, archive(tmp_path, "1.0.0"))).json()
    await store.delete(f"archives/{brought['sha256']}.mar")
    answer = await gateway.get("/admin/models/1.0.0/archive")
    assert (answer.status_code, answer.json()["reason"]) == (404, "VERSION_NOT_FOUND")


async def test_rolling_back_twice_never_returns_to_what_was_rolled_back(
    gateway: Gateway, tmp_path: Path
) -> None:
    await released(gateway, tmp_path, "1.0.0", "1.1.0", "1.2.0")
    assert (await listed(gateway))["rolls_back_to"] == "1.1.0"
    assert (await rolled_back(gateway))["version"] == "1.1.0"
    assert (await rolled_back(gateway))["version"] == "1.0.0"
    assert (await listed(gateway))["rolls_back_to"] is None
    assert await refused(gateway, "rollback") == "NOTHING_BEFORE"
    # Whoever names it has decided.
    assert (await rolled_back(gateway, version="1.2.0"))["version"] == "1.2.0"
    assert await refused(gateway, "rollback", version="1.2.0") == "ALREADY_LIVE"
    assert await refused(gateway, "rollback", version="5.0.0") == "VERSION_NOT_FOUND"


async def test_no_rollback_leads_to_a_version_that_no_replica_ever_served(
    gateway: Gateway, tmp_path: Path
) -> None:
    await released(gateway, tmp_path, "1.0.0")
    await released(gateway, tmp_path, "1.1.0", is_served=False)  # every replica refuses it
    await released(gateway, tmp_path, "1.2.0")
    assert await refused(gateway, "rollback", version="1.1.0") == "VERSION_NEVER_LIVE"
    assert (await rolled_back(gateway))["version"] == "1.0.0"
