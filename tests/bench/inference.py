"""`make bench-inference`: the backends side by side, and what TorchServe adds to a bare runtime.

Bare means: decode the photo, preprocess it and run the model for its logits, one thread, one
process. Things that are compared are measured in turn, so that a busy moment meets both.
"""

import asyncio
import io
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import torch
import uvloop
from PIL import Image
from rich.console import Console
from rich.table import Table
from torch import nn

from imaging.decoding import decode
from local_stack.components.torchserve import TorchServe
from serving import examples
from serving.archives.archive import CheckedArchive
from serving.archives.card import ModelCard
from serving.archives.members import GRAPH, WEIGHTS
from serving.contract.torchserve import InferenceClient
from serving.model.backends import TOLERANCE, Backend, OnnxBackend
from serving.model.preprocessing import Preprocess
from serving.pytorch.architectures import load_model
from serving.pytorch.backends import CompiledBackend, EagerBackend, TorchscriptBackend
from serving.pytorch.export import difference_of
from serving.replica.torchserve.management import ManagementClient
from tests.bench.asking import asking
from tests.shipped import shipped_archive

MOST_RATIO, LEAST_THROUGHPUT, MOST_READY_SECONDS, MOST_WORKER_MIB = 1.3, 0.85, 5.0, 450
ROUNDS, WARM_UP_ROUNDS = 60, 8
# Until Java has compiled what it runs for every photo: a clinic's TorchServe runs for weeks.
SERVED_WARM_UP_ROUNDS = 150
ASKED, WORKERS, CLIENTS = 150, 2, 4
# So many times: photos from all clients, then some of them bare, alone.
BUSY_ROUNDS, BUSY_ASKED, BUSY_BARE = 10, 72, 24
# Adds torch.compile to the table: a minute of two cores, and a C++ compiler.
COMPILE = "--compile"
# About 100 kB as JPEG, the size of dermoscopic photos in the public sets.
_SIDES, _QUALITY = (765, 572), 95


@dataclass(slots=True)
class Served:
    """What was seen of TorchServe, and of the bare runtime in turn with it.

    Attributes:
        alone: milliseconds of one client's calls, each with those of the same photo bare.
        busy: photos a second of many clients, each with those of the bare runtime just after.
    """

    alone: list[tuple[float, float]] = field(default_factory=list)
    busy: list[tuple[float, float]] = field(default_factory=list)
    ready_seconds: float = 0.0
    worker_mib: float = 0.0


class Bare:
    """Decode, preprocess, run: the least that an answer can cost."""

    def __init__(self, unpacked: Path, card: ModelCard) -> None:
        self._backend = _onnx(unpacked, card)
        self._preprocess = Preprocess(card.preprocessing)

    def answer(self, photo: bytes) -> None:
        """One photo, to its logits."""
        self._backend.run(self._preprocess(decode(photo))[None])


def _onnx(unpacked: Path, card: ModelCard) -> OnnxBackend:
    return OnnxBackend.of((unpacked / GRAPH).read_bytes(), unpacked / WEIGHTS, card.preprocessing)


def main() -> int:
    """Measure, print, and say by the exit status whether the goals hold."""
    torch.set_num_threads(1)
    console, photos = Console(), list(dermoscopic_photos())
    archive = shipped_archive()
    with tempfile.TemporaryDirectory(prefix="dermis-bench-") as held:
        folder, unpacked = Path(held), Path(held) / "unpacked"
        unpacked.mkdir()
        archive.unpack(unpacked)
        agree = _compare(console, load_model(unpacked / WEIGHTS, archive.card), unpacked)
        bare = Bare(unpacked, archive.card)
        # By the event loop that the gateway asks with.
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            served = runner.run(_serve(archive, bare, photos, folder / "torchserve"))
    alone = statistics.median(one / alike for one, alike in served.alone)
    share = statistics.median(rate / (WORKERS * alike) for rate, alike in served.busy)
    table = Table("goal", "measured", "wanted", "holds", title="TorchServe beside a bare runtime")
    goals = [
        ("one upload, times bare", alone, MOST_RATIO, False),
        ("two workers, share of twice bare", share, LEAST_THROUGHPUT, True),
        ("seconds until workers are ready", served.ready_seconds, MOST_READY_SECONDS, False),
        ("MiB of the largest worker", served.worker_mib, MOST_WORKER_MIB, False),
    ]
    held_goals = [value >= goal if least else value <= goal for _, value, goal, least in goals]
    for (name, value, goal, least), holds in zip(goals, held_goals, strict=True):
        wanted = f"{'≥' if least else '≤'} {goal}"
        table.add_row(name, f"{value:.2f}", wanted, "yes" if holds else "no")
    console.print(table)
    one, one_bare = map(statistics.median, zip(*served.alone, strict=True))
    rate, bare_rate = map(statistics.median, zip(*served.busy, strict=True))
    console.print(
        f"One upload {one:.1f} ms in TorchServe, {one_bare:.1f} ms bare; two workers {rate:.0f} "
        f"photos a second, twice bare {WORKERS * bare_rate:.0f} (medians; the ratios above are "
        "medians of pairs)."
    )
    return 0 if agree and all(held_goals) else 1


def _compare(console: Console, model: nn.Module, unpacked: Path) -> bool:
    """Print the table of backends; whether all that ran agree with eager PyTorch."""
    size = shipped_archive().card.preprocessing.input_size
    preprocess = Preprocess(shipped_archive().card.preprocessing)
    batches = [preprocess(decode(e.path.read_bytes()))[None] for e in examples.read()]
    eager = EagerBackend(model, size)
    kinds: dict[str, Callable[[], Backend]] = {
        "eager": lambda: eager,
        "torchscript": lambda: TorchscriptBackend(model, size),
        "onnxruntime": lambda: _onnx(unpacked, shipped_archive().card),
    }
    if COMPILE in sys.argv:
        kinds["compile"] = lambda: CompiledBackend(model, size)
    table = Table("backend", "median ms", "p95 ms", "off by", title="One photo, one thread")
    running: dict[str, Backend] = {}
    for name, opened in kinds.items():
        try:
            backend = opened()
            backend.run(batches[0])
        except Exception as error:  # noqa: BLE001  a machine without a compiler has no torch.compile
            table.add_row(name, "-", "-", type(error).__name__)
        else:
            running[name] = backend
    took: dict[str, list[float]] = {name: [] for name in running}
    for turn in range(WARM_UP_ROUNDS + ROUNDS):
        for name, backend in running.items():
            started = time.perf_counter()
            backend.run(batches[turn % len(batches)])
            took[name].append((time.perf_counter() - started) * 1000)
    agree = True
    for name, backend in running.items():
        off = max(
            difference_of(actual, expected)
            for batch in batches
            for actual, expected in zip(backend.run(batch), eager.run(batch), strict=True)
        )
        agree &= off <= TOLERANCE
        ordered = sorted(took[name][WARM_UP_ROUNDS:])
        slow = ordered[int(0.95 * len(ordered))]
        table.add_row(name, f"{statistics.median(ordered):.1f}", f"{slow:.1f}", f"{off:.0e}")
    console.print(table)
    return agree


async def _serve(archive: CheckedArchive, bare: Bare, photos: list[bytes], folder: Path) -> Served:
    """Ask a TorchServe with two workers, alone in turn with the bare runtime, then busily."""
    server, served = TorchServe(folder, workers=WORKERS), Served()
    await server.start()
    management = ManagementClient(server.management_address, server.key_file)
    inference = InferenceClient()
    name, version = archive.card.name, archive.card.version
    ask = asking(server, management, inference, archive)

    try:
        archive.write_sound_copy(folder / "model_store" / "model.mar")
        started = time.perf_counter()
        await management.register(name, version, "model.mar", workers=WORKERS, seconds=120)
        served.ready_seconds = time.perf_counter() - started
        for turn in range(SERVED_WARM_UP_ROUNDS + ASKED):
            photo = photos[turn % len(photos)]
            one = await _milliseconds(ask(photo))
            started = time.perf_counter()
            bare.answer(photo)
            if turn >= SERVED_WARM_UP_ROUNDS:
                served.alone.append((one, (time.perf_counter() - started) * 1000))
        for _ in range(BUSY_ROUNDS):
            rate = await _busy(ask, photos)
            started = time.perf_counter()
            for number in range(BUSY_BARE):
                bare.answer(photos[number % len(photos)])
            served.busy.append((rate, BUSY_BARE / (time.perf_counter() - started)))
        served.worker_mib = _largest_worker(server)
    finally:
        await inference.close()
        await management.close()
        await server.stop()
    return served


async def _milliseconds(work: Awaitable[None]) -> float:
    started = time.perf_counter()
    await work
    return (time.perf_counter() - started) * 1000


async def _busy(ask: Callable[[bytes], Awaitable[None]], photos: list[bytes]) -> float:
    """Photos a second with as many clients as keep both workers busy."""
    left = iter(range(BUSY_ASKED))

    async def client() -> None:
        for number in left:
            await ask(photos[number % len(photos)])

    started = time.perf_counter()
    await asyncio.gather(*(client() for _ in range(CLIENTS)))
    return BUSY_ASKED / (time.perf_counter() - started)


def _largest_worker(server: TorchServe) -> float:
    children = psutil.Process(server.process.pid).children(recursive=True)
    return max(child.memory_info().rss for child in children) / 2**20


def dermoscopic_photos() -> Iterator[bytes]:
    """The example photos as JPEGs of 765x572, about 100 kB each."""
    for example in examples.read():
        held = io.BytesIO()
        Image.open(example.path).convert("RGB").resize(_SIDES).save(held, "JPEG", quality=_QUALITY)
        yield held.getvalue()


if __name__ == "__main__":
    sys.exit(main())
