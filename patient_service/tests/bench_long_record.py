"""What an upload costs where one patient has few photos, and where one has many (`bench-record`).

Goal: the same CPU of PostgreSQL, within 1.3 times, for 10 and for 10,000 photos that all wait for a
verdict.
"""

from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psutil
import psycopg
import pytest

from dermis.patient.v1 import patient_pb2 as pb
from patient_service.tests.conftest import Caller, finding, make_photo, token
from patient_service.tests.generated_record import add_photos, generate
from patient_service.tests.processes import ServiceProcess, running
from service_kit.migrations import migrate

FEW, MANY = 10, 10_000
PHOTOS, WARM_UP, UPLOADS = 20, 40, 200
GROWTH_GOAL = 1.3


@pytest.mark.timeout(900)
async def bench_uploads_of_a_patient_with_many_photos(postgres: Any, tmp_path: Path) -> None:
    print(f"\n{'photos':>8}{'PostgreSQL ms':>16}{'patient_service ms':>21}")  # noqa: T201  the bench's table
    figures = {}
    for photos in (FEW, MANY):
        figures[photos] = await _measure(postgres, tmp_path, photos)
        database, service = figures[photos]
        print(f"{photos:>8,}{database:>16.2f}{service:>21.2f}")  # noqa: T201  the bench's table
    assert figures[MANY][0] <= GROWTH_GOAL * figures[FEW][0], "an upload grows with the record"


async def _measure(postgres: Any, folder: Path, photos: int) -> tuple[float, float]:
    """CPU of an upload and its answer, ms: PostgreSQL's backends and the service."""
    owner_url, app_url = postgres.create_database("long", "long_owner", "long_app")
    migrate("patient_service", owner_url, app_role=app_url.split("//")[1].split(":")[0])
    clinic = uuid4()
    (patient,) = generate(owner_url, clinic, 1)
    add_photos(owner_url, patient, photos)
    sent = [make_photo(seed) for seed in range(PHOTOS)]
    with running(app_url, folder) as process:
        caller = Caller(process.address, token(clinic=clinic), clinic)
        await _upload(caller, patient, sent, WARM_UP)
        before = _used(owner_url, process)
        await _upload(caller, patient, sent, UPLOADS)
        after = _used(owner_url, process)
    database, service = (
        (late - early) * 1000 / UPLOADS for early, late in zip(before, after, strict=True)
    )
    return database, service


async def _upload(caller: Caller, patient: UUID, photos: list[bytes], number: int) -> None:
    for index in range(number):
        photo = photos[index % len(photos)]
        added = await caller.upload(photo, patient_id=str(patient), diagnose=True)
        answer = pb.RecordDetectionRequest(image_id=added.image.id, finding=finding())
        await caller.call(answer)


def _used(owner_url: str, process: ServiceProcess) -> tuple[float, float]:
    """Seconds of CPU by now: of this database's backends, and of the service."""
    with psycopg.connect(owner_url.replace("+psycopg", "")) as connection:
        backends = connection.execute(
            "SELECT pid FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        ).fetchall()
    return sum(_cpu(pid) for (pid,) in backends), _cpu(process.pid)


def _cpu(pid: int) -> float:
    times = psutil.Process(pid).cpu_times()
    return times.user + times.system
