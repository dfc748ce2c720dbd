"""How many workers and threads this machine or container has cores for."""

import os
from pathlib import Path

# Beyond this, workers cost more memory than they gain; each gets more threads instead.
MOST_WORKERS = 8

_CGROUP_QUOTA = Path("/sys/fs/cgroup/cpu.max")


def usable_cores(quota: Path = _CGROUP_QUOTA) -> int:
    """Cores that this process may use: its affinity, and the container's limit (cgroup v2)."""
    allowed = len(os.sched_getaffinity(0))
    try:
        limit, period = quota.read_text().split()
        return max(1, min(allowed, round(int(limit) / int(period))))
    except (OSError, ValueError):
        return allowed  # "max", or no cgroup here


def default_workers() -> int:
    """Workers for a model version: one a core."""
    return min(usable_cores(), MOST_WORKERS)


def threads_each(workers: int) -> int:
    """Threads for each of this many workers."""
    return max(1, usable_cores() // workers)
