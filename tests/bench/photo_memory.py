"""Peak memory of the worst photo of each kind, and of six at once.

`python -m tests.bench.photo_memory` prints a table and fails above 60 % of patient_service's
container. Each kind is cleaned by a process of its own that has imported what patient_service
imports; the peak is what the kernel says (VmHWM), with that of its decoding processes beside it.
"""

import io
import os
import resource
import subprocess
import sys
import tempfile
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from PIL import Image

from imaging.decoding import clean
from imaging.tests.made_photos import chunk, exif
from service_kit.errors import DomainError

SIDE = 7070
LIMIT_MIB = 768 * 0.6


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


def measured(folder: Path, names: list[str]) -> tuple[float, float, str]:
    """MiB of the process and of its decoder at their peaks, and how it went."""
    command = [
        sys.executable,
        "-m",
        "tests.bench.photo_memory",
        *(str(folder / n) for n in names),
    ]
    answer = subprocess.run(command, capture_output=True, text=True, check=True)
    own, decoder, outcome = answer.stdout.strip().split("\t")
    return float(own), float(decoder), outcome


def clean_all(paths: list[str]) -> str:
    """What one process does: clean these photos at once, and say what it took."""
    import patient_service.main  # noqa: F401  what a service holds before any photo

    def outcome(path: str) -> str:
        try:
            return f"{len(clean(Path(path).read_bytes()).data)} bytes"
        except DomainError as refusal:
            return str(refusal)[:60]

    with ThreadPoolExecutor(len(paths)) as threads:
        outcomes = sorted(set(threads.map(outcome, paths)))
    own = next(
        int(line.split()[1]) / 1024
        for line in Path(f"/proc/{os.getpid()}/status").read_text().splitlines()
        if line.startswith("VmHWM")
    )
    decoder = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return f"{own:.0f}\t{decoder:.0f}\t{'; '.join(outcomes)}"


def main() -> None:
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        made: dict[str, float] = {}
        tell(f"{'kind':32}{'file kB':>9}{'MiB':>7}{'decoder':>9}")
        for number, (kind, make) in enumerate(KINDS.items()):
            name = str(number)
            (folder / name).write_bytes(make())
            own, decoder, outcome = measured(folder, [name])
            made[name] = max(own, decoder)
            size = (folder / name).stat().st_size // 1000
            tell(f"{kind:32}{size:>9}{own:>7.0f}{decoder:>9.0f}  {outcome}")
        worst = sorted(made, key=lambda name: made[name])[-6:]
        for names, title in (([worst[-1]] * 6, "six of the worst"), (worst, "the six worst")):
            own, decoder, outcome = measured(folder, names)
            made[title] = max(own, decoder)
            tell(f"{title:32}{'':9}{own:>7.0f}{decoder:>9.0f}  {outcome}")
        if max(made.values()) > LIMIT_MIB:
            sys.exit(f"More than {LIMIT_MIB:.0f} MiB.")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        tell(clean_all(sys.argv[1:]))
    else:
        main()
