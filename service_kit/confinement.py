"""Work on what strangers sent, in a process of its own: little memory, little time, no secrets.

Whatever such a file does to its parser ends with that process: the service that asked goes on.
Used for photos in foreign formats (`imaging.foreign`) and for model archives
(`serving.archives.judgement`).
"""

import os
import resource
import subprocess
import sys
from pathlib import Path

_ROOT = str(Path(__file__).parents[1])
# The process must find its packages, and nothing else that its parent knows.
_ENVIRONMENT = {
    "PYTHONPATH": _ROOT, "PYTHONDONTWRITEBYTECODE": "1", "MALLOC_ARENA_MAX": "1",
    "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "PATH": os.defpath,
}  # fmt: skip


class ConfinedFailed(Exception):
    """The process gave no answer: it ran out of time or memory, or it crashed."""


def confined(module: str, *arguments: str, sent: bytes = b"", seconds: float) -> bytes:
    """Run a module in a process of its own; blocks, so call it in a thread.

    Args:
        module: one of ours, whose `main` begins with `confine`.
        arguments: for it.
        sent: its standard input.
        seconds: longest wait.

    Returns:
        Its standard output.

    Raises:
        ConfinedFailed: it ended without an answer.
    """
    command = [sys.executable, "-P", "-s", "-m", module, *arguments]
    try:
        answer = subprocess.run(  # noqa: S603  the command is ours; of a file only its path is in it
            command, input=sent, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            env=_ENVIRONMENT, cwd="/", timeout=seconds, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise ConfinedFailed(f"no answer within {seconds:g} s") from None
    if answer.returncode:
        raise ConfinedFailed(f"ended with {answer.returncode}")
    return answer.stdout


def confine(*, memory: int, cpu_seconds: int, descriptors: int, mapped: int = 0) -> None:
    """Limit this very process, for good.

    Args:
        memory: bytes, what is loaded already included.
        cpu_seconds: of all its threads, what has passed already included.
        descriptors: one more than the highest file descriptor that it may open.
        mapped: bytes of files that it may map beside that.
    """
    resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
    resource.setrlimit(resource.RLIMIT_AS, (memory + mapped, memory + mapped))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (descriptors, descriptors))
