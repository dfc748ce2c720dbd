"""The installation's reference cases through the API, and what versions did on them."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import pytest

from dermis.auth.v1 import auth_pb2 as pb
from gateway.tests.conftest import Gateway, bearer, running
from gateway.tests.model_archives import ENGINEER, archive, bring, release
from gateway.tests.pictures import photo
from gateway.tests.waiting import until
from serving.contract.entries import EntryFolder
from serving.contract.judgements import Judgement
from serving.contract.reference_cases import Truth
from serving.contract.reference_figures import CaseAnswer, ReferenceFigures, ReferenceResult

SHIPPED: list[tuple[bytes, Truth]] = [(b"mole", "benign"), (b"melanoma", "malignant")]


@pytest.fixture
async def gateway(redis_url: str, tmp_path: Path) -> AsyncIterator[Gateway]:
    (tmp_path / "store").mkdir()
    async with running(redis_url, model_store=(tmp_path / "store").as_uri()) as found:
        found.headers = ENGINEER
        yield found


async def send(gateway: Gateway, data: bytes, **options: Any) -> httpx.Response:
    return await gateway.http.post(
        "/api/admin/reference-cases/photos",
        files={"file": ("photo.jpg", data, "image/jpeg")},
        **{"headers": gateway.headers, **options},
    )


async def change(gateway: Gateway, **body: Any) -> httpx.Response:
    return await gateway.post("/admin/reference-cases", body)


async def shipped(gateway: Gateway) -> None:
    """As the first follower does before the first release."""
    assert gateway.state.shelf
    await gateway.state.shelf.cases.add(SHIPPED, by="dermis")


async def test_cases_are_added_listed_shown_relabelled_and_removed(gateway: Gateway) -> None:
    await shipped(gateway)
    digest = (await send(gateway, photo())).json()["sha256"]
    made = await change(gateway, add=[{"sha256": digest, "truth": "malignant"}])
    assert made.status_code == 201
    assert gateway.auth.last("RecordModelChange").change == pb.MODEL_CHANGE_REFERENCE_CASES
    found = (await gateway.get("/admin/reference-cases")).json()
    assert (found["number"], found["benign"], found["malignant"]) == (2, 1, 2)
    shown = await gateway.get(f"/admin/reference-cases/{digest}/photo")
    assert sha256(shown.content).hexdigest() == digest
    await change(gateway, add=[{"sha256": digest, "truth": "benign"}])
    assert (await gateway.get("/admin/reference-cases")).json()["benign"] == 2
    found = (await change(gateway, remove=[digest])).json()
    assert (found["number"], len(found["cases"])) == (4, 2)


async def test_a_photo_is_kept_without_its_metadata(gateway: Gateway) -> None:
    plain = photo()
    marked = plain[:2] + b"\xff\xfe\x00\x10patient: Doe \x00" + plain[2:]
    one, other = (await send(gateway, marked)).json(), (await send(gateway, plain)).json()
    assert one == other


async def test_a_change_that_can_not_stand_is_refused(gateway: Gateway) -> None:
    missing = [{"sha256": "0" * 64, "truth": "benign"}]
    assert (await change(gateway, add=missing)).json()["reason"] == "REFERENCE_CASES_NOT_READY"
    await shipped(gateway)
    assert (await change(gateway, add=missing)).json()["reason"] == "REFERENCE_PHOTO_MISSING"
    melanoma = sha256(b"melanoma").hexdigest()
    answer = await change(gateway, remove=[melanoma])
    assert answer.json()["reason"] == "REFERENCE_CASES_ONE_SIDED"
    assert (await send(gateway, b"no photo")).json()["reason"] == "NOT_AN_IMAGE"
    for path in ("/admin/reference-cases", f"/admin/reference-cases/{melanoma}/photo"):
        assert (await gateway.get(path, headers=bearer("clinician"))).status_code == 403


def figures(version: str, *probabilities: float) -> ReferenceFigures:
    answers = [
        CaseAnswer(
            truth="malignant" if number % 2 else "benign",
            label="malignant" if share >= 0.5 else "benign",
            probability=share,
            assessable=True,
        )
        for number, share in enumerate(probabilities)
    ]
    return ReferenceFigures.of(version, 0.5, answers)


async def test_what_a_replica_found_stands_beside_version_and_release_when_it_is_gone(
    gateway: Gateway, tmp_path: Path
) -> None:
    digest = (await bring(gateway, archive(tmp_path, "1.1.0"))).json()["sha256"]
    number = (await release(gateway, "1.1.0")).json()["number"]
    result = ReferenceResult(
        number=3, found=figures("1.1.0", 0.1, 0.4), live=figures("1.0.0", 0.1, 0.9),
        newly_benign=1, margins={"sensitivity": 0.1}, objections=("its sensitivity is worse",),
    )  # fmt: skip
    judged = Judgement(
        release=number, version="1.1.0", sha256=digest, at=datetime.now(UTC),
        error="its sensitivity is worse", reference=result,
    )  # fmt: skip
    await gateway.publish(gateway.torchserve.replica("one", judgements=[judged]))
    assert gateway.state.shelf
    await until(lambda: _kept(gateway))
    # A page fetches the versions anew when it hears of it: not before any gateway could read it.
    await until(lambda: _told(gateway, judged))
    await gateway.publish()
    models = (await gateway.get("/admin/models")).json()
    for shown in (models["versions"][0]["judgement"], models["releases"][0]["judgement"]):
        assert (shown["passed"], shown["error"]) == (False, "its sensitivity is worse")
        assert (shown["set_number"], shown["newly_benign"]) == (3, 1)
        assert shown["figures"]["sensitivity"]["value"] == 0
        assert shown["live_version"] == "1.0.0"
        assert shown["live_figures"]["sensitivity"]["value"] == 1
        assert shown["margins"] == {"sensitivity": 0.1}


async def test_a_replicas_finding_is_not_shown_before_it_is_kept(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def unreachable(*_: object) -> None:
        raise OSError

    # The shelf can't be written at the moment.
    monkeypatch.setattr(EntryFolder, "add", unreachable)
    judged = Judgement(release=7, version="1.1.0", sha256="0" * 64, at=datetime.now(UTC))
    await gateway.publish(gateway.torchserve.replica("one", judgements=[judged]))
    serving = (await gateway.get("/admin/serving")).json()
    assert [replica["id"] for replica in serving["replicas"]] == ["one"]
    assert serving["judgements"] == []


async def _told(gateway: Gateway, judged: Judgement) -> bool:
    serving = (await gateway.get("/admin/serving")).json()
    return bool(serving["judgements"] == [judged.name])


async def _kept(gateway: Gateway) -> bool:
    assert gateway.state.shelf
    return bool((await gateway.state.shelf.read()).judgements)
