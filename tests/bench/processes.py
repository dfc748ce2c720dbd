"""CPU and memory of the system's processes, as Linux counts them."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil

from local_stack.stack import Stack


@dataclass(frozen=True, slots=True)
class Usage:
    """What one process (or a family of equal ones) has used.

    Attributes:
        name: the part, and for its children what they are.
        cpu_seconds: user and system.
        peak_bytes: highest resident memory (VmHWM), shared pages included; of PostgreSQL's
            backends the largest one's.
    """

    name: str
    cpu_seconds: float
    peak_bytes: int


def usages(stack: Stack) -> list[Usage]:
    """Every process of the system by now."""
    found = []
    for name, supervised in stack.supervisor.supervised.items():
        assert supervised.part.process.pid
        leader = psutil.Process(supervised.part.process.pid)
        found.append(_usage(name, [leader]))
        if name == "PostgreSQL":
            found.append(_usage(f"{name} backends", list(_children(leader))))
        else:
            for number, child in enumerate(_children(leader), start=1):
                found.append(_usage(f"{name} worker {number}", [child]))
    return found


def since(before: list[Usage], after: list[Usage]) -> list[Usage]:
    """What was used between two looks; peaks are those since the start."""
    earlier = {usage.name: usage.cpu_seconds for usage in before}
    return [
        Usage(usage.name, usage.cpu_seconds - earlier.get(usage.name, 0.0), usage.peak_bytes)
        for usage in after
    ]


def resident(stack: Stack, name: str) -> int:
    """Bytes of memory that a part has now, its children's included."""
    return sum(one.memory_info().rss for one in family(stack, name))


def family(stack: Stack, name: str) -> list[psutil.Process]:
    """A part's process and its children."""
    leader = psutil.Process(stack.supervisor.supervised[name].part.process.pid)
    return [leader, *_children(leader)]


def _children(leader: psutil.Process) -> Iterator[psutil.Process]:
    yield from sorted(leader.children(recursive=True), key=lambda child: child.pid)


def _usage(name: str, processes: list[psutil.Process]) -> Usage:
    cpu = [process.cpu_times() for process in processes]
    return Usage(
        name,
        sum(times.user + times.system for times in cpu),
        max(_peak(process.pid) for process in processes),
    )


def _peak(pid: int) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    return 0
