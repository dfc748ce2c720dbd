"""What is done to a real gateway to stop it, and that others are served meanwhile."""

import asyncio
import json
import time
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import httpx
import pytest

from gateway.http.connection import LONGEST_HEAD
from gateway.tests.conftest import bearer
from gateway.tests.connections import Raw, head, many, upload_head
from gateway.tests.pictures import photo
from gateway.tests.real_process import RealGateway, real_gateway

MIB = 1024 * 1024
# What the gateway promises; it may take as long again on a busy machine, but not for ever.
PROMISED_SECONDS = 10
JSON = {"content-type": "application/json"}


@pytest.fixture(scope="module")
async def real(redis_url: str) -> AsyncIterator[RealGateway]:
    async with real_gateway(redis_url) as started:
        yield started


@pytest.fixture
async def clinic(real: RealGateway) -> AsyncIterator[httpx.AsyncClient]:
    """Another clinic, at another address."""
    headers = bearer() | {"x-forwarded-for": "203.0.113.9"}
    async with httpx.AsyncClient(
        base_url=real.url, headers=headers, timeout=60, trust_env=False
    ) as http:
        yield http


async def upload(http: httpx.AsyncClient, data: bytes, **headers: str) -> httpx.Response:
    return await http.post(f"/predict/upload/{uuid4()}", files={"file": data}, headers=headers)


def problem(answer: bytes) -> dict[str, Any]:
    """The problem document of a raw answer."""
    start, _, body = answer.partition(b"\r\n\r\n")
    assert b"application/problem+json" in start, answer[:200]
    read: dict[str, Any] = json.loads(body)
    return read


async def test_slow_uploads_of_one_account_keep_no_other_clinic_waiting(
    real: RealGateway, clinic: httpx.AsyncClient
) -> None:
    slow = upload_head(bearer() | {"x-forwarded-for": "203.0.113.1"}, 5 * MIB)
    async with many(real.port, 64) as attackers:
        for one in attackers:
            assert await one.send(slow)
        for _ in range(5):
            assert (await upload(clinic, photo())).status_code == 201


async def test_an_account_that_sends_all_it_can_is_told_to_wait_and_no_other_clinic_is(
    real: RealGateway, clinic: httpx.AsyncClient
) -> None:
    before = real.mebibytes
    mine = bearer() | {"x-forwarded-for": "203.0.113.1"}
    large = b"\xff" * (20 * MIB - 1024)
    async with asyncio.TaskGroup() as group:
        sent = [group.create_task(upload(clinic, large, **mine)) for _ in range(24)]
        highest = 0.0
        while not all(task.done() for task in sent):
            # Stored; the fakes share their process with the attacker, who may outlast a prediction.
            assert (await upload(clinic, photo())).status_code in (201, 202)
            highest = max(highest, real.mebibytes)
    answers = [task.result() for task in sent]
    assert set(Counter(answer.status_code for answer in answers)) <= {415, 503}
    refused = [answer for answer in answers if answer.status_code == 503]
    assert refused
    for answer in refused:
        assert answer.json()["reason"] == "TOO_MANY_UPLOADS"
        assert int(answer.headers["retry-after"]) > 0
    # An account's third of 128 MiB, with one photo twice while it is taken out of its form.
    assert highest - before < 128


async def test_a_thousand_half_open_requests_end_and_others_are_served_meanwhile(
    real: RealGateway, clinic: httpx.AsyncClient
) -> None:
    async with many(real.port, 1000) as attackers:
        started = time.monotonic()
        for number, one in enumerate(attackers):
            # Half of them send nothing at all.
            if number % 2:
                assert await one.send(b"GET /healthz HTTP/1.1\r\nhost: x\r\n")
        ended = asyncio.gather(*(one.rest() for one in attackers))
        while not ended.done():
            assert (await clinic.get("/patients/")).status_code == 200
            await asyncio.wait([ended], timeout=0.2)
        answers = await ended
        assert time.monotonic() - started < 2 * PROMISED_SECONDS
        assert {problem(answer)["reason"] for answer in answers} == {"HEAD_TOO_SLOW"}


async def test_a_message_whose_end_is_told_twice_is_refused(real: RealGateway) -> None:
    # A proxy that goes by the length would take what follows for a request of somebody else.
    smuggled = head("GET", "/healthz", {})
    both = {"transfer-encoding": "chunked", "content-length": str(5 + len(smuggled))}
    for lengths in (both, dict(reversed(both.items()))):
        connection = await Raw.open(real.port)
        await connection.send(head("POST", "/auth/login", JSON | lengths) + b"0\r\n\r\n" + smuggled)
        answer = await connection.rest()
        assert answer.startswith(b"HTTP/1.1 400 ")
        assert answer.count(b"HTTP/1.1 ") == 1


async def test_trace_is_not_answered(real: RealGateway) -> None:
    connection = await Raw.open(real.port)
    await connection.send(head("TRACE", "/healthz", {"connection": "close", "x-secret": "s3cret"}))
    answer = await connection.rest()
    assert answer.startswith(b"HTTP/1.1 405 ")
    assert b"s3cret" not in answer


async def test_heads_bodies_and_what_follows_an_answer_can_not_drip_for_ever(
    real: RealGateway,
) -> None:
    drips = {
        "HEAD_TOO_SLOW": head("GET", "/healthz", {"x": "y" * 5000}),
        "BODY_TOO_SLOW": head("POST", "/auth/login", JSON | {"content-length": "5000"}),
        "BODY_TOO_SLOW, of a photo": upload_head(bearer(), 5 * MIB),
        "SIGN_IN_REQUIRED": upload_head({}, 5 * MIB),
        "BODY_TOO_SLOW, in chunks": head(
            "POST", "/auth/login", JSON | {"transfer-encoding": "chunked"}
        ) + b"1;" + b"x" * 5000,
    }  # fmt: skip

    async def dripped(data: bytes) -> tuple[dict[str, Any], float]:
        connection, started = await Raw.open(real.port), time.monotonic()
        begun = data.find(b"\r\n\r\n") if data.endswith((b"\r\n\r\n", b"x", b"a.jpg")) else -1
        at_once, rest = (data[: begun + 4], data[begun + 4 :]) if begun > 0 else (data, b"")
        if b"y" * 100 in data:
            at_once, rest = data[:40], data[40:]
        assert await connection.send(at_once)
        answer = await connection.drip(rest + b"z" * 1000, 0.2)
        return problem(answer), time.monotonic() - started

    found = await asyncio.gather(*(dripped(data) for data in drips.values()))
    for name, (told, seconds) in zip(drips, found, strict=True):
        assert told["reason"] == name.partition(",")[0]
        assert seconds < 2 * PROMISED_SECONDS, name


async def test_heads_of_a_megabyte_are_refused_and_not_kept(
    real: RealGateway, clinic: httpx.AsyncClient
) -> None:
    before = real.mebibytes
    long = {"x-long": "y" * MIB}
    many_headers = {f"x-{number}": "y" * 1000 for number in range(1000)}
    for headers in (long, many_headers):
        async with many(real.port, 20) as attackers:
            for one in attackers:
                await one.send(head("GET", "/healthz", headers))
            answers = await asyncio.gather(*(one.rest() for one in attackers))
        assert {problem(answer)["status"] for answer in answers if answer} == {431}
    address = await clinic.get("/healthz", params={"q": "y" * (LONGEST_HEAD - 100)})
    assert address.status_code == 431
    assert (await clinic.get("/healthz", headers={"x": "y" * 16_000})).status_code == 200
    assert real.mebibytes - before < 20


async def test_requests_in_one_bundle_are_answered_only_so_far(real: RealGateway) -> None:
    connection = await Raw.open(real.port)
    await connection.send(head("GET", "/readyz", {}) * 5000)
    assert (await connection.rest()).count(b"HTTP/1.1 200") <= 10


async def test_a_refused_upload_gets_its_answer_while_it_still_sends(
    clinic: httpx.AsyncClient,
) -> None:
    answer = await upload(clinic, b"\xff" * (20 * MIB), authorization="")
    assert (answer.status_code, answer.json()["reason"]) == (401, "SIGN_IN_REQUIRED")
    # The same connection, or another: the client need not know.
    assert (await clinic.get("/patients/")).status_code == 200
