"""Steps of the tests of candidates: 1.0.0 is live, 1.1.0 stands beside it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

from gateway.inference.canary import is_chosen
from gateway.tests.conftest import Gateway, bearer, running
from gateway.tests.model_archives import ENGINEER, archive, bring, release
from gateway.tests.pictures import photo
from gateway.tests.waiting import until
from serving.contract.replicas import Candidate

FEW = 6


@asynccontextmanager
async def two_versions(redis_url: str, tmp_path: Path) -> AsyncIterator[Gateway]:
    """1.0.0 is live and 1.1.0 uploaded; a canary is judged by few requests."""
    store = (tmp_path / "store").as_uri()
    async with running(redis_url, model_store=store, canary_min_requests=FEW) as found:
        found.headers = ENGINEER
        for version in ("1.0.0", "1.1.0"):
            await bring(found, archive(tmp_path, version))
        assert (await release(found, "1.0.0")).status_code == 202
        yield found


async def beside(gateway: Gateway, kind: str, percent: int = 0, release: int = 2) -> None:
    """What a follower publishes once 1.1.0 is ready."""
    gateway.torchserve.beside = "1.1.0"
    candidate = Candidate(release=release, version="1.1.0", kind=kind, percent=percent)
    await gateway.publish(gateway.torchserve.replica("one", candidate=candidate))


async def uploaded(gateway: Gateway, patient: str) -> Any:
    headers, gateway.headers = gateway.headers, bearer()
    answer = await gateway.upload(photo(), patient=patient)
    gateway.headers = headers
    assert answer.status_code == 201
    return answer.json()


async def begin(
    gateway: Gateway, kind: str, version: str = "1.1.0", **query: int
) -> httpx.Response:
    return await gateway.post(f"/admin/models/{version}/{kind}", {"why": "to see"}, params=query)


def patients(percent: int, *, chosen: bool, count: int) -> list[str]:
    candidate = Candidate(release=2, version="1.1.0", kind="canary", percent=percent)
    found = (str(uuid4()) for _ in range(100_000))
    return [next(p for p in found if is_chosen(candidate, p) is chosen) for _ in range(count)]


async def newest(gateway: Gateway) -> Any:
    return (await gateway.get("/admin/models")).json()["releases"][0]


async def ended(gateway: Gateway) -> Any:
    """The withdrawal, which the gateway's own loop makes."""

    async def withdrawn() -> Any:
        entry = await newest(gateway)
        return entry if entry["kind"] == "withdrawal" else None

    return await until(withdrawn)


async def compared(gateway: Gateway, *, photos: int) -> Any:
    """The report, once it holds so many photos: nobody waits for a shadow."""

    async def whole() -> Any:
        report = (await gateway.get("/admin/models/1.1.0/agreement")).json()
        return report if report["photos"] == photos else None

    return await until(whole)
