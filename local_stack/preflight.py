"""Whether this machine can carry the system; said before anything is started."""

import shutil
from collections.abc import Callable
from pathlib import Path

import psutil

from local_stack.components.ports import listens
from serving.replica.torchserve.process import find_java

GIB = 1024**3
# All parts together were seen to hold 2.0 GiB with the demo clinic loaded (`make status`).
LEAST_MEMORY_BYTES = 2.5 * GIB
LEAST_DISK_BYTES = 1 * GIB


class PreflightFailed(Exception):
    """Something is missing here; the message says what to do."""


def check(root: Path, port: int, *, say: Callable[[str], None]) -> None:
    """Look at port, disk, memory and Java.

    Args:
        root: a folder on the disk that takes the data.
        port: of the gateway.
        say: takes a warning that does not forbid the start.

    Raises:
        PreflightFailed: the start would fail.
        JavaMissing: there is no Java that TorchServe runs on.
    """
    if listens(port):
        raise PreflightFailed(
            f"Port {port} is taken. Stop what listens there (if it is Dermis: make stop "
            f"PORT={port}), or choose another: make run PORT={port + 10}"
        )
    free = shutil.disk_usage(root).free
    if free < LEAST_DISK_BYTES:
        raise PreflightFailed(
            f"Only {free / GIB:.1f} GiB of disk are free at {root}; the data needs "
            f"{LEAST_DISK_BYTES / GIB:.0f} GiB to start with."
        )
    available = psutil.virtual_memory().available
    if available < LEAST_MEMORY_BYTES:
        say(
            f"Only {available / GIB:.1f} GiB of memory are free; the parts take "
            f"{LEAST_MEMORY_BYTES / GIB:.1f} GiB, so this will be slow or fail."
        )
    find_java()
