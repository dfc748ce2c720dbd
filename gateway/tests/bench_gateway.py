"""What one upload costs the gateway in CPU, with instant services behind it.

`python -m gateway.tests.bench_gateway`; DESIGN allows 4 ms per upload.
"""

import asyncio
import os
import sys
import time
from pathlib import Path
from uuid import uuid4

import httpx
import psutil

from gateway.tests.conftest import bearer
from gateway.tests.pictures import photo
from gateway.tests.real_process import real_gateway
from local_stack.components.redis import Redis

UPLOADS = 300
FOLDER = Path("/tmp") / f"dermis-bench-{os.getpid()}"


async def main() -> None:
    """Upload photos one after another, then eight at a time, and print what they cost."""
    redis = Redis(FOLDER / "redis")
    await redis.start()
    try:
        async with (
            real_gateway(redis.url) as gateway,
            httpx.AsyncClient(
                base_url=gateway.url, headers=bearer(), timeout=30, trust_env=False
            ) as http,
        ):
            for at_once in (1, 8):
                await _measure(http, gateway.process, at_once)
    finally:
        await redis.stop()


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
