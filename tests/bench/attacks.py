"""Memory and latency of a real gateway under attack, beside a calm run: `make attack`.

One clinic uploads photos one after another, every attack runs in a process of its own, and fakes
stand behind the gateway. Prints a Markdown table.
"""

import asyncio
import os
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import httpx

from gateway.tests.conftest import bearer
from gateway.tests.connections import head, many, upload_head
from gateway.tests.pictures import photo
from gateway.tests.real_process import RealGateway, real_gateway
from local_stack.components.redis import Redis

SECONDS = 10.0
MIB = 1024 * 1024
FOLDER = Path("/tmp") / f"dermis-attacks-{os.getpid()}"

Attack = Callable[[int], Coroutine[None, None, None]]


# The attacker's headers: its token is the measuring process's, which signs what the fakes know.
mine: dict[str, str] = {}


async def slow_uploads(port: int) -> None:
    """64 uploads of one account that stop after their first bytes."""
    while True:
        async with many(port, 64) as connections:
            for one in connections:
                await one.send(upload_head(mine, 5 * MIB))
            await asyncio.gather(*(one.rest() for one in connections))


async def half_open(port: int) -> None:
    """1,000 connections, half of which send half a head."""
    while True:
        async with many(port, 1000) as connections:
            for one in connections[::2]:
                await one.send(b"GET /healthz HTTP/1.1\r\nhost: x\r\n")
            await asyncio.gather(*(one.rest() for one in connections))


async def long_heads(port: int) -> None:
    """Heads of 1 MB, 20 at a time."""
    long = head("GET", "/healthz", {"x-long": "y" * MIB})
    while True:
        async with many(port, 20) as connections:
            for one in connections:
                await one.send(long)
            await asyncio.gather(*(one.rest() for one in connections))


async def large_uploads(port: int) -> None:
    """24 uploads of 20 MiB at a time by one account."""
    data = b"\xff" * (20 * MIB - 1024)

    async def one(http: httpx.AsyncClient) -> None:
        while True:
            await http.post(f"/predict/upload/{uuid4()}", files={"file": data}, headers=mine)

    await _from_many(port, one, 24)


async def noise(port: int) -> None:
    """Calls of nobody to what does not exist, 16 at a time."""

    async def one(http: httpx.AsyncClient) -> None:
        while True:
            await http.get("/nowhere", headers={"x-forwarded-for": "203.0.113.1"})

    await _from_many(port, one, 16)


async def _from_many(
    port: int, one: Callable[[httpx.AsyncClient], Awaitable[None]], count: int
) -> None:
    limits = httpx.Limits(max_connections=count)
    async with httpx.AsyncClient(
        base_url=f"http://127.0.0.1:{port}", timeout=60, trust_env=False, limits=limits
    ) as http:
        await asyncio.gather(*(one(http) for _ in range(count)))


ATTACKS: dict[str, Attack] = {
    "64 uploads that stand still": slow_uploads,
    "1,000 half-open connections": half_open,
    "heads of 1 MB": long_heads,
    "24 uploads of 20 MiB at once": large_uploads,
    "16 anonymous callers without a pause": noise,
}


@dataclass
class Seen:
    """What the other clinic met, and what the gateway took."""

    milliseconds: list[float]
    statuses: Counter[int]
    mebibytes: float

    def row(self, name: str) -> str:
        times = sorted(self.milliseconds)
        median, late = times[len(times) // 2], times[int(len(times) * 0.99)]
        answers = ", ".join(f"{status}: {count}" for status, count in sorted(self.statuses.items()))
        return f"| {name} | {answers} | {median:.0f} | {late:.0f} | {self.mebibytes:.0f} |\n"


async def measured(gateway: RealGateway) -> Seen:
    """Another clinic's uploads for some seconds, one after another."""
    seen, data = Seen([], Counter(), 0.0), photo(800, 600)
    headers = bearer() | {"x-forwarded-for": "203.0.113.9"}
    async with httpx.AsyncClient(
        base_url=gateway.url, headers=headers, timeout=60, trust_env=False
    ) as http:
        ends = time.monotonic() + SECONDS
        while time.monotonic() < ends:
            started = time.perf_counter()
            answer = await http.post(f"/predict/upload/{uuid4()}", files={"file": data})
            seen.milliseconds.append((time.perf_counter() - started) * 1000)
            seen.statuses[answer.status_code] += 1
            seen.mebibytes = max(seen.mebibytes, gateway.process.memory_info().rss / MIB)
    return seen


async def main() -> None:
    """Measure each, with a calm run before and after."""
    redis = Redis(FOLDER / "redis")
    await redis.start()
    say = sys.stdout.write
    say("| | another clinic's answers | median ms | p99 ms | gateway's peak MiB |\n")
    say("| --- | --- | ---: | ---: | ---: |\n")
    try:
        for name in ("calm", *ATTACKS, "calm again"):
            # A new one each time: what an attack took is its own.
            async with real_gateway(redis.url) as gateway:
                await _beside(gateway, name)
    finally:
        await redis.stop()


async def _beside(gateway: RealGateway, name: str) -> None:
    if name not in ATTACKS:
        sys.stdout.write((await measured(gateway)).row(name))
        return
    attack = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.bench.attacks",
        name,
        str(gateway.port),
        bearer()["Authorization"],
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        # Once it has begun, which takes Python a while.
        assert attack.stdout
        await attack.stdout.readline()
        await asyncio.sleep(2)
        sys.stdout.write((await measured(gateway)).row(name))
    finally:
        attack.kill()
        await attack.wait()


if __name__ == "__main__":
    if len(sys.argv) > 1:
        mine.update({"Authorization": sys.argv[3], "x-forwarded-for": "203.0.113.1"})
        sys.stdout.write("begun\n")
        sys.stdout.flush()
        asyncio.run(ATTACKS[sys.argv[1]](int(sys.argv[2])))
    else:
        asyncio.run(main())
