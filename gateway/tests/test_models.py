"""/admin/models: archives come in checked, and go live by the release log only."""

import asyncio
import io
import json
import zipfile
from collections.abc import AsyncIterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from gateway.http.body import BodyLimit
from gateway.tests.conftest import Gateway, running
from gateway.tests.event_streams import followed
from gateway.tests.model_archives import ENGINEER, archive, bring, release
from service_kit.blobs import Blobs
from serving.archives.signatures import fingerprint, make_key_pair, sign
from serving.contract.releases import ReleaseLog


@pytest.fixture
async def gateway(redis_url: str, tmp_path: Path) -> AsyncIterator[Gateway]:
    (tmp_path / "store").mkdir()
    async with running(redis_url, model_store=(tmp_path / "store").as_uri()) as found:
        found.headers = ENGINEER
        yield found


async def listed(gateway: Gateway) -> Any:
    return (await gateway.get("/admin/models")).json()


async def test_an_archive_is_brought_released_and_rolled_back(
    gateway: Gateway, tmp_path: Path
) -> None:
    for version in ("1.0.0", "1.1.0"):
        brought = await bring(gateway, archive(tmp_path, version))
        assert brought.status_code == 202, brought.text
        assert brought.json()["card"]["version"] == version
        assert brought.json()["desired"] is False
        assert (await release(gateway, version)).status_code == 202
    state = await listed(gateway)
    assert [(v["version"], v["desired"]) for v in state["versions"]] == [
        ("1.1.0", True),
        ("1.0.0", False),
    ]
    back = await gateway.post("/admin/models/rollback", {"why": "worse after all"})
    assert (back.json()["version"], back.json()["kind"]) == ("1.0.0", "rollback")
    kinds = [(r["number"], r["kind"], r["version"]) for r in (await listed(gateway))["releases"]]
    assert kinds == [(3, "rollback", "1.0.0"), (2, "release", "1.1.0"), (1, "release", "1.0.0")]


async def test_bringing_alone_releases_nothing(gateway: Gateway, tmp_path: Path) -> None:
    await bring(gateway, archive(tmp_path, "1.0.0"))
    assert (await listed(gateway))["releases"] == []


async def test_the_same_archive_again_changes_nothing_but_another_one_of_its_version_is_refused(
    gateway: Gateway, tmp_path: Path
) -> None:
    first = archive(tmp_path, "1.0.0").read_bytes()
    assert (await bring(gateway, first)).status_code == 202
    assert (await bring(gateway, first)).status_code == 202
    other = await bring(gateway, archive(tmp_path, "1.0.0", limits="other"))
    assert (other.status_code, other.json()["reason"]) == (409, "VERSION_TAKEN")
    assert len((await listed(gateway))["versions"]) == 1


async def test_a_foreign_handler_is_refused_with_every_reason(
    gateway: Gateway, tmp_path: Path
) -> None:
    path = archive(tmp_path, "1.0.0")
    hostile = io.BytesIO()
    with zipfile.ZipFile(path) as whole, zipfile.ZipFile(hostile, "w") as out:
        for member in whole.infolist():
            content = whole.read(member)
            is_handler = member.filename == "dermis_handler.py"
            out.writestr(member, b"import os" if is_handler else content)
        out.writestr("model.pkl", b"\x80\x04.")
        out.writestr("../../etc/cron.d/x", b"")
    answer = await bring(gateway, hostile.getvalue())
    assert (answer.status_code, answer.json()["reason"]) == (422, "ARCHIVE_REFUSED")
    messages = " ".join(error["message"] for error in answer.json()["errors"])
    assert "PATH_ESCAPES" in messages
    assert "MEMBER_NOT_ALLOWED" in messages
    assert (await listed(gateway))["versions"] == []


@pytest.mark.parametrize("content", [b"", b"no zip", b"PK\x03\x04 cut off"])
async def test_what_is_no_archive_is_refused(gateway: Gateway, content: bytes) -> None:
    answer = await bring(gateway, content)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["message"].startswith("NOT_AN_ARCHIVE")


async def test_another_models_archive_is_refused(gateway: Gateway, tmp_path: Path) -> None:
    answer = await bring(gateway, archive(tmp_path, "1.0.0", name="nails"))
    assert answer.json()["reason"] == "MODEL_NAME_WRONG"


async def test_a_body_without_a_file_is_refused(gateway: Gateway) -> None:
    answer = await gateway.http.post(
        "/api/admin/upload-model", data={"file": "text"}, headers=gateway.headers
    )
    assert answer.json()["reason"] == "MULTIPART_INVALID"


async def test_what_is_not_on_the_shelf_can_not_be_released(gateway: Gateway) -> None:
    answer = await release(gateway, "9.9.9")
    assert (answer.status_code, answer.json()["reason"]) == (404, "VERSION_NOT_FOUND")
    back = await gateway.post("/admin/models/rollback", {})
    assert (back.status_code, back.json()["reason"]) == (409, "NOTHING_BEFORE")


async def test_of_two_releases_at_once_each_has_its_own_number_or_is_refused(
    gateway: Gateway, tmp_path: Path
) -> None:
    await bring(gateway, archive(tmp_path, "1.0.0"))
    answers = await asyncio.gather(*(release(gateway, "1.0.0") for _ in range(5)))
    numbers = [answer.json()["number"] for answer in answers if answer.status_code == 202]
    assert len(set(numbers)) == len(numbers) >= 1
    for answer in answers:
        assert answer.status_code == 202 or answer.json()["reason"] == "RELEASE_RACE"
    assert len((await listed(gateway))["releases"]) == len(numbers)


async def test_an_archive_that_was_released_by_other_means_is_shown_with_its_card(
    gateway: Gateway, tmp_path: Path
) -> None:
    path = archive(tmp_path, "0.9.0")
    digest = sha256(path.read_bytes()).hexdigest()
    log = ReleaseLog(Blobs((tmp_path / "store").as_uri()), "lesion")
    await log.store_archive(digest, path)
    await log.append(version="0.9.0", sha256=digest, kind="release", by="dermis-model")
    await log.append(version="0.8.0", sha256="0" * 64, kind="release", by="lost")
    (shown,) = (await listed(gateway))["versions"]
    assert (shown["version"], shown["brought_by"]) == ("0.9.0", "dermis-model")
    details = await gateway.get("/admin/models/0.9.0")
    assert details.json()["card"]["architecture"] == "tf_efficientnet_lite0"


async def test_only_what_a_trusted_key_has_signed_gets_in_where_the_site_asks_for_it(
    redis_url: str, tmp_path: Path
) -> None:
    private, public = make_key_pair()
    stranger, _ = make_key_pair()
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "site.pem").write_text(public)
    path = archive(tmp_path, "1.0.0")
    digest = sha256(path.read_bytes()).hexdigest()
    store = (tmp_path / "store").as_uri()
    async with running(redis_url, model_store=store, trusted_keys=tmp_path / "keys") as strict:
        strict.headers = ENGINEER
        for signature, reason in (
            (None, "SIGNATURE_MISSING"),
            (sign(stranger, digest), "SIGNATURE_WRONG"),
            (b"x" * 5000, "SIGNATURE_WRONG"),
        ):
            answer = await bring(strict, path, signature)
            assert (answer.status_code, answer.json()["reason"]) == (422, "ARCHIVE_REFUSED")
            assert [e["message"].split(":")[0] for e in answer.json()["errors"]] == [reason]
        assert (await listed(strict))["versions"] == []
        signed = await bring(strict, path, sign(private, digest))
        assert signed.json()["signed_by"] == fingerprint(public)
    # The followers check again, with the signature from the store.
    kept = await ReleaseLog(Blobs(store), "lesion").signature(digest)
    assert kept == sign(private, digest)


async def test_an_archive_longer_than_the_limit_is_cut_off(
    gateway: Gateway, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.http.body.ARCHIVE", BodyLimit(3000, 60))
    path = archive(tmp_path, "1.0.0")

    async def in_pieces() -> AsyncIterator[bytes]:
        yield b'--x\r\nContent-Disposition: form-data; name="file"; filename="m"\r\n\r\n'
        yield path.read_bytes()
        yield b"\r\n--x--\r\n"

    form = {"Content-Type": "multipart/form-data; boundary=x"}
    for body in (in_pieces(), b"".join([piece async for piece in in_pieces()])):
        answer = await gateway.http.post(
            "/api/admin/upload-model", content=body, headers=gateway.headers | form
        )
        assert (answer.status_code, answer.json()["reason"]) == (413, "BODY_TOO_LARGE")


async def test_replicas_are_shown_without_their_tokens(gateway: Gateway) -> None:
    ill = gateway.torchserve.replica("ill", state="failed", last_error="no space left")
    await gateway.publish(gateway.torchserve.replica("well"), ill)
    answer = await gateway.get("/admin/serving")
    replicas = {replica["id"]: replica for replica in answer.json()["replicas"]}
    assert replicas["well"]["live_version"] == "1.0.0"
    assert replicas["ill"]["last_error"] == "no space left"
    assert gateway.torchserve.token not in answer.text


async def test_torchserve_describes_its_own_api_to_whoever_manages_models(gateway: Gateway) -> None:
    described = await gateway.get("/admin/serving/torchserve-api")
    assert described.json()["info"] == {"title": "TorchServe APIs"}
    gateway.torchserve.mood = "garbled"
    refused = await gateway.get("/admin/serving/torchserve-api")
    assert (refused.status_code, refused.json()["reason"]) == (503, "MODEL_UNAVAILABLE")


async def test_without_a_model_store_releases_are_not_served(redis_url: str) -> None:
    async with running(redis_url) as bare:
        answer = await bare.get("/admin/models", headers=ENGINEER)
        assert (answer.status_code, answer.json()["reason"]) == (501, "NO_MODEL_STORE")


async def test_the_progress_of_a_release_is_told_as_it_happens(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.http.event_stream.STREAM_SECONDS", 3600)
    async with followed(gateway, "/admin/serving/stream", ENGINEER) as stream:

        async def told() -> tuple[str, str]:
            event = json.loads(await stream.next_with("data") or "")
            return event["replicas"][0]["state"], event["replicas"][0]["live_version"]

        assert await told() == ("ready", "1.0.0")
        await gateway.publish(gateway.torchserve.replica("one", state="updating"))
        assert await told() == ("updating", "1.0.0")
        await gateway.publish(gateway.torchserve.replica("one", live_version="2.0.0"))
        assert await told() == ("ready", "2.0.0")


async def test_an_account_brings_one_archive_at_a_time(gateway: Gateway, tmp_path: Path) -> None:
    reading, go_on = asyncio.Event(), asyncio.Event()

    async def slowly() -> AsyncIterator[bytes]:
        yield b"--x\r\n"
        reading.set()
        await go_on.wait()
        yield b"--\r\n"

    form = {"Content-Type": "multipart/form-data; boundary=x"}
    first = asyncio.create_task(
        gateway.http.post(
            "/api/admin/upload-model", content=slowly(), headers=gateway.headers | form
        )
    )
    await reading.wait()
    refused = await bring(gateway, archive(tmp_path, "1.0.0"))
    assert (refused.status_code, refused.json()["reason"]) == (503, "TOO_MANY_ARCHIVES")
    assert int(refused.headers["retry-after"]) > 0
    go_on.set()
    assert (await first).status_code == 422
    assert (await bring(gateway, archive(tmp_path, "1.0.0"))).status_code == 202
