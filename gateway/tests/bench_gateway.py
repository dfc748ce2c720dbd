"""What one upload costs the gateway in CPU, with instant services behind it.

`python -m gateway.tests.bench_gateway`; DESIGN allows 4 ms per upload.
"""

import asyncio
import os
import sys
import time
from contextlib import AsyncExitStack
from pathlib import Path
from uuid import uuid4

import httpx
import psutil

from gateway.tests.conftest import bearer
from gateway.tests.fake_auth import FakeAuth
from gateway.tests.fake_patients import FakePatients
from gateway.tests.fake_torchserve import FakeTorchServe
from gateway.tests.pictures import photo
from gateway.tests.processes import serve_grpc
from local_stack.components.ports import free_port
from local_stack.components.redis import Redis
from service_kit.redis_client import open_redis
from serving.contract.replicas import REPLICA_INDEX, replica_key

UPLOADS = 300
FOLDER = Path("/tmp") / f"dermis-bench-{os.getpid()}"


async def main() -> None:
    """Upload photos one after another, then eight at a time, and print what they cost."""
    async with AsyncExitStack() as stack:
        redis = Redis(FOLDER / "redis")
        await redis.start()
        stack.push_async_callback(redis.stop)
        torchserve = await stack.enter_async_context(FakeTorchServe().serving())
        async with open_redis(redis.url) as client:
            await client.sadd(REPLICA_INDEX, "one")
            await client.set(replica_key("one"), torchserve.replica("one").model_dump_json())
        port = free_port()
        settings = {
            "ENVIRONMENT": "test", "REDIS_URL": redis.url, "PORT": str(port), "HOST": "127.0.0.1",
            "AUTH_ADDRESS": await stack.enter_async_context(serve_grpc(FakeAuth().add_to)),
            "PATIENT_ADDRESS": await stack.enter_async_context(serve_grpc(FakePatients().add_to)),
            "SERVICE_SECRET": "s", "RATE_LIMITS": '{"upload": "100000/minute"}',
            "PATH": os.environ["PATH"], "LOG_LEVEL": "INFO",
        }  # fmt: skip
        gateway = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "gateway", env=settings, stdout=asyncio.subprocess.DEVNULL
        )
        stack.callback(gateway.terminate)
        http = await stack.enter_async_context(
            httpx.AsyncClient(
                base_url=f"http://127.0.0.1:{port}", headers=bearer(), timeout=30, trust_env=False
            )
        )
        await _until_ready(http)
        for at_once in (1, 8):
            await _measure(http, psutil.Process(gateway.pid), at_once)


async def _until_ready(http: httpx.AsyncClient) -> None:
    for _ in range(200):
        try:
            if (await http.get("/readyz")).json()["dependencies"]["torchserve"] == "ok":
                return
        except httpx.HTTPError:
            pass
        await asyncio.sleep(0.05)
    raise RuntimeError("the gateway did not start")


async def _measure(http: httpx.AsyncClient, process: psutil.Process, at_once: int) -> None:
    data, room = photo(400, 300), asyncio.Semaphore(at_once)

    async def upload() -> float:
        async with room:
            started = time.perf_counter()
            answer = await http.post(f"/predict/upload/{uuid4()}", files={"file": data})
            assert answer.status_code == 201, answer.text
            return (time.perf_counter() - started) * 1000

    await asyncio.gather(*(upload() for _ in range(30)))
    before = sum(process.cpu_times()[:2])
    times = sorted(await asyncio.gather(*(upload() for _ in range(UPLOADS))))
    cost = (sum(process.cpu_times()[:2]) - before) / UPLOADS * 1000
    sys.stdout.write(
        f"{at_once} at once: {cost:.1f} ms CPU per upload of {len(data) // 1000} kB,"
        f" median {times[UPLOADS // 2]:.1f} ms\n"
    )


if __name__ == "__main__":
    asyncio.run(main())
