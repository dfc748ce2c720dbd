"""Load by wrk, which answers for itself with little CPU."""

import asyncio
import shutil
from collections.abc import Sequence
from pathlib import Path

from pydantic import BaseModel

_SCRIPT = Path(__file__).with_name("uploads.lua")


class Load(BaseModel):
    """What clients saw who uploaded as fast as they were answered.

    Attributes:
        answered: photos with an answer of the model.
        refused: by 429 or 503.
        other: anything else; 202 is a photo that was stored and waits for the model.
        median_ms, p99_ms: of every request.
    """

    seconds: float
    answered: int
    refused: int
    other: int
    median_ms: float
    p99_ms: float

    @property
    def per_second(self) -> float:
        """Photos answered."""
        return self.answered / self.seconds


def check_installed() -> None:
    """End the process where there is no wrk."""
    if not shutil.which("wrk"):
        raise SystemExit("bench-peers needs wrk (apt-get install wrk).")


async def upload(
    url: str, photos: Sequence[Path], *, clients: int, seconds: int, token: str = ""
) -> Load:
    """Upload photos in turn, from as many clients at once, each on a connection of its own."""
    headers = ["-H", f"Authorization: {token}"] if token else []
    process = await asyncio.create_subprocess_exec(
        "wrk", "-t1", f"-c{clients}", f"-d{seconds}s", "--timeout", "30s", *headers,
        "-s", str(_SCRIPT), url, "--", *map(str, photos),
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    out, _ = await process.communicate()
    return Load.model_validate_json(out.decode().strip().splitlines()[-1])
