"""TorchServe from wheels, with the system's Java runtime or one from a wheel."""

from pathlib import Path

from local_stack.components.ports import free_port, listens
from local_stack.components.process import Process
from serving.replica.torchserve.process import TorchServeCommand, TorchServePorts, prepare

_START_SECONDS = 60


class TorchServe:
    """An embedded TorchServe, all ports on loopback.

    Args:
        folder: its own folder; the remains of an earlier run are removed.
        workers: processes per model version; 0: one per core.
    """

    def __init__(self, folder: Path, *, workers: int = 0) -> None:
        self.folder = folder
        self.ports = TorchServePorts(*(free_port() for _ in range(5)))
        self.port = self.ports.inference
        self._workers = workers
        self.process = Process("TorchServe", folder / "torchserve.log", stop_seconds=15)

    @property
    def inference_address(self) -> str:
        """Address of the inference API."""
        return f"http://127.0.0.1:{self.ports.inference}"

    @property
    def management_address(self) -> str:
        """Address of the management API."""
        return f"http://127.0.0.1:{self.ports.management}"

    @property
    def metrics_address(self) -> str:
        """Address of the metrics API."""
        return f"http://127.0.0.1:{self.ports.metrics}"

    @property
    def key_file(self) -> Path:
        """Where TorchServe writes its tokens."""
        return self.folder / "key_file.json"

    async def start(self) -> None:
        """Start it and wait until both APIs listen and the tokens are written."""
        # Workers outlive a killed frontend, and would keep sockets and memory.
        self.process.kill()
        self.process.sweep()
        command: TorchServeCommand = prepare(self.folder, self.ports, workers=self._workers)
        self.process.spawn(command.arguments, environment=command.environment, cwd=command.folder)
        await self.process.until(self._answers, _START_SECONDS)

    async def stop(self) -> None:
        """End it and its workers."""
        await self.process.stop()

    def _answers(self) -> bool:
        return (
            listens(self.ports.inference)
            and listens(self.ports.management)
            and self.key_file.exists()
        )
