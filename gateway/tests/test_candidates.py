"""How a version beside the live one is begun, changed and ended."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from dermis.auth.v1 import auth_pb2 as pb
from gateway.model_store.shelf import Shelf
from gateway.model_store.versions import ModelShelf
from gateway.tests.candidates import (
    begin,
    newest,
    two_versions,
)
from gateway.tests.conftest import Gateway
from gateway.tests.model_archives import release
from service_kit.codes import Code
from service_kit.errors import DomainError


@pytest.fixture
async def gateway(redis_url: str, tmp_path: Path) -> AsyncIterator[Gateway]:
    async with two_versions(redis_url, tmp_path) as found:
        yield found


async def test_a_canary_is_begun_raised_withdrawn_and_never_mistaken_for_a_release(
    gateway: Gateway,
) -> None:
    begun = await begin(gateway, "canary", percent=5)
    assert (begun.status_code, begun.json()["kind"], begun.json()["percent"]) == (202, "canary", 5)
    await begin(gateway, "canary", percent=50)
    models = (await gateway.get("/admin/models")).json()
    assert (models["candidate"]["version"], models["candidate"]["percent"]) == ("1.1.0", 50)
    assert [v["version"] for v in models["versions"] if v["desired"]] == ["1.0.0"]
    back = await gateway.post("/admin/models/rollback", {})
    assert back.json()["reason"] == "NOTHING_BEFORE"
    gone = await gateway.post("/admin/models/withdraw", {"why": "enough"})
    assert (gone.json()["kind"], gone.json()["version"]) == ("withdrawal", "1.1.0")
    assert (await gateway.get("/admin/models")).json()["candidate"] is None
    again = await gateway.post("/admin/models/withdraw", {})
    assert (again.status_code, again.json()["reason"]) == (409, "NO_CANDIDATE")


async def test_a_release_or_a_rollback_ends_a_candidate(gateway: Gateway) -> None:
    await begin(gateway, "shadow")
    await release(gateway, "1.1.0")
    assert (await gateway.get("/admin/models")).json()["candidate"] is None
    await begin(gateway, "canary", version="1.0.0", percent=5)
    assert (await gateway.post("/admin/models/rollback", {})).json()["version"] == "1.0.0"
    assert (await gateway.get("/admin/models")).json()["candidate"] is None


async def test_what_can_stand_beside_nothing_is_refused_with_its_reason(gateway: Gateway) -> None:
    for version, query, status, reason in (
        ("1.0.0", {"percent": 5}, 409, "ALREADY_LIVE"),
        ("9.9.9", {"percent": 5}, 404, "VERSION_NOT_FOUND"),
        ("1.1.0", {"percent": 0}, 422, "INVALID_REQUEST"),
        ("1.1.0", {"percent": 100}, 422, "INVALID_REQUEST"),
    ):
        answer = await begin(gateway, "canary", version=version, **query)
        assert (answer.status_code, answer.json()["reason"]) == (status, reason)
    assert (await gateway.get("/admin/models/9.9.9/agreement")).status_code == 404


async def test_while_a_candidate_is_under_way_there_is_no_room_for_a_third_version(
    gateway: Gateway,
) -> None:
    assert (await gateway.post("/admin/models/cache/regenerate")).status_code == 202
    await begin(gateway, "shadow")
    for path in ("/admin/models/1.0.0/trial", "/admin/models/cache/regenerate"):
        answer = await gateway.post(path)
        assert (answer.status_code, answer.json()["reason"]) == (409, "CANDIDATE_UNDER_WAY")
    assert (await gateway.post("/admin/models/1.1.0/trial")).status_code == 202


async def test_what_the_audit_can_not_take_is_not_done(gateway: Gateway) -> None:
    def away(_: pb.RecordModelChangeRequest) -> pb.RecordModelChangeResponse:
        raise DomainError.relayed(Code.UNAVAILABLE, "DATABASE_AWAY", "Try again.")

    before = await newest(gateway)
    gateway.auth.own["RecordModelChange"] = away
    for path in ("1.1.0/release", "1.1.0/canary", "1.1.0/shadow", "cache/regenerate"):
        answer = await gateway.post(f"/admin/models/{path}", {})
        assert (answer.status_code, answer.json()["reason"]) == (503, "DATABASE_AWAY")
    assert await newest(gateway) == before


async def test_every_change_of_the_model_is_written_down_first(gateway: Gateway) -> None:
    await begin(gateway, "canary", percent=5)
    asked = gateway.auth.last("RecordModelChange")
    assert (asked.change, asked.version, asked.percent) == (pb.MODEL_CHANGE_CANARY, "1.1.0", 5)
    for path, change in (
        ("withdraw", pb.MODEL_CHANGE_WITHDRAWAL),
        ("1.1.0/shadow", pb.MODEL_CHANGE_SHADOW),
        ("1.1.0/release", pb.MODEL_CHANGE_RELEASE),
        ("rollback", pb.MODEL_CHANGE_ROLLBACK),
        ("cache/regenerate", pb.MODEL_CHANGE_REGENERATION),
    ):
        assert (await gateway.post(f"/admin/models/{path}", {})).status_code == 202
        assert gateway.auth.last("RecordModelChange").change == change


async def test_each_change_of_what_serves_reads_the_shelf_once(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    # With hundreds of versions, a read is hundreds of requests to the object store.
    reads = []
    read = ModelShelf.read

    async def counted(shelf: ModelShelf) -> Shelf:
        reads.append(shelf)
        return await read(shelf)

    # Counts what it still does: each read lists the object store.
    monkeypatch.setattr(ModelShelf, "read", counted)
    for change in ("approve", "canary", "shadow", "release"):
        reads.clear()
        changed = await gateway.post(f"/admin/models/1.1.0/{change}", {"why": "to see"})
        assert (change, changed.status_code, len(reads)) == (change, 202, 1)
