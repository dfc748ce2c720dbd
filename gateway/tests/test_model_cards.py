"""/models/{version}/card: what clinicians read about the model that answered."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Container
from pathlib import Path

import pytest

from gateway.model_store.cards import ON_PAPER_SECONDS, ModelCards
from gateway.model_store.shelf import ShelvedVersion
from gateway.model_store.versions import ModelShelf
from gateway.tests.conftest import Gateway, bearer, running
from gateway.tests.model_archives import ENGINEER, archive, bring, release
from service_kit.blobs import Blobs
from serving.archives.archive import CheckedArchive
from serving.archives.judgement import judged_archive
from serving.contract.releases import Kind, ReleaseLog
from serving.tests.quantised import quantised_archive

FIGURES = {"sensitivity": 0.94, "specificity": 0.82}


@pytest.fixture
async def gateway(redis_url: str, tmp_path: Path) -> AsyncIterator[Gateway]:
    (tmp_path / "store").mkdir()
    async with running(redis_url, model_store=(tmp_path / "store").as_uri()) as found:
        yield found


async def _shelve(gateway: Gateway, folder: Path, version: str) -> None:
    own, gateway.headers = gateway.headers, ENGINEER
    brought = await bring(gateway, archive(folder, version, figures=FIGURES))
    assert brought.status_code == 202, brought.text
    gateway.headers = own


async def _release(gateway: Gateway, version: str) -> None:
    own, gateway.headers = gateway.headers, ENGINEER
    answer = await release(gateway, version)
    assert answer.status_code == 202, answer.text
    gateway.headers = own


@pytest.mark.parametrize("role", ["clinician", "ml_engineer", "admin"])
async def test_whoever_is_signed_in_reads_the_card_of_a_version_that_answers(
    gateway: Gateway, tmp_path: Path, role: str
) -> None:
    await _shelve(gateway, tmp_path, "1.0.0")
    await _release(gateway, "1.0.0")
    answer = await gateway.get("/models/1.0.0/card", headers=bearer(role))
    assert answer.status_code == 200, answer.text
    card = answer.json()
    assert (card["version"], card["threshold"], card["intended_use"]) == ("1.0.0", 0.2, "Tests.")
    assert card["figures"]["metrics"]["sensitivity"]["value"] == 0.94


async def test_the_card_tells_nothing_of_its_release_or_its_making(
    gateway: Gateway, tmp_path: Path
) -> None:
    await _shelve(gateway, tmp_path, "1.0.0")
    await _release(gateway, "1.0.0")
    card = (await gateway.get("/models/1.0.0/card")).json()
    assert not {
        "by", "why", "brought_by", "brought_at", "sha256", "signed_by", "desired",
        "weights_sha256", "training", "temperature",
    } & card.keys()  # fmt: skip


async def test_a_version_that_has_not_answered_has_no_card_to_read(
    gateway: Gateway, tmp_path: Path
) -> None:
    await _shelve(gateway, tmp_path, "1.0.0")
    for version in ("1.0.0", "7.7.7", "..%2F..%2Fetc"):
        answer = await gateway.get(f"/models/{version}/card")
        assert (answer.status_code, answer.json()["reason"]) in {
            (404, "VERSION_NOT_FOUND"),
            (404, "NOT_FOUND"),
        }
    await _release(gateway, "1.0.0")
    assert (await gateway.get("/models/1.0.0/card")).status_code == 200


async def test_the_card_of_a_version_that_answered_once_stays_readable(
    gateway: Gateway, tmp_path: Path
) -> None:
    for version in ("1.0.0", "1.1.0"):
        await _shelve(gateway, tmp_path, version)
        await _release(gateway, version)
    assert (await gateway.get("/models/1.0.0/card")).json()["version"] == "1.0.0"


async def test_no_archive_is_opened_but_that_of_the_version_asked_for(
    gateway: Gateway, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As the archives that ship with Dermis: released, without an entry that holds their card.
    log = ReleaseLog(Blobs((tmp_path / "store").as_uri()), "lesion")
    for version in ("1.0.0", "1.1.0", "1.2.0"):
        path = archive(tmp_path, version)
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        await log.store_archive(digest, path)
        await log.append(version=version, sha256=digest, kind="release", by="build", why="ships")
    opened = []

    def noting(path: Path) -> CheckedArchive:
        opened.append(path)
        return judged_archive(path)

    # Only notes what is opened; it is judged as ever.
    monkeypatch.setattr("gateway.model_store.version_entries.judged_archive", noting)
    assert (await gateway.get("/models/7.7.7/card")).status_code == 404
    assert opened == []
    assert (await gateway.get("/models/1.1.0/card")).json()["version"] == "1.1.0"
    assert len(opened) == 1


async def test_nobody_else_reads_a_card(gateway: Gateway) -> None:
    answer = await gateway.http.get("/api/models/1.0.0/card")
    assert (answer.status_code, answer.json()["reason"]) == (401, "SIGN_IN_REQUIRED")


@pytest.mark.parametrize(("threshold", "expected"), [(None, 0.2), (0.2, 0.2), (0.3, 0.3)])
async def test_a_card_is_read_as_it_holds_for_an_answer(
    gateway: Gateway, tmp_path: Path, threshold: float | None, expected: float
) -> None:
    own, gateway.headers = gateway.headers, ENGINEER
    assert (await bring(gateway, quantised_archive(tmp_path))).status_code == 202
    gateway.headers = own
    await _release(gateway, "1.0.0")
    query = {} if threshold is None else {"threshold": threshold}
    card = (await gateway.get("/models/1.0.0/card", params=query)).json()
    assert card["threshold"] == expected


class _BusyShelf(ModelShelf):
    """Has an archive judged before it can be read, as on a new installation."""

    def __init__(self, blobs: Blobs, model: str) -> None:
        super().__init__(blobs, model)
        self.judged = asyncio.Event()

    async def version_in_use(self, version: str, kinds: Container[Kind]) -> ShelvedVersion:
        await self.judged.wait()
        return await super().version_in_use(version, kinds)


async def test_an_answer_does_not_wait_for_a_card_that_takes_long_to_read(
    gateway: Gateway, tmp_path: Path
) -> None:
    await _shelve(gateway, tmp_path, "1.0.0")
    await _release(gateway, "1.0.0")
    shelf = _BusyShelf(Blobs((tmp_path / "store").as_uri()), "lesion")
    cards = ModelCards(shelf)
    async with asyncio.timeout(60):
        assert await cards.find("1.0.0") is None
        shelf.judged.set()
        while not (card := await cards.find("1.0.0")):
            await asyncio.sleep(0.01)
    assert card.version == "1.0.0"


async def test_what_leaves_the_clinic_waits_for_its_card(gateway: Gateway, tmp_path: Path) -> None:
    await _shelve(gateway, tmp_path, "1.0.0")
    await _release(gateway, "1.0.0")
    shelf = _BusyShelf(Blobs((tmp_path / "store").as_uri()), "lesion")
    cards = ModelCards(shelf)
    waiting = asyncio.create_task(cards.find("1.0.0", within=ON_PAPER_SECONDS))
    async with asyncio.timeout(60):
        # Whoever looks at the screen has given up by then.
        assert await cards.find("1.0.0") is None
        assert not waiting.done()
        shelf.judged.set()
        card = await waiting
    assert card
    assert card.version == "1.0.0"
