"""A gateway as it runs in production, a process of its own, with fakes behind it."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import httpx
import psutil

from gateway.tests.fake_auth import FakeAuth
from gateway.tests.fake_patients import FakePatients
from gateway.tests.fake_torchserve import FakeTorchServe
from gateway.tests.processes import serve_grpc
from local_stack.components.ports import free_port
from service_kit.redis_client import open_redis
from serving.contract.replicas import REPLICA_INDEX, replica_key

START_SECONDS = 60


@dataclass(frozen=True)
class RealGateway:
    """Where it listens, and its process."""

    port: int
    process: psutil.Process
    torchserve: FakeTorchServe

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def mebibytes(self) -> float:
        """Memory that is its own, and not shared with other processes."""
        return float(self.process.memory_full_info().uss) / 1024**2


@asynccontextmanager
async def real_gateway(redis_url: str, **settings: str) -> AsyncIterator[RealGateway]:
    """Start one and wait until it can assess photos."""
    async with AsyncExitStack() as stack:
        torchserve = await stack.enter_async_context(FakeTorchServe().serving())
        async with open_redis(redis_url) as client:
            await client.flushdb()
            await client.sadd(REPLICA_INDEX, "one")
            await client.set(replica_key("one"), torchserve.replica("one").model_dump_json())
        port = free_port()
        environment = {
            "ENVIRONMENT": "test", "REDIS_URL": redis_url, "PORT": str(port), "HOST": "127.0.0.1",
            "AUTH_ADDRESS": await stack.enter_async_context(serve_grpc(FakeAuth().add_to)),
            "PATIENT_ADDRESS": await stack.enter_async_context(serve_grpc(FakePatients().add_to)),
            "SERVICE_SECRET": "s", "PATH": os.environ["PATH"], "LOG_LEVEL": "INFO",
            "TRUSTED_PROXIES": "1", "CALL_SECONDS": "60",
            "RATE_LIMITS": '{"upload": "100000/minute"}', **settings,
        }  # fmt: skip
        started = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "gateway", env=environment, stdout=asyncio.subprocess.DEVNULL
        )
        stack.push_async_callback(started.wait)
        stack.callback(started.terminate)
        gateway = RealGateway(port, psutil.Process(started.pid), torchserve)
        await _until_ready(gateway.url)
        yield gateway


async def _until_ready(url: str) -> None:
    async with asyncio.timeout(START_SECONDS), httpx.AsyncClient(trust_env=False) as http:
        while True:
            try:
                answer = await http.get(f"{url}/readyz")
                if answer.json()["dependencies"]["torchserve"] == "ok":
                    return
            except httpx.HTTPError:
                pass
            await asyncio.sleep(0.05)
