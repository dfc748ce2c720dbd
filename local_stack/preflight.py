"""Preflight checks: can this machine run the system? Answered before anything is started."""

import shutil
from collections.abc import Callable
from pathlib import Path

import psutil

from local_stack.components.ports import listens
from serving.replica.torchserve.process import find_java

GIB = 1024**3
# All components together took 2.0 GiB with the demo clinic loaded (`make status`).
LEAST_MEMORY_BYTES = 2.5 * GIB
LEAST_DISK_BYTES = 1 * GIB


class PreflightFailed(Exception):
    """Something is missing on this machine; the message says what to do."""


def check(root: Path, port: int, *, say: Callable[[str], None]) -> None:
    """Check port, disk, memory and Java.

    Args:
        root: a folder on the disk that will hold the data.
        port: of the gateway.
        say: prints a warning that doesn't prevent the start.

    Raises:
        PreflightFailed: the start would fail.
        JavaMissing: there is no Java that can run TorchServe.
    """
    if listens(port):
        raise PreflightFailed(
            f"Port {port} is taken. Stop what is listening there (if it is Dermis: make stop "
            f"PORT={port}), or choose another port: make run PORT={port + 10}"
        )
    free = shutil.disk_usage(root).free
    if free < LEAST_DISK_BYTES:
        raise PreflightFailed(
            f"Only {free / GIB:.1f} GiB are free on the disk of {root}; the data needs "
            f"{LEAST_DISK_BYTES / GIB:.0f} GiB to begin with."
        )
    available = psutil.virtual_memory().available
    if available < LEAST_MEMORY_BYTES:
        say(
            f"Only {available / GIB:.1f} GiB of memory are free; the system needs "
            f"{LEAST_MEMORY_BYTES / GIB:.1f} GiB, so it may be slow or fail."
        )
    find_java()
