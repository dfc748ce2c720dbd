"""What a version may cost on a replica: a slow or fat one takes the others down with it."""

from dataclasses import dataclass

from serving.contract.trials import Measurement

# The result is promised within a second, and two versions share a replica's memory.
MEDIAN_MS = 1000.0
WORKER_MIB = 1024


@dataclass(frozen=True, slots=True)
class CostLimits:
    """The most that a version may take.

    Attributes:
        median_ms: of an answer, in milliseconds.
        worker_mib: resident memory of a worker, in MiB.
    """

    median_ms: float = MEDIAN_MS
    worker_mib: int = WORKER_MIB

    def objections(self, measured: Measurement) -> list[str]:
        """Why a version may not be loaded here; empty where it may."""
        said = []
        if measured.median_ms > self.median_ms:
            said.append(
                f"it takes {measured.median_ms:.0f} ms an answer on this replica, "
                f"{self.median_ms:.0f} are allowed (MAX_MEDIAN_MS)"
            )
        if measured.memory_mib is not None and measured.memory_mib > self.worker_mib:
            said.append(
                f"a worker of it takes {measured.memory_mib} MiB on this replica, "
                f"{self.worker_mib} are allowed (MAX_WORKER_MIB)"
            )
        return said
