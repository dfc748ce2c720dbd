"""`make bench-peers`: Dermis beside the usual monolith and the limit of the machine.

All are up at the same time and loaded in turn, so that a busy moment of the machine meets each. The
figures go into docs/benchmarks.md, below the line that says so.
"""

import asyncio
import multiprocessing
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import psutil
from rich.console import Console

from local_stack.components.ports import free_port, listens
from local_stack.stack import ROOT, Stack, running
from tests.bench import cpu
from tests.bench.inference import dermoscopic_photos
from tests.bench.peers import limit, load
from tests.bench.peers.load import Load
from tests.bench.processes import since, usages
from tests.conftest import until_model_is_live

PAGE = ROOT / "docs" / "benchmarks.md"
BELOW = "<!-- Below this line `make bench-peers` writes. -->"
CLIENTS = (1, 4, 16, 64)
ROUNDS = 3
SECONDS = 8
WARM_UP_SECONDS = 6
START_SECONDS = 120
_PACKAGES = ("fastapi", "grpcio", "onnxruntime", "psycopg", "torch", "torchserve", "uvicorn")


@dataclass(frozen=True, slots=True)
class Peer:
    """One that is loaded.

    Attributes:
        name: in the tables.
        url: takes uploads.
        token: what it wants to see, if anything.
        stack: of Dermis, whose processes are looked at one by one.
    """

    name: str
    url: str
    token: str = ""
    stack: Stack | None = None


@dataclass
class Measured:
    """All loads, by peer and clients; the limit's rates; CPU of one of Dermis' uploads."""

    loads: dict[tuple[str, int], list[Load]] = field(default_factory=dict)
    limits: list[float] = field(default_factory=list)
    upload_cpu: Mapping[str, float] = field(default_factory=dict)
    reads: list[cpu.Cost] = field(default_factory=list)

    def per_second(self, name: str, clients: int) -> float:
        """Photos answered a second, the median of the rounds."""
        return statistics.median(one.per_second for one in self.loads[name, clients])


async def main() -> None:
    """Measure and write the page."""
    load.check_installed()
    console = Console()
    async with AsyncExitStack() as opened:
        folder = Path(opened.enter_context(tempfile.TemporaryDirectory(prefix="dermis-peers-")))
        photos = _files(folder)
        kilobytes = statistics.mean(path.stat().st_size for path in photos) / 1000
        peers = [
            await opened.enter_async_context(_monolith("monolith, with Grad-CAM", "--heatmap")),
            await opened.enter_async_context(_monolith("monolith, without")),
            await opened.enter_async_context(_dermis(folder)),
        ]
        measured = Measured()
        for peer in peers:
            await _load(peer, photos, clients=4, seconds=WARM_UP_SECONDS)
        for number in range(1, ROUNDS + 1):
            console.print(f"round {number} of {ROUNDS}")
            await _round(peers, photos, measured)
        stack = peers[-1].stack
        assert stack
        made = await cpu.record(stack)
        measured.reads = [cost async for cost in cpu.measure(stack, made)]
    _write(measured, kilobytes)
    console.print(f"Written: {PAGE.relative_to(ROOT)}")


async def _round(peers: list[Peer], photos: list[Path], measured: Measured) -> None:
    cores = multiprocessing.cpu_count()
    bare = [path.read_bytes() for path in photos]
    measured.limits.append(
        await asyncio.to_thread(limit.photos_a_second, bare, seconds=SECONDS, processes=cores)
    )
    for clients in CLIENTS:
        for peer in peers:
            before = usages(peer.stack) if peer.stack else []
            seen = await _load(peer, photos, clients=clients, seconds=SECONDS)
            measured.loads.setdefault((peer.name, clients), []).append(seen)
            if peer.stack and clients == 4 and seen.answered:
                used = since(before, usages(peer.stack))
                measured.upload_cpu = cpu.by_process(used, seen.answered)


async def _load(peer: Peer, photos: list[Path], *, clients: int, seconds: int) -> Load:
    return await load.upload(peer.url, photos, clients=clients, seconds=seconds, token=peer.token)


def _files(folder: Path) -> list[Path]:
    paths = []
    for number, photo in enumerate(dermoscopic_photos()):
        path = folder / f"{number}.jpg"
        path.write_bytes(photo)
        paths.append(path)
    return paths


@asynccontextmanager
async def _monolith(name: str, *options: str) -> AsyncIterator[Peer]:
    port = free_port()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-W", "ignore", "-m", "tests.bench.peers.monolith", str(port), *options
    )
    try:
        async with asyncio.timeout(START_SECONDS):
            while not listens(port):
                await asyncio.sleep(0.2)
        yield Peer(name, f"http://127.0.0.1:{port}/predict")
    finally:
        process.terminate()
        await process.wait()


@asynccontextmanager
async def _dermis(folder: Path) -> AsyncIterator[Peer]:
    async with running(folder / "dermis", settings=cpu.SETTINGS) as stack:
        await until_model_is_live(stack)
        made = await cpu.record(stack)
        url = f"{stack.url}/api/predict/upload/{made.patient}"
        yield Peer("Dermis", url, made.token, stack)


def _write(measured: Measured, kilobytes: float) -> None:
    above, line, _ = PAGE.read_text().partition(BELOW)
    assert line, f"{PAGE} has lost the line below which figures go"
    shown = [_machine(kilobytes), _ratios(measured), _curves(measured), _cpu(measured)]
    PAGE.write_text("\n\n".join([above + BELOW, *shown]) + "\n")


def _machine(kilobytes: float) -> str:
    cpu_name = next(
        (
            line.partition(": ")[2]
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        platform.machine(),
    )
    packages = ", ".join(f"{name} {version(name)}" for name in _PACKAGES)
    memory = psutil.virtual_memory().total / 2**30
    return (
        f"## Measured on {datetime.now(UTC):%Y-%m-%d}\n"
        f"{multiprocessing.cpu_count()} cores ({cpu_name}), {memory:.0f} GiB; load of the machine "
        f"at the end {psutil.getloadavg()[0]:.1f}; JPEGs of 765x572, {kilobytes:.0f} kB; "
        f"Python {platform.python_version()}, {packages}. {ROUNDS} rounds of {SECONDS} s, medians."
    )


def _ratios(measured: Measured) -> str:
    ours = measured.per_second("Dermis", 4)
    limits = statistics.median(measured.limits)
    rows = [
        f"| limit: decode, preprocess, ONNX Runtime in a bare loop on every core | {limits:.1f} "
        f"| {ours / limits:.2f} |"
    ]
    for name in ("monolith, with Grad-CAM", "monolith, without", "Dermis"):
        rate = measured.per_second(name, 4)
        rows.append(f"| {name} | {rate:.1f} | {ours / rate:.2f} |")
    return "\n".join(
        ["| 4 clients | photos answered a second | Dermis is times |", "| --- | --- | --- |", *rows]
    )


def _curves(measured: Measured) -> str:
    lines = [
        "| clients | who | photos a second | median ms | p99 ms | refused | others |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for (name, clients), seen in sorted(measured.loads.items(), key=lambda item: item[0][1]):
        middle, slow = (
            statistics.median(getattr(one, what) for one in seen)
            for what in ("median_ms", "p99_ms")
        )
        refused, others = (sum(getattr(one, what) for one in seen) for what in ("refused", "other"))
        lines.append(
            f"| {clients} | {name} | {measured.per_second(name, clients):.1f} "
            f"| {middle:.0f} | {slow:.0f} | {refused} | {others} |"
        )
    return "\n".join(lines)


def _cpu(measured: Measured) -> str:
    names = ("gateway", "patient_service", "auth_service", "PostgreSQL", "Redis", "TorchServe")
    lines = [
        f"| CPU, ms a request | {' | '.join(names)} | all |",
        f"| --- |{' --- |' * (len(names) + 1)}",
    ]
    costs = {cost.name: cost.cpu for cost in measured.reads}
    for kind, used in (costs | {"upload, 4 clients": measured.upload_cpu}).items():
        cells = [used.get(name, 0.0) for name in names]
        shown = " | ".join(f"{cell:.2f}" for cell in (*cells, sum(cells)))
        lines.append(f"| {kind} | {shown} |")
    return "\n".join(lines)


if __name__ == "__main__":
    started = time.monotonic()
    asyncio.run(main())
    sys.stdout.write(f"{time.monotonic() - started:.0f} s\n")
