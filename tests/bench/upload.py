"""One client uploads photo after photo to a fresh system; where does the time go?"""

import io
import secrets
import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import cycle, islice
from pathlib import Path

import httpx
import numpy as np
from PIL import Image

from local_stack.api_client import Clinician, SignIn
from local_stack.mailbox import Mailbox
from local_stack.stack import Stack, running
from serving import examples
from tests.bench.processes import Usage, since, usages
from tests.conftest import profile, until_model_is_live

UPLOADS = 100
WARM_UP_UPLOADS = 20
_STATEMENTS = """
    SELECT coalesce(sum(calls), 0)::float, coalesce(sum(total_exec_time), 0)::float
    FROM pg_stat_statements JOIN pg_database ON oid = dbid WHERE datname IN ('auth', 'patients')
"""


@dataclass(slots=True)
class Measured:
    """Milliseconds of every upload by hop, and what the processes used.

    Hops: `upload` is what the client waits. Storing and predicting run side by side, so the
    gateway's own share is what is left of the upload after the longer of the two and recording.
    """

    hops: dict[str, list[float]] = field(default_factory=dict)
    statements: float = 0.0
    peaks: list[Usage] = field(default_factory=list)
    kilobytes: float = 0.0

    @property
    def cpu(self) -> dict[str, float]:
        """Seconds of CPU by process."""
        return {usage.name: usage.cpu_seconds for usage in self.peaks}


async def measure(folder: Path) -> Measured:
    """Start a system in `folder`, upload, and count."""
    photos = list(varied_photos(UPLOADS + WARM_UP_UPLOADS))
    counted = {"shared_preload_libraries": "pg_stat_statements"}
    async with running(folder, postgres_settings=counted) as stack:
        await until_model_is_live(stack)
        async with Clinician(stack.url, Mailbox(stack.mails)) as clinician:
            known = SignIn("bench@harbour.example", secrets.token_urlsafe(18))
            await clinician.register(known, full_name="Noor Haddad", clinic="Harbour Dermatology")
            await clinician.sign_in(known, keep=lambda _: None)
            patient_id = await clinician.add_patient(profile())
            for photo in photos[:WARM_UP_UPLOADS]:
                await clinician.upload(patient_id, photo)
            return await _uploads(stack, clinician, patient_id, photos[WARM_UP_UPLOADS:])


async def _uploads(
    stack: Stack, clinician: Clinician, patient_id: str, photos: list[bytes]
) -> Measured:
    measured = Measured(kilobytes=statistics.mean(map(len, photos)) / 1000)
    statements, before = _Statements(stack), usages(stack)
    for photo in photos:
        already = statements.milliseconds
        started = time.perf_counter()
        answer = await clinician.upload(patient_id, photo)
        milliseconds = (time.perf_counter() - started) * 1000
        assert answer.status_code == 201, answer.text
        statements.look()
        hops = _hops(answer, milliseconds, statements.milliseconds - already)
        for hop, value in hops.items():
            measured.hops.setdefault(hop, []).append(value)
    measured.statements = statements.calls / len(photos)
    measured.peaks = since(before, usages(stack))
    return measured


def _hops(answer: httpx.Response, upload: float, database: float) -> dict[str, float]:
    timing = {
        hop: float(milliseconds)
        for hop, _, milliseconds in (
            part.strip().partition(";dur=") for part in answer.headers["server-timing"].split(",")
        )
    }
    store, predict, record = timing["store"], timing["predict"], timing["record"]
    return {
        "upload (all)": upload,
        "gateway": upload - max(store, predict) - record,
        "patient_service: store the photo": store,
        "TorchServe: predict and explain": predict,
        "patient_service: record the result": record,
        "of which PostgreSQL": database,
        "auth_service": 0.0,
    }


class _Statements:
    """What PostgreSQL itself counts of the services' statements."""

    def __init__(self, stack: Stack) -> None:
        self._connection = stack.postgres.connect()
        self._connection.execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")
        self._connection.execute("SELECT pg_stat_statements_reset()")
        self.calls = self.milliseconds = 0.0

    def look(self) -> None:
        """Bring the counts up to now."""
        row = self._connection.execute(_STATEMENTS).fetchone()
        assert row
        self.calls, self.milliseconds = float(str(row[0])), float(str(row[1]))


def varied_photos(number: int) -> Iterator[bytes]:
    """Different photos of one size: the examples with a little noise, as a camera has it."""
    noise = np.random.default_rng(7)
    for example in islice(cycle(examples.read()), number):
        pixels = np.asarray(Image.open(example.path).convert("RGB"), int)
        noisy = np.clip(pixels + noise.integers(-2, 3, pixels.shape), 0, 255).astype(np.uint8)
        held = io.BytesIO()
        Image.fromarray(noisy).save(held, "JPEG", quality=90)
        yield held.getvalue()
