"""patient_service killed (SIGKILL) at random moments during uploads (`make test-crash`).

Afterwards: every upload that was acknowledged is whole, no row lacks its object, and what was
left without a row is collected by sweeping. CRASHES says how often it is killed (200).
"""

import asyncio
import hashlib
import os
import random
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from dermis.patient.v1 import patient_pb2 as pb
from patient_service.images import orphaned_objects
from patient_service.tests.conftest import Caller, make_photo, token
from patient_service.tests.processes import start
from service_kit.blobs import Blobs
from service_kit.database import Database
from service_kit.errors import DomainError
from service_kit.migrations import migrate

CRASHES = int(os.environ.get("CRASHES", "200"))
CLIENTS = 4
LONGEST_LIFE_SECONDS = 0.8


@pytest.mark.timeout(3600)
async def crash_during_uploads(postgres: Any, tmp_path: Path) -> None:
    owner_url, app_url = postgres.create_database("crash", "crash_owner", "crash_app")
    migrate("patient_service", owner_url, app_role=app_url.split("//")[1].split(":")[0])
    clinic, chance = uuid4(), random.Random(5)
    photos = [make_photo(seed, width=1600, height=1200) for seed in range(4)]
    patient_id = ""
    acknowledged: dict[str, str] = {}
    for _ in range(CRASHES):
        service = start(app_url, tmp_path)
        caller = Caller(service.address, token(clinic=clinic, sub=str(clinic)), clinic)
        patient_id = patient_id or (await caller.add_patient()).id
        uploads = [
            asyncio.create_task(_upload_until_killed(caller, patient_id, photo, acknowledged))
            for photo in photos
        ]
        await asyncio.sleep(chance.uniform(0.05, LONGEST_LIFE_SECONDS))
        service.kill()
        await asyncio.gather(*uploads)
        await caller.channel.close()

    rows = _rows(owner_url)
    objects = {path.name: path for path in (tmp_path / "images").rglob("*") if path.is_file()}
    lost = [image_id for image_id in acknowledged if image_id not in rows]
    torn = [
        image_id for image_id, sha256 in rows.items()
        if image_id not in objects or _sha256(objects[image_id]) != sha256
    ]  # fmt: skip
    left = set(objects) - set(rows)
    print(  # noqa: T201  its report
        f"\n{CRASHES} crashes, {len(acknowledged)} uploads acknowledged, {len(rows)} rows, "
        f"{len(objects)} objects, {len(left)} orphans, {len(lost)} lost, {len(torn)} torn"
    )
    assert acknowledged
    assert (lost, torn) == ([], [])

    database, blobs = Database(owner_url), Blobs(tmp_path.as_uri())
    await orphaned_objects.sweep(database, blobs, min_age=timedelta(0))
    await database.close()
    kept = {path.name for path in (tmp_path / "images").rglob("*") if path.is_file()}
    assert kept == set(rows)


async def _upload_until_killed(
    caller: Caller, patient_id: str, photo: bytes, acknowledged: dict[str, str]
) -> None:
    while True:
        try:
            answer: pb.AddImageResponse = await caller.upload(
                photo, patient_id=patient_id, idempotency_key=str(uuid4()), diagnose=True
            )
        except DomainError:
            return
        acknowledged[answer.image.id] = answer.image.sha256


def _rows(owner_url: str) -> dict[str, str]:
    with psycopg.connect(owner_url.replace("+psycopg", "")) as connection:
        rows = connection.execute("SELECT id::text, sha256 FROM images").fetchall()
    return dict(rows)


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
