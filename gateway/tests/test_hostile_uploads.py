"""What an attacker uploads as a model is refused, and nobody else notices."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from gateway.tests.conftest import Gateway, running
from gateway.tests.model_archives import ENGINEER, archive, bring, release
from serving.tests.archives import members, replaced, sound, with_header, write


@pytest.fixture
async def gateway(redis_url: str, tmp_path: Path) -> AsyncIterator[Gateway]:
    (tmp_path / "store").mkdir()
    async with running(redis_url, model_store=(tmp_path / "store").as_uri()) as found:
        found.headers = ENGINEER
        yield found


@pytest.mark.parametrize("literal", [b"NaN", b"1e400", b"-Infinity", b"1.0", b"0", b"9" * 9999])
async def test_a_card_with_an_absurd_number_is_refused_and_the_model_routes_go_on(
    gateway: Gateway, tmp_path: Path, literal: bytes
) -> None:
    await bring(gateway, archive(tmp_path, "1.0.0"))
    held = members(archive(tmp_path, "1.1.0"))
    replaced(held, "model_card.json", b'"threshold": 0.2', b'"threshold": ' + literal)
    answer = await bring(gateway, write(tmp_path / "bent.mar", held.items()))
    assert (answer.status_code, answer.json()["reason"]) == (422, "ARCHIVE_REFUSED")
    assert {error["reason"] for error in answer.json()["errors"]} == {"CARD_INVALID"}
    assert (await gateway.get("/admin/models")).status_code == 200
    assert (await release(gateway, "1.0.0")).status_code == 202


async def test_the_gateway_answers_while_a_crooked_archive_is_judged(
    gateway: Gateway, tmp_path: Path
) -> None:
    """A header of 100,000 dimensions took safetensors seconds, and more as the square of them."""
    shape = b", ".join([b"1"] * 300_000)
    header = b'{"w": {"dtype": "F32", "shape": [%b], "data_offsets": [0, 4]}}' % shape
    path = sound(tmp_path, with_header(header, bytes(4)))
    upload = asyncio.create_task(bring(gateway, path))
    answered = 0
    while not upload.done():
        assert (await gateway.get("/admin/models")).status_code == 200
        answered += 1
    answer = await upload
    assert [error["reason"] for error in answer.json()["errors"]] == ["WEIGHTS_NOT_SAFETENSORS"]
    # A frozen gateway answers one, that came in before, and the next only after the upload.
    assert answered > 2
