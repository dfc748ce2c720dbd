"""A small but real SMTP server that stores every message as a file; runs as its own process.

`python -m local_stack.components.mail_sink FOLDER PORT [HOST]`
"""

import asyncio
import signal
import sys
import time
from pathlib import Path

from aiosmtpd.controller import UnthreadedController
from aiosmtpd.smtp import SMTP, Envelope, Session

from service_kit.files import written_whole


class StoreMessages:
    """Writes `<moment>.eml`; the names sort by time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def handle_DATA(self, _: SMTP, __: Session, envelope: Envelope) -> str:
        """Store one message."""
        path = self._folder / f"{time.time_ns()}.eml"
        with written_whole(path) as partial:
            partial.write_bytes(envelope.original_content or b"")
        return "250 kept"


async def serve(folder: Path, port: int, host: str = "127.0.0.1") -> None:
    """Accept messages until SIGTERM."""
    folder.mkdir(parents=True, exist_ok=True)
    loop = asyncio.get_running_loop()
    controller = UnthreadedController(StoreMessages(folder), hostname=host, port=port, loop=loop)
    server = await loop.create_server(controller.factory, host, port)
    stop = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    await stop.wait()
    server.close()


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1]), int(sys.argv[2]), *sys.argv[3:]))
