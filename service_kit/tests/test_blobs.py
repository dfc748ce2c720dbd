"""The object store keeps the same promises in a folder and over S3."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from service_kit.blobs import STREAM_CHUNK_BYTES, BlobExists, BlobMissing, Blobs
from service_kit.ids import new_id
from service_kit.tests.s3_server import BUCKET, S3Server


@pytest.fixture(scope="module")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    server = S3Server(tmp_path_factory.mktemp("s3"))
    server.start()
    yield server
    server.kill()


@pytest.fixture(params=["file", "s3"])
async def blobs(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Blobs]:
    if request.param == "s3":
        server: S3Server = request.getfixturevalue("s3")
        yield Blobs(f"s3://{BUCKET}/{new_id()}", server.access)
    else:
        yield Blobs(tmp_path.as_uri())


def test_the_server_listens_only_where_no_outgoing_connection_comes_from(s3: S3Server) -> None:
    given = Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()
    first, last = map(int, given)
    assert not s3.listened_ports() & set(range(first, last + 1))


async def test_what_was_put_can_be_read_whole_and_in_chunks(blobs: Blobs) -> None:
    data = os.urandom(STREAM_CHUNK_BYTES * 40 + 7)
    await blobs.put("images/a", data)
    assert await blobs.get("images/a") == data
    chunks = [chunk async for chunk in blobs.stream("images/a")]
    assert b"".join(chunks) == data
    assert max(map(len, chunks)) < len(data)


async def test_a_file_can_be_put(blobs: Blobs, tmp_path: Path) -> None:
    file = tmp_path / "archive.mar"
    file.write_bytes(b"weights")
    await blobs.put("archives/a.mar", file)
    assert await blobs.get("archives/a.mar") == b"weights"


async def test_a_missing_object_is_told_apart(blobs: Blobs) -> None:
    with pytest.raises(BlobMissing):
        await blobs.get("nothing")
    with pytest.raises(BlobMissing):
        [chunk async for chunk in blobs.stream("nothing")]


async def test_of_ten_writers_at_once_exactly_one_wins(blobs: Blobs) -> None:
    async def write(number: int) -> bool:
        try:
            await blobs.put_if_absent("releases/000001.json", str(number).encode())
        except BlobExists:
            return False
        return True

    won = await asyncio.gather(*(write(number) for number in range(10)))
    assert won.count(True) == 1
    assert await blobs.get("releases/000001.json") == str(won.index(True)).encode()


async def test_keys_are_listed_in_order_below_a_prefix(blobs: Blobs) -> None:
    for key in ("a/2", "a/1", "b/1"):
        await blobs.put(key, b"x")
    assert await blobs.list("a") == ["a/1", "a/2"]


async def test_deleting_twice_is_fine(blobs: Blobs) -> None:
    await blobs.put("a", b"x")
    await blobs.delete("a")
    await blobs.delete("a")
    assert await blobs.list("") == []


async def test_a_key_does_not_leave_its_folder(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"\.\."):
        await Blobs((tmp_path / "store").as_uri()).put("../outside", b"x")
    assert not (tmp_path / "outside").exists()
