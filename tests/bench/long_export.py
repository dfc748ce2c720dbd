"""`make bench-export`: a record of 10,000 photos leaves as one zip.

The photos are put straight into database and store. While the zip is read, the memory of gateway
and patient_service is looked at every 0.2 s, and somebody else asks for their profile without a
pause. With `--slowly` the reader takes so long that the access token expires on the way.
"""

import argparse
import asyncio
import io
import sys
import tempfile
import time
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

import aiohttp
from rich.console import Console

from local_stack.secrets_file import load_or_make
from local_stack.stack import Stack, running
from patient_service.images.objects import original_key
from patient_service.tests.generated_record import add_photos
from serving import examples
from tests.bench import cpu
from tests.bench.processes import resident
from tests.conftest import until_model_is_live

MIB = 2**20
# As `add_photos` writes it into the rows.
PHOTO_BYTES = 100_000
PIECE = 256 * 1024
LOOK_SECONDS = 0.2
PARTS = ("gateway", "patient_service")
# The least that auth_service takes, and long enough to outlive it and what clocks may differ.
TOKEN_SECONDS, SLOW_SECONDS = 60, 120


@dataclass
class Seen:
    """What was met while an export was read.

    Attributes:
        first: seconds until the first byte.
        seconds: until the last.
        memory: MiB by part, at each look: at rest, then while it was read.
        waits: seconds that each of another caller's requests took meanwhile.
    """

    first: float = 0.0
    seconds: float = 0.0
    memory: dict[str, list[float]] = field(default_factory=lambda: {part: [] for part in PARTS})
    waits: list[float] = field(default_factory=list)

    def look(self, stack: Stack) -> None:
        for part in PARTS:
            self.memory[part].append(resident(stack, part) / MIB)


def fill(stack: Stack, patient: UUID, photos: int) -> None:
    """Give a patient so many photos with answers, all of the same picture."""
    secrets = load_or_make(stack.folder / "secrets.json")
    database = stack.postgres.database(
        "patients", owner="dermis_patient_owner", app="dermis_patient",
        password=secrets.database_password,
    )  # fmt: skip
    add_photos(database.owner_url, patient, photos)
    data = examples.read()[0].path.read_bytes().ljust(PHOTO_BYTES, b"\0")
    with stack.postgres.connect("patients") as connection:
        rows = connection.execute("SELECT clinic_id, id FROM images").fetchall()
    for clinic, image in rows:
        path = stack.folder / "images" / original_key(UUID(str(clinic)), UUID(str(image)))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


async def read(stack: Stack, made: cpu.Record, slowly: float, to: Path) -> Seen:
    """Read the zip into a file, and note what happens meanwhile."""
    seen, headers = Seen(), {"Authorization": made.token}
    seen.look(stack)
    timeout = aiohttp.ClientTimeout(total=None, sock_read=120)
    async with aiohttp.ClientSession(stack.url, headers=headers, timeout=timeout) as http:
        beside = [asyncio.create_task(_looks(stack, seen)), asyncio.create_task(_asks(http, seen))]
        started = time.perf_counter()
        try:
            async with http.get(f"/api/patients/{made.patient}/export.zip") as answer:
                assert answer.status == 200, await answer.text()
                expected = int(answer.headers["Expected-Bytes"])
                with to.open("wb") as file:
                    async for piece in answer.content.iter_chunked(PIECE):
                        seen.first = seen.first or time.perf_counter() - started
                        file.write(piece)
                        due = started + slowly * file.tell() / expected
                        await asyncio.sleep(max(0.0, due - time.perf_counter()))
            seen.seconds = time.perf_counter() - started
        finally:
            for task in beside:
                task.cancel()
    return seen


async def _looks(stack: Stack, seen: Seen) -> None:
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        seen.look(stack)


async def _asks(http: aiohttp.ClientSession, seen: Seen) -> None:
    while True:
        started = time.perf_counter()
        async with http.get("/api/users/me") as answer:
            await answer.read()
        seen.waits.append(time.perf_counter() - started)
        await asyncio.sleep(0.02)


def whole(path: Path, photos: int) -> None:
    """Refuse a zip that isn't complete.

    Raises:
        AssertionError: photos are missing.
        zipfile.BadZipFile: it ended short.
    """
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        assert len(names) == photos + 1, f"{len(names)} files"
        assert archive.testzip() is None
        with archive.open("bundle.json") as file:
            size = file.seek(0, io.SEEK_END)
        sys.stdout.write(f"{path.stat().st_size / MIB:,.0f} MiB, its bundle {size / MIB:,.0f}\n")


async def _main(console: Console, photos: int, *, slowly: bool) -> None:
    settings = dict(cpu.SETTINGS)
    if slowly:
        settings["auth_service"] = {"ACCESS_TOKEN_SECONDS": str(TOKEN_SECONDS)}
    with tempfile.TemporaryDirectory(prefix="dermis-bench-") as name:
        folder = Path(name)
        async with running(folder / "stack", settings=settings) as stack:
            await until_model_is_live(stack)
            made = await cpu.record(stack)
            await asyncio.to_thread(fill, stack, UUID(made.patient), photos)
            packed = folder / "export.zip"
            seen = await read(stack, made, SLOW_SECONDS if slowly else 0.0, packed)
            await asyncio.to_thread(whole, packed, photos)
    waits = sorted(seen.waits)
    console.print(
        f"{photos:,} photos: first byte after {seen.first:.1f} s, last after {seen.seconds:.1f} s; "
        f"another caller waited {waits[len(waits) // 2] * 1000:.0f} ms in the median, "
        f"{waits[-1] * 1000:.0f} at most"
    )
    for part, looks in seen.memory.items():
        half = len(looks) // 2
        console.print(
            f"{part}, MiB: {looks[0]:.0f} at rest, up to {max(looks[:half]):.0f} in the first half "
            f"and {max(looks[half:]):.0f} in the second"
        )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.bench.long_export")
    parser.add_argument("--photos", type=int, default=10_000)
    parser.add_argument("--slowly", action="store_true", help="outlive the access token")
    given = parser.parse_args()
    asyncio.run(_main(Console(width=130), given.photos, slowly=given.slowly))
