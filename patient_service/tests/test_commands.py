import os
import subprocess
import sys
from datetime import timedelta
from uuid import UUID, uuid4

from dermis.patient.v1 import patient_pb2 as pb
from patient_service.images import orphaned_objects
from patient_service.tests.conftest import Caller, Service, finding, make_photo
from patient_service.tests.test_tenancy import TABLES
from service_kit.database import Database
from service_kit.ids import new_id


async def test_an_erased_patient_leaves_only_the_audit(
    clinician: Caller, service: Service, refusal: type
) -> None:
    patient = await clinician.add_patient()
    image = (await clinician.upload(make_photo(seed=5, kind="TIFF"), patient_id=patient.id)).image
    await clinician.call(pb.RecordDetectionRequest(image_id=image.id, finding=finding()))
    field = pb.MARKING_KIND_FIELD_OF_VIEW
    await clinician.call(pb.AddMarkingRequest(image_id=image.id, kind=field, millimetres=22))
    thumbnail = pb.IMAGE_VARIANT_THUMBNAIL
    await clinician.parts(pb.GetImageRequest(image_id=image.id, variant=thumbnail))

    answer = _run(service, "erase-patient", patient.id, "--reason", "request 17")
    assert answer.stdout == "Patient erased; images deleted: 1.\n"

    with refusal("PATIENT_NOT_FOUND"):
        await clinician.call(pb.GetPatientRequest(patient_id=patient.id))
    with service.raw(as_owner=True) as connection:
        for table in TABLES:
            key = "id" if table == "patients" else "patient_id"
            rows = connection.execute(f"SELECT 1 FROM {table} WHERE {key} = %s", [patient.id])
            assert rows.fetchall() == [], table
    for prefix in ("images", "thumbnails", "sent"):
        assert await service.blobs.list(f"{prefix}/{clinician.clinic}/") == []
    audit = pb.ListAuditRequest(patient_id=patient.id)
    entries = (await service.caller("admin").call(audit)).entries
    assert entries[0].event == "patient.erased"
    assert entries[0].detail["reason"] == "request 17"
    assert len(entries) > 1


async def test_erasing_nobody_says_so(service: Service) -> None:
    answer = _run(service, "erase-patient", str(uuid4()), "--reason", "request 18")
    assert answer.returncode == 1
    assert answer.stderr == "There is no such patient.\n"


async def test_sweeping_removes_old_objects_without_a_row_and_nothing_else(
    clinician: Caller, service: Service, photo: bytes
) -> None:
    patient = await clinician.add_patient()
    image = (await clinician.upload(photo, patient_id=patient.id)).image
    day_old = UUID(int=new_id().int - (86_401_000 << 80))
    for orphan in (day_old, new_id()):
        await service.blobs.put(f"images/{clinician.clinic}/{orphan}", photo)
    await service.blobs.put(f"thumbnails/{clinician.clinic}/{day_old}", photo)
    # Whoever looks after the disk may leave things.
    foreign = service.images / "images" / "README.txt"
    foreign.write_text("Photos of patients. Do not copy.")
    begun = service.images / "images" / str(clinician.clinic) / f"{day_old}#1"
    begun.write_bytes(photo[:100])
    os.utime(begun, (0, 0))

    assert _run(service, "sweep").stdout.endswith("3 orphaned objects deleted.\n")
    assert not begun.exists()
    assert foreign.exists()
    assert len(await service.blobs.list(f"images/{clinician.clinic}/")) == 2

    database = Database(service.owner_url)
    assert await orphaned_objects.sweep(database, service.blobs, min_age=timedelta(0)) == 1
    await database.close()
    left = await service.blobs.list(f"images/{clinician.clinic}/")
    assert left == [f"images/{clinician.clinic}/{image.id}"]


def _run(service: Service, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {
        "ENVIRONMENT": "test",
        "REDIS_URL": "redis://localhost:1/0",
        "DATABASE_URL": service.app_url,
        "MIGRATION_DATABASE_URL": service.owner_url,
        "IMAGE_STORE_URL": f"file://{service.images}",
        "SECRET_KEY": "a secret of the tests, long enough",
    }
    return subprocess.run(
        [sys.executable, "-m", "patient_service", *arguments],
        env=environment, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
