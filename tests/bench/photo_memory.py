"""Peak memory of every process that decodes photos: the worst of each kind, and six at once.

`python -m tests.bench.photo_memory` prints a table and fails above 60 % of a container's limit in
docker-compose.yml. Each photo is worked on by a process of its own that has imported, and loaded,
what the service has: patient_service cleans it and makes its thumbnail, the gateway draws overlay
and report, TorchServe's worker assesses it. The peak is what the kernel says (VmHWM); of
patient_service with its decoding process beside it, which counts into the same container.
"""

import io
import json
import os
import resource
import subprocess
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import yaml
from PIL import Image

from imaging.decoding import clean
from imaging.tests.made_photos import chunk, exif
from service_kit.errors import DomainError

SIDE = 7070
SHARE = 0.6
COMPOSE = Path(__file__).parents[2] / "docker-compose.yml"
UNITS = {"m": 1, "g": 1024}
# By the name of its container; what each does is below.
PROCESSES = ("patient_service", "gateway", "torchserve")


def flat_png(depth: int, colour: int, *, interlaced: bool = False, extra: bytes = b"") -> bytes:
    """A PNG of zeros, 50 megapixels in some 200 kB."""
    channels = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[colour]
    row = 1 + SIDE * depth * channels // 8
    packing = zlib.compressobj(9)
    rows = SIDE * 2 if interlaced else SIDE
    packed = b"".join(packing.compress(bytes(row)) for _ in range(rows)) + packing.flush()
    header = SIDE.to_bytes(4) * 2 + bytes([depth, colour, 0, 0, interlaced])
    parts = [chunk(b"IHDR", header), extra, chunk(b"IDAT", packed), chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def large_png() -> bytes:
    """A PNG of 50 megapixels, RGBA, close to 20 MiB."""
    noise, packing = 700, zlib.compressobj(1)
    row = 1 + SIDE * 4
    packed = [packing.compress(b"\0" + os.urandom(row - 1)) for _ in range(noise)]
    packed += [packing.compress(bytes(row)) for _ in range(SIDE - noise)]
    header = SIDE.to_bytes(4) * 2 + bytes([8, 6, 0, 0, 0])
    body = b"".join([*packed, packing.flush()])
    parts = [chunk(b"IHDR", header), chunk(b"IDAT", body), chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def jpeg(mode: str, **options: object) -> bytes:
    out = io.BytesIO()
    noise = Image.effect_noise((SIDE // 8, SIDE // 8), 60).resize((SIDE, SIDE))
    noise.convert(mode).save(out, "JPEG", quality=60, **options)
    return out.getvalue()


def other(kind: str, side: int = SIDE, **options: object) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (side, side), "salmon").save(out, kind, **options)
    return out.getvalue()


PALETTE = chunk(b"PLTE", bytes(768)) + chunk(b"tRNS", bytes(256))
KINDS: dict[str, Callable[[], bytes]] = {
    "PNG grey": lambda: flat_png(8, 0),
    "PNG grey 16 bit": lambda: flat_png(16, 0),
    "PNG grey + alpha 16 bit": lambda: flat_png(16, 4),
    "PNG palette + tRNS": lambda: flat_png(8, 3, extra=PALETTE),
    "PNG RGB": lambda: flat_png(8, 2),
    "PNG RGB + colour key": lambda: flat_png(8, 2, extra=chunk(b"tRNS", bytes(6))),
    "PNG RGBA": lambda: flat_png(8, 6),
    "PNG RGBA 16 bit": lambda: flat_png(16, 6),
    "PNG RGBA interlaced": lambda: flat_png(8, 6, interlaced=True),
    "PNG RGBA 20 MB": large_png,
    "JPEG RGB": lambda: jpeg("RGB"),
    "JPEG RGB turned": lambda: jpeg("RGB", exif=exif(6)),
    "JPEG RGB progressive 4:2:0": lambda: jpeg("RGB", progressive=True),
    "JPEG RGB progressive 4:4:4": lambda: jpeg("RGB", progressive=True, subsampling=0),
    "JPEG CMYK": lambda: jpeg("CMYK"),
    "JPEG CMYK progressive": lambda: jpeg("CMYK", progressive=True),
    "JPEG without end mark": lambda: jpeg("RGB")[:-2],
    "TIFF RGB": lambda: other("TIFF", compression="tiff_lzw"),
    "WebP lossless 50 MP": lambda: other("WEBP", lossless=True),
    "WebP lossless 20 MP": lambda: other("WEBP", lossless=True, side=4470),
    "WebP lossy 20 MP": lambda: other("WEBP", side=4470),
}  # fmt: skip


def tell(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def limit_mib(container: str) -> float:
    """60 % of what a container may take."""
    said = str(yaml.safe_load(COMPOSE.read_text())["services"][container]["mem_limit"])
    return int(said[:-1]) * UNITS[said[-1]] * SHARE


def patient_service() -> Callable[[bytes], int]:
    """Clean a photo and make its thumbnail; bytes that are stored."""
    import patient_service.main  # noqa: F401  what a service holds before any photo
    from patient_service.images import pixels

    def work(data: bytes) -> int:
        stored = clean(data).data
        return len(stored) + len(pixels._thumbnail(stored))

    return work


def gateway() -> Callable[[bytes], int]:
    """Draw a photo's overlay and its picture for the report; bytes of both."""
    import gateway.main  # noqa: F401  as above
    from gateway.assessments.heatmaps import overlay_png
    from gateway.exports.report import printable

    grid = np.ones((7, 7), np.float32)
    return lambda data: len(overlay_png(grid, data, 0.5)) + len(printable(data))


def torchserve() -> Callable[[bytes], int]:
    """Assess a photo; bytes of the answer."""
    from serving.worker.model import open_unpacked
    from serving.worker.predictions import prediction_of
    from tests.shipped import shipped_archive

    folder = Path(tempfile.mkdtemp(prefix="dermis-bench-"))
    with zipfile.ZipFile(shipped_archive().path) as archive:
        archive.extractall(folder)
    classifier, _ = open_unpacked(folder)
    return lambda data: len(json.dumps(prediction_of(classifier, data)))


WORK = {"patient_service": patient_service, "gateway": gateway, "torchserve": torchserve}


def work_on(process: str, paths: list[str]) -> None:
    """What one process does: work on these photos at once, and say what it took."""
    work = WORK[process]()

    def outcome(path: str) -> str:
        try:
            return f"{work(Path(path).read_bytes())} bytes"
        except DomainError as refusal:
            return str(refusal)[:60]

    before = own_peak()
    with ThreadPoolExecutor(len(paths)) as threads:
        outcomes = sorted(set(threads.map(outcome, paths)))
    decoder = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    # While a decoding process runs, its service waits for it alone, and holds no picture itself. A
    # worker's only children are those that exported its model.
    total = max(own_peak(), before + decoder if process == "patient_service" else 0)
    tell(json.dumps([before, own_peak(), total, "; ".join(outcomes)]))


def own_peak() -> float:
    """MiB that this process has held at its most."""
    status = Path(f"/proc/{os.getpid()}/status").read_text()
    return next(
        int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmHWM")
    )


def measured(process: str, paths: list[Path]) -> tuple[float, float, float, str]:
    """MiB before any photo, at the peak, and with its children; and how it went."""
    command = [sys.executable, "-W", "ignore", "-m", "tests.bench.photo_memory", process]
    command += [str(path) for path in paths]
    answer = subprocess.run(command, capture_output=True, text=True, check=True)
    before, own, total, outcome = json.loads(answer.stdout.splitlines()[-1])
    return before, own, total, outcome


def made(folder: Path) -> tuple[dict[str, Path], dict[str, Path]]:
    """The worst photos as they are sent, and those of them that are stored."""
    sent, stored = {}, {}
    for number, (kind, make) in enumerate(KINDS.items()):
        sent[kind] = folder / f"{number}.sent"
        sent[kind].write_bytes(make())
        try:
            data = clean(sent[kind].read_bytes()).data
        except DomainError:
            continue
        stored[kind] = folder / f"{number}.stored"
        stored[kind].write_bytes(data)
    return sent, stored


def measure(process: str, files: dict[str, Path]) -> bool:
    """Print what one process takes; whether it stays below its limit."""
    limit = limit_mib(process)
    tell(f"\n{process}: {limit:.0f} MiB are 60 % of its container")
    tell(f"{'kind':32}{'file kB':>9}{'before':>8}{'peak':>7}{'with children':>15}")
    peaks: dict[str, float] = {}

    def tell_of(title: str, paths: list[Path], size: str = "") -> None:
        before, own, total, outcome = measured(process, paths)
        peaks[title] = total
        tell(f"{title:32}{size:>9}{before:>8.0f}{own:>7.0f}{total:>15.0f}  {outcome}")

    for kind, path in files.items():
        tell_of(kind, [path], str(path.stat().st_size // 1000))
    worst = sorted(files, key=lambda kind: peaks[kind])[-6:]
    tell_of("six of the worst", [files[worst[-1]]] * 6)
    tell_of("the six worst", [files[kind] for kind in worst])
    return max(peaks.values()) <= limit


def main() -> None:
    """Measure the processes that are named, or all."""
    asked = sys.argv[1:] or list(PROCESSES)
    with tempfile.TemporaryDirectory(prefix="dermis-bench-") as temporary:
        sent, stored = made(Path(temporary))
        well = [measure(name, sent if name == "patient_service" else stored) for name in asked]
    if not all(well):
        sys.exit("Over the limit.")


if __name__ == "__main__":
    if len(sys.argv) > 2 and sys.argv[2] not in PROCESSES:
        work_on(sys.argv[1], sys.argv[2:])
    else:
        main()
