"""A server that is slow to shake hands, as any is on a busy machine, is no server that is away."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import grpc
import pytest
from grpc_health.v1 import health, health_pb2, health_pb2_grpc

from service_kit.grpc_channel import open_channel

# Longer than the longest back-off before a new attempt to connect.
HANDSHAKE_SECONDS = 2.5


@pytest.fixture
async def address() -> AsyncIterator[str]:
    server = grpc.aio.server()
    health_pb2_grpc.add_HealthServicer_to_server(health.aio.HealthServicer(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    async with slow_way_to(port) as way:
        yield way
    await server.stop(None)


@asynccontextmanager
async def slow_way_to(port: int) -> AsyncIterator[str]:
    """An address whose connections carry the server's first bytes late."""

    async def pass_on(source: asyncio.StreamReader, to: asyncio.StreamWriter) -> None:
        while chunk := await source.read(65_536):
            to.write(chunk)
        to.close()

    async def connect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        from_server, to_server = await asyncio.open_connection("127.0.0.1", port)
        asking = asyncio.create_task(pass_on(reader, to_server))
        await asyncio.sleep(HANDSHAKE_SECONDS)
        await pass_on(from_server, writer)
        await asking

    way = await asyncio.start_server(connect, "127.0.0.1", 0)
    async with way:
        host, own_port = way.sockets[0].getsockname()
        yield f"{host}:{own_port}"


async def test_a_call_waits_for_a_handshake_that_takes_its_time(address: str) -> None:
    async with open_channel(address) as channel:
        stub: Any = health_pb2_grpc.HealthStub(channel)
        answer = await stub.Check(health_pb2.HealthCheckRequest())
    assert answer.status == health_pb2.HealthCheckResponse.SERVING
