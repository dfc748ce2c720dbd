"""`python -m local_stack`: run, demo, status, logs, stop, reset."""

import asyncio
import contextlib
import json
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path
from typing import Annotated, Any

import psutil
import typer
from rich.console import Console
from rich.table import Table

from local_stack.components.process import NotReady, listens
from local_stack.demo import DemoClinic, DemoFailed, Row, SignIn
from local_stack.stack import ROOT, Stack
from serving.torchserve_process import JavaMissing

DEFAULT_PORT = 8000
# What the parts need together; see docs/operations.md.
LEAST_MEMORY_BYTES = 3 * 1024**3
LEAST_DISK_BYTES = 2 * 1024**3
STOP_SECONDS = 90

app = typer.Typer(no_args_is_help=True, add_completion=False)
console = Console()

Port = Annotated[int, typer.Option(help="Port of the gateway; each port is its own system.")]


@app.command()
def run(port: Port = DEFAULT_PORT) -> None:
    """Start everything, load the demo clinic, serve until Ctrl-C."""
    _start(port, stay=True)


@app.command()
def demo(port: Port = DEFAULT_PORT) -> None:
    """Diagnose the example images through the public API, write their overlays, and stop."""
    _start(port, stay=False)


@app.command()
def status(port: Port = DEFAULT_PORT) -> None:
    """Show every part: process, memory, since when."""
    table = Table("part", "pid", "memory", "up")
    for name, pid in _state(port).get("parts", {}).items():
        with contextlib.suppress(psutil.NoSuchProcess):
            process = psutil.Process(pid)
            family = [process, *process.children(recursive=True)]
            memory = sum(member.memory_info().rss for member in family)
            up = time.time() - process.create_time()
            table.add_row(name, str(pid), f"{memory / 2**20:.0f} MiB", f"{up:.0f} s")
    if not table.rows:
        console.print(f"Nothing runs on port {port}.")
        raise typer.Exit(1)
    console.print(table)


@app.command()
def logs(part: Annotated[str, typer.Argument()] = "gateway", port: Port = DEFAULT_PORT) -> None:
    """Follow one part's log."""
    folder = _folder(port)
    found = [*folder.glob(f"logs/{part}.log"), *folder.glob(f"{part}/*.log")]
    if not found:
        names = sorted(path.stem for path in folder.glob("logs/*.log"))
        console.print(f"No log of {part!r}. There are: {', '.join(names) or 'none yet'}.")
        raise typer.Exit(1)
    with contextlib.suppress(KeyboardInterrupt):
        subprocess.run(["tail", "-n", "50", "-f", str(found[0])], check=False)  # noqa: S603, S607


@app.command()
def stop(port: Port = DEFAULT_PORT) -> None:
    """Stop a running system and wait until it has."""
    pid = _state(port).get("pid")
    if pid is None or not psutil.pid_exists(pid):
        console.print(f"Nothing runs on port {port}.")
        return
    process = psutil.Process(pid)
    process.send_signal(signal.SIGTERM)
    process.wait(STOP_SECONDS)


@app.command()
def reset(port: Port = DEFAULT_PORT) -> None:
    """Delete the system's data."""
    folder = _folder(port)
    if not folder.exists():
        console.print("There is no data.")
        return
    typer.confirm(f"Delete everything in {folder}?", abort=True)
    shutil.rmtree(folder)


def _start(port: int, *, stay: bool) -> None:
    _check_machine(port)
    stack = Stack(_folder(port), port, say=lambda line: console.print(f"[dim]{line}[/dim]"))
    try:
        asyncio.run(_session(stack, port, stay=stay))
    except (NotReady, JavaMissing, DemoFailed, RuntimeError, OSError) as error:
        console.print(f"[bold red]{error}[/bold red]")
        raise typer.Exit(1) from None
    finally:
        _state_file(port).unlink(missing_ok=True)


async def _session(stack: Stack, port: int, *, stay: bool) -> None:
    stop_asked = asyncio.Event()
    loop = asyncio.get_running_loop()
    for signal_number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(signal_number, stop_asked.set)
    starting = asyncio.create_task(stack.start())
    stopping = asyncio.create_task(stop_asked.wait())
    await asyncio.wait([starting, stopping], return_when=asyncio.FIRST_COMPLETED)
    if not starting.done():
        starting.cancel()
        await asyncio.gather(starting, return_exceptions=True)
        return
    await starting
    try:
        pids = {name: part.process.pid for name, part in stack.parts.items()}
        _state_file(port).write_text(json.dumps({"pid": os.getpid(), "parts": pids}))
        await _show_demo(stack, overlays=None if stay else ROOT / ".local" / "demo")
        if stay:
            console.print("Serving. Ctrl-C stops everything and loses nothing.")
            await stopping
    finally:
        stopping.cancel()
        await stack.stop()


async def _show_demo(stack: Stack, *, overlays: Path | None) -> None:
    clinic = DemoClinic(stack.url, stack.mails, stack.folder)
    try:
        await clinic.until_model_is_live()
        sign_in = await clinic.sign_in()
        table = Table("image", "truth", "model says", "malignant", "version", "ms")
        rows = await clinic.diagnose_examples(lambda row: _add(table, row))
        if overlays:
            await clinic.save_overlays(rows, overlays)
            console.print(f"Overlays: {overlays}")
    finally:
        await clinic.close()
    console.print(table)
    _print_sign_in(stack, sign_in)


def _add(table: Table, row: Row) -> None:
    table.add_row(
        row.image, row.truth, row.label, f"{row.probability:.3f}", row.version,
        f"{row.milliseconds:.0f}",
    )  # fmt: skip


def _print_sign_in(stack: Stack, sign_in: SignIn) -> None:
    console.print(f"\nDermis is open at [bold]{stack.url}[/bold]")
    console.print(f"Demo sign-in: {sign_in.email}", highlight=False)
    console.print(f"Password:     {sign_in.password}", highlight=False, markup=False)
    console.print(f"TOTP secret:  {sign_in.totp_secret}", highlight=False)


def _check_machine(port: int) -> None:
    if listens(port):
        console.print(
            f"[bold red]Port {port} is taken.[/bold red] Stop what listens there, "
            f"or choose another: PORT={port + 10} make run"
        )
        raise typer.Exit(1)
    if psutil.virtual_memory().available < LEAST_MEMORY_BYTES:
        console.print("[yellow]Less than 3 GiB of memory are free; TorchServe may not start.[/]")
    if shutil.disk_usage(ROOT).free < LEAST_DISK_BYTES:
        console.print("[bold red]Less than 2 GiB of disk are free.[/bold red]")
        raise typer.Exit(1)


def _folder(port: int) -> Path:
    return ROOT / ".local" / ("stack" if port == DEFAULT_PORT else f"stack-{port}")


def _state_file(port: int) -> Path:
    return _folder(port) / "running.json"


def _state(port: int) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(_state_file(port).read_text())
    except (OSError, ValueError):
        return {}
    return found
