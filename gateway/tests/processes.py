"""Servers that the tests start in their own loop, on free ports."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, nullcontext

import grpc
import uvicorn
from redis.asyncio import Redis
from starlette.types import ASGIApp

from local_stack.components.ports import free_port


@asynccontextmanager
async def serve_grpc(add_to: Callable[[grpc.aio.Server], None]) -> AsyncIterator[str]:
    """A gRPC server; its address."""
    server = grpc.aio.server()
    add_to(server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    try:
        yield f"127.0.0.1:{port}"
    finally:
        await server.stop(0)


@asynccontextmanager
async def serve_http(app: ASGIApp) -> AsyncIterator[str]:
    """An HTTP server; its URL."""
    port = free_port()
    server = uvicorn.Server(
        uvicorn.Config(app, host="127.0.0.1", port=port, log_config=None, lifespan="off")
    )
    server.capture_signals = nullcontext  # type: ignore[method-assign, assignment]  # pytest keeps its own signals
    task = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.005)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = server.force_exit = True
        await task


async def break_redis(redis: Redis) -> None:
    """Point a client at a port where nobody listens."""
    pool = redis.connection_pool
    await pool.disconnect()
    pool.connection_kwargs["port"] = 1
    pool.reset()
