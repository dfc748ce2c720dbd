"""patient_service killed (SIGKILL) while photos move and patients merge (`make test-crash`).

Afterwards nothing is half moved: what belongs to a photo names its patient, a merged patient has an
empty record, no photo is lost and the worklist is true. CRASHES says how often it is killed (200).
"""

import asyncio
import os
import random
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from dermis.patient.v1 import patient_pb2 as pb
from patient_service.tests.conftest import Caller, make_photo, token
from patient_service.tests.merging import merge, note, part
from patient_service.tests.processes import start
from patient_service.tests.test_verdicts import assessed, review
from service_kit.errors import DomainError
from service_kit.migrations import migrate

CRASHES = int(os.environ.get("CRASHES", "200"))
LONGEST_LIFE_SECONDS = 1.0
PHOTOS = 12

# Every row that isn't its photo's or lesion's patient's, and everything left at a merged patient.
_HALF_MOVED = """
SELECT count(*) FROM (
    SELECT d.id FROM detections d JOIN images i ON i.id = d.image_id
        WHERE d.patient_id <> i.patient_id
    UNION ALL SELECT r.id FROM reviews r JOIN images i ON i.id = r.image_id
        WHERE r.patient_id <> i.patient_id
    UNION ALL SELECT w.image_id FROM worklist w JOIN images i ON i.id = w.image_id
        WHERE w.patient_id <> i.patient_id
    UNION ALL SELECT i.id FROM images i JOIN lesions l ON l.id = i.lesion_id
        WHERE l.patient_id <> i.patient_id
    UNION ALL SELECT i.id FROM images i JOIN patients p ON p.id = i.patient_id
        WHERE p.merged_into IS NOT NULL
    UNION ALL SELECT l.id FROM lesions l JOIN patients p ON p.id = l.patient_id
        WHERE p.merged_into IS NOT NULL
    UNION ALL SELECT n.id FROM notes n JOIN patients p ON p.id = n.patient_id
        WHERE p.merged_into IS NOT NULL
    UNION ALL SELECT m.id FROM patient_merges m JOIN patients p ON p.id = m.merged_id
        WHERE (p.merged_into = m.patient_id) <> (m.parted_at IS NULL) AND m.id = (
            SELECT id FROM patient_merges WHERE merged_id = p.id ORDER BY id DESC LIMIT 1
        )
) AS half
"""
_UNTRUE = """
SELECT count(*) FROM worklist FULL JOIN worklist_now now USING (image_id)
WHERE (worklist.patient_id, worklist.active, worklist.needs_verdict, worklist.suspect)
    IS DISTINCT FROM (now.patient_id, now.active, now.needs_verdict, now.suspect)
"""


@pytest.mark.timeout(3600)
async def crash_during_corrections(postgres: Any, tmp_path: Path) -> None:
    owner_url, app_url = postgres.create_database("crash_moves", "crash_m_owner", "crash_m_app")
    migrate("patient_service", owner_url, app_role=app_url.split("//")[1].split(":")[0])
    clinic, chance = uuid4(), random.Random(7)
    done = {"merged": 0, "parted": 0, "moved": 0}
    patients: list[str] = []
    images: list[str] = []
    for _ in range(CRASHES):
        service = start(app_url, tmp_path)
        caller = Caller(service.address, token(clinic=clinic, sub=str(clinic)), clinic)
        if not patients:
            patients, images = await _fill(caller)
        work = [
            asyncio.create_task(_merge_and_part_until_killed(caller, patients[:2], done)),
            asyncio.create_task(_move_until_killed(caller, patients[2:], images, done)),
        ]
        await asyncio.sleep(chance.uniform(0.05, LONGEST_LIFE_SECONDS))
        service.kill()
        await asyncio.gather(*work)
        await caller.channel.close()
        with psycopg.connect(owner_url.replace("+psycopg", "")) as connection:
            for query, expected in (
                (_HALF_MOVED, 0),
                (_UNTRUE, 0),
                ("SELECT count(*) FROM images", 2 * PHOTOS),
            ):
                assert connection.execute(query).fetchone() == (expected,), query
    print(f"\n{CRASHES} crashes, {done}, nothing half moved")  # noqa: T201  its report
    assert all(done.values())


async def _fill(caller: Caller) -> tuple[list[str], list[str]]:
    """Two patients who are merged again and again, and two between whom photos move."""
    patients = [(await caller.add_patient()).id for _ in range(4)]
    for seed in range(PHOTOS):
        whose = patients[seed % 2]
        lesion = await caller.add_lesion(whose, label=f"lesion {seed % 3}") if seed % 3 else None
        shown = lesion.id if lesion else ""
        detection = await assessed(caller, make_photo(seed), patient_id=whose, lesion_id=shown)
        await review(caller, detection, pb.VERDICT_MALIGNANT)
    for whose in patients[:2]:
        await note(caller, whose)
    moving = [
        await assessed(caller, make_photo(100 + seed), patient_id=patients[2])
        for seed in range(PHOTOS)
    ]
    return patients, [detection.image_id for detection in moving]


async def _merge_and_part_until_killed(
    caller: Caller, pair: list[str], done: dict[str, int]
) -> None:
    while True:
        try:
            merged = await merge(caller, *pair)
            done["merged"] += 1
            await part(caller, merged)
            done["parted"] += 1
        except DomainError:
            return


async def _move_until_killed(
    caller: Caller, pair: list[str], images: list[str], done: dict[str, int]
) -> None:
    number = 0
    while True:
        number += 1
        request = pb.UpdateImageRequest(
            image_id=images[number % PHOTOS], patient_id=pair[number // PHOTOS % 2]
        )
        try:
            await caller.call(request)
        except DomainError:
            return
        done["moved"] += 1
