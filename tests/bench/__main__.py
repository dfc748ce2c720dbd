"""`python -m tests.bench`: what one upload costs, hop by hop, in time, CPU and memory."""

import asyncio
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.bench import gradcam
from tests.bench.processes import Usage
from tests.bench.upload import UPLOADS, Measured, measure


def main() -> None:
    """Measure and print."""
    console = Console()
    with tempfile.TemporaryDirectory(prefix="dermis-bench-") as folder:
        measured = asyncio.run(measure(Path(folder)))
    console.print(_hops(measured))
    console.print(
        f"Database: {measured.statements:.1f} statements an upload. auth_service: "
        f"{measured.cpu['auth_service'] * 1000 / UPLOADS:.2f} ms of CPU an upload, since tokens "
        "are checked where they are used."
    )
    console.print(_processes(measured.peaks))
    cost = gradcam.measure()
    share = cost.explained_milliseconds / cost.plain_milliseconds
    console.print(
        f"Grad-CAM: {cost.explained_milliseconds:.2f} ms with heatmap, "
        f"{cost.plain_milliseconds:.2f} ms without, {share:.3f} times (goal ≤ 1.05). Agreement "
        f"with the package grad-cam on {gradcam.IMAGES} photos: r ≥ {cost.least_correlation:.6f} "
        "(goal ≥ 0.999)."
    )


def _hops(measured: Measured) -> Table:
    title = f"One upload: {UPLOADS} photos of {measured.kilobytes:.0f} kB, one client"
    table = Table("hop", "median ms", "p95 ms", title=title)
    for hop, milliseconds in measured.hops.items():
        middle, slow = _quantile(milliseconds, 0.5), _quantile(milliseconds, 0.95)
        table.add_row(hop, f"{middle:.1f}", f"{slow:.1f}")
    return table


def _processes(peaks: list[Usage]) -> Table:
    table = Table("process", "CPU ms an upload", "peak memory MiB", title="Processes")
    for usage in peaks:
        cpu = usage.cpu_seconds * 1000 / UPLOADS
        table.add_row(usage.name, f"{cpu:.2f}", f"{usage.peak_bytes / 2**20:.0f}")
    total = sum(usage.cpu_seconds for usage in peaks) * 1000 / UPLOADS
    table.add_section()
    table.add_row("all", f"{total:.2f}", "")
    return table


def _quantile(values: list[float], share: float) -> float:
    """The smallest value that `share` of all are at or below (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


if __name__ == "__main__":
    main()
