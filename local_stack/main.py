"""`python -m local_stack`: run, demo, status, certs, logs, stop, reset."""

import asyncio
import contextlib
import signal
import subprocess
import time
from pathlib import Path
from typing import Annotated

import httpx
import psutil
import typer
from rich.console import Console
from rich.table import Table

from local_stack import preflight
from local_stack.api_client import Refused
from local_stack.components.process import NotReady
from local_stack.demo import DemoFailed
from local_stack.foreground import ForegroundRun, Interrupted
from local_stack.instance import AlreadyRuns, Instance, RunningState
from local_stack.mailbox import MailMissing
from local_stack.service_settings import TLS_SERVICES
from local_stack.stack import ROOT, Stack
from service_kit.certificate_authority import make_certificates
from serving.replica.torchserve.process import JavaMissing

DEFAULT_PORT = 8000
# Longer than all components together may take to finish their work.
STOP_SECONDS = 120
# Failures that are not defects of ours; the message is enough.
_EXPECTED = (
    AlreadyRuns, DemoFailed, Interrupted, JavaMissing, MailMissing, NotReady, Refused,
    httpx.HTTPError, preflight.PreflightFailed, OSError,
)  # fmt: skip

app = typer.Typer(no_args_is_help=True, add_completion=False)
console = Console()

Port = Annotated[
    int, typer.Option(min=1, max=65535, help="Port of the gateway; each port is a separate system.")
]


@app.command()
def run(port: Port = DEFAULT_PORT) -> None:
    """Start everything, set up the demo clinic, and serve until Ctrl-C."""
    _serve(port, stay=True)


@app.command()
def demo(port: Port = DEFAULT_PORT) -> None:
    """Have the example photos assessed through the public API, save their overlays, and stop."""
    _serve(port, stay=False)


@app.command()
def status(port: Port = DEFAULT_PORT) -> None:
    """Show every component: its state, process, port, memory and uptime."""
    running = _running(port)
    table = Table(
        "component", "state", "pid", "port", "memory", "up", "restarts", title=running.url
    )
    for name, part in running.parts.items():
        memory, up = _usage(part.pid)
        table.add_row(
            name, part.state, str(part.pid or ""), str(part.port or ""), memory, up,
            str(part.restarts),
        )  # fmt: skip
    console.print(table)


@app.command()
def certs(port: Port = DEFAULT_PORT) -> None:
    """Create the services' certificates, or renew them while the system is running."""
    folder = _folder(port) / "certificates"
    make_certificates(folder, TLS_SERVICES)
    console.print(f"Certificates for 90 days: {folder}. Services use them from the next start.")


@app.command()
def logs(part: Annotated[str, typer.Argument()] = "gateway", port: Port = DEFAULT_PORT) -> None:
    """Follow one component's log."""
    folder = _folder(port)
    found = {path.stem: path for path in sorted(folder.glob("*/*.log"))}
    path = found.get(part.lower().replace(" ", "_").replace("postgresql", "postgres"))
    if path is None:
        console.print(f"There is no log of {part!r}. Logs: {', '.join(found) or 'none yet'}.")
        raise typer.Exit(1)
    with contextlib.suppress(KeyboardInterrupt):
        # -F: after a reset there is a new file.
        subprocess.run(["tail", "-n", "50", "-F", str(path)], check=False)  # noqa: S603, S607  a path of ours, and everybody's tail


@app.command()
def stop(port: Port = DEFAULT_PORT) -> None:
    """Stop a running system, and wait until it has ended."""
    process = psutil.Process(_running(port).pid)
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(STOP_SECONDS)
    except psutil.TimeoutExpired:
        console.print(f"[bold red]It did not end within {STOP_SECONDS} s.[/bold red]")
        raise typer.Exit(1) from None
    console.print("Stopped.")


@app.command()
def reset(
    port: Port = DEFAULT_PORT,
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask for confirmation.")] = False,
) -> None:
    """Delete the system's data."""
    folder = _folder(port)
    if not folder.exists():
        console.print("There is no data to delete.")
        return
    stack = Stack(folder, port)
    if not yes:
        typer.confirm(f"Delete all patients, photos and accounts in {folder}?", abort=True)
    try:
        stack.delete()
    except AlreadyRuns as error:
        console.print(f"[bold red]{error} Stop it first: make stop PORT={port}[/bold red]")
        raise typer.Exit(1) from None
    console.print("Deleted.")


def _serve(port: int, *, stay: bool) -> None:
    try:
        preflight.check(ROOT, port, say=lambda line: console.print(f"[yellow]{line}[/yellow]"))
        stack = Stack(_folder(port), port, say=lambda line: console.print(f"[dim]{line}[/dim]"))
        overlays = None if stay else ROOT / ".local" / "demo"
        asyncio.run(ForegroundRun(stack, console, stay=stay, overlays=overlays).run())
    except _EXPECTED as error:
        console.print(f"[bold red]{error}[/bold red]", highlight=False)
        raise typer.Exit(1) from None


def _running(port: int) -> RunningState:
    found = Instance(_folder(port)).read()
    if found is None:
        console.print(f"Nothing is running on port {port}.")
        raise typer.Exit(1)
    return found


def _usage(pid: int | None) -> tuple[str, str]:
    """Memory of a process and its children, and its uptime.

    Memory is the proportional set size, which counts shared pages only once.
    """
    with contextlib.suppress(psutil.Error):
        if pid is not None:
            process = psutil.Process(pid)
            family = [process, *process.children(recursive=True)]
            memory = sum(member.memory_full_info().pss for member in family)
            return f"{memory / 2**20:.0f} MiB", f"{time.time() - process.create_time():.0f} s"
    return "", ""


def _folder(port: int) -> Path:
    return ROOT / ".local" / ("stack" if port == DEFAULT_PORT else f"stack-{port}")
