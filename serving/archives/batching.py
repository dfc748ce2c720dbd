"""How many photos TorchServe hands a worker at once: the one setting of archives left to replicas.

TorchServe reads it from the archive, whatever it was told on registration. So an archive holds
that of one photo at a time, and the copy that TorchServe unpacks holds the replica's.
"""

from dataclasses import dataclass

from serving.archives.members import CONFIG, FIXED


@dataclass(frozen=True, slots=True)
class Batching:
    """How photos are gathered.

    Attributes:
        size: at most so many at once.
        delay_ms: how long TorchServe waits for so many; of no effect on one.
    """

    size: int = 1
    delay_ms: int = 50

    def settings(self) -> bytes:
        """An archive's settings with these."""
        held = FIXED[CONFIG].read_text()
        if self.size == 1:
            return held.encode()
        rest = held.splitlines()
        return "\n".join(
            [line for line in rest if not line.startswith(("#", "batchSize", "maxBatchDelay"))]
            + [f"batchSize: {self.size}", f"maxBatchDelay: {self.delay_ms}", ""]
        ).encode()


ONE_BY_ONE = Batching()
