"""`python -m tests.bench.cpu`: CPU that a request of each kind takes, by process.

Eight clients send the same request again and again; what counts is the processes' own CPU time,
which hardly depends on what else the machine does, unlike the time that a request takes.
"""

import asyncio
import json
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
from rich.console import Console
from rich.table import Table

from gateway.settings import RATE_LIMITS
from local_stack.api_client import Clinician
from local_stack.mailbox import Mailbox
from local_stack.stack import Stack, running
from tests.bench.processes import Usage, since, usages
from tests.bench.upload import varied_photos
from tests.conftest import new_sign_in, profile, until_model_is_live

CLIENTS = 8
REQUESTS = 400
WARM_UP = 40
UPLOADS = 60
# A bench is one account with the calls of a whole clinic.
SETTINGS = {
    "auth_service": {"ACCESS_TOKEN_SECONDS": "3600"},
    "gateway": {"RATE_LIMITS": json.dumps(dict.fromkeys(RATE_LIMITS, "1000000/minute"))},
}

Send = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Cost:
    """What one kind of request cost.

    Attributes:
        name: of the kind.
        cpu: milliseconds a request, by process.
        per_second: requests, of all clients together.
    """

    name: str
    cpu: Mapping[str, float]
    per_second: float


@dataclass(frozen=True, slots=True)
class Record:
    """A signed-in clinician, and a patient with photos.

    Attributes:
        token: the clinician's.
        patient, image, detection: ids.
        photos: bytes of photos that nobody has uploaded yet.
    """

    token: str
    patient: str
    image: str
    detection: str
    photos: list[bytes]


async def record(stack: Stack) -> Record:
    """Sign a clinician in and fill a patient's record."""
    photos = list(varied_photos(20 + WARM_UP + UPLOADS))
    async with Clinician(stack.url, Mailbox(stack.mails)) as clinician:
        known = new_sign_in()
        await clinician.register(known, full_name="Noor Haddad", clinic="Harbour Dermatology")
        await clinician.sign_in(known, keep=lambda _: None)
        patient = await clinician.add_patient(profile())
        for photo in photos[:20]:
            detection = (await clinician.upload(patient, photo)).json()
        token = str(clinician.http.headers["Authorization"])
    return Record(token, patient, detection["image_id"], detection["id"], photos[20:])


async def measure(stack: Stack, made: Record) -> AsyncIterator[Cost]:
    """Every kind of request in turn."""
    async with _session(made.token) as http:
        for name, path in _reads(made).items():
            yield await _cost(stack, name, REQUESTS, _get(http, f"{stack.url}{path}"))
        left = iter(made.photos)
        uploads = _upload(http, f"{stack.url}/api/predict/upload/{made.patient}", left)
        yield await _cost(stack, "upload", UPLOADS, uploads)


def _reads(made: Record) -> dict[str, str]:
    return {
        "health": "/api/healthz",
        "own profile": "/api/users/me",
        "patient": f"/api/patients/{made.patient}",
        "page of patients": "/api/patients/",
        "page of detections": f"/api/patients/{made.patient}/detections",
        "worklist": "/api/worklist/detections?state=unreviewed",
        "detection": f"/api/detections/{made.detection}",
        "thumbnail": f"/api/images/{made.image}/thumbnail",
        "photo": f"/api/images/{made.image}",
        "heatmap": f"/api/detections/{made.detection}/heatmap.png",
        "overlay": f"/api/detections/{made.detection}/overlay.png",
    }


@asynccontextmanager
async def _session(token: str) -> AsyncIterator[aiohttp.ClientSession]:
    # A limit of its own for connections: each client keeps one, as a browser does.
    connector = aiohttp.TCPConnector(limit=CLIENTS)
    async with aiohttp.ClientSession(
        headers={"Authorization": token}, connector=connector
    ) as session:
        yield session


def _get(http: aiohttp.ClientSession, url: str) -> Send:
    async def send() -> None:
        async with http.get(url) as answer:
            body = await answer.read()
            assert answer.status == 200, body

    return send


def _upload(http: aiohttp.ClientSession, url: str, photos: Iterator[bytes]) -> Send:
    async def send() -> None:
        form = aiohttp.FormData()
        form.add_field("file", next(photos), filename="photo.jpg", content_type="image/jpeg")
        async with http.post(url, data=form) as answer:
            body = await answer.read()
            assert answer.status == 201, body

    return send


async def _cost(stack: Stack, name: str, requests: int, send: Send) -> Cost:
    await _together(send, WARM_UP)
    before, started = usages(stack), time.perf_counter()
    await _together(send, requests)
    seconds, used = time.perf_counter() - started, since(before, usages(stack))
    return Cost(name, by_process(used, requests), requests / seconds)


def by_process(used: list[Usage], requests: int) -> dict[str, float]:
    """Milliseconds a request; TorchServe's workers and PostgreSQL's backends count as these."""
    cpu: dict[str, float] = {}
    for usage in used:
        process = usage.name.partition(" worker")[0].removesuffix(" backends")
        cpu[process] = cpu.get(process, 0.0) + usage.cpu_seconds * 1000 / requests
    return cpu


async def _together(send: Send, requests: int) -> None:
    """Send them from all clients at once, each as soon as its last is answered."""
    left = iter(range(requests))

    async def client() -> None:
        for _ in left:
            await send()

    await asyncio.gather(*(client() for _ in range(CLIENTS)))


def table(costs: list[Cost]) -> Table:
    """Milliseconds of CPU by process, and requests a second."""
    shown = ("gateway", "patient_service", "auth_service", "PostgreSQL", "Redis", "TorchServe")
    drawn = Table("request", *shown, "all", "a second", title="CPU, ms a request")
    for cost in costs:
        cells = [f"{cost.cpu.get(name, 0.0):.2f}" for name in shown]
        total = sum(cost.cpu.get(name, 0.0) for name in shown)
        drawn.add_row(cost.name, *cells, f"{total:.2f}", f"{cost.per_second:.0f}")
    return drawn


async def _main(console: Console) -> None:
    with tempfile.TemporaryDirectory(prefix="dermis-bench-") as folder:
        async with running(Path(folder), settings=SETTINGS) as stack:
            await until_model_is_live(stack)
            made = await record(stack)
            console.print(table([cost async for cost in measure(stack, made)]))


if __name__ == "__main__":
    sys.exit(asyncio.run(_main(Console(width=130))))
