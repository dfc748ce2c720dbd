"""What PostgreSQL itself refuses, whatever the service's Python does."""

from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from dermis.patient.v1 import patient_pb2 as pb
from patient_service.tests.conftest import Caller, Service, finding

TABLES = (
    "patients", "patient_search_terms", "lesions", "images", "detections", "reviews", "notes",
    "changes", "worklist", "markings", "assignments",
)  # fmt: skip


@pytest.fixture
async def record(clinician: Caller, photo: bytes) -> pb.Image:
    """A clinic with a row in every table."""
    patient = await clinician.add_patient()
    lesion = await clinician.add_lesion(patient.id)
    image = (await clinician.upload(photo, patient_id=patient.id, lesion_id=lesion.id)).image
    request = pb.RecordDetectionRequest(image_id=image.id, finding=finding())
    detection = (await clinician.call(request)).detection
    await clinician.call(pb.AddReviewRequest(detection_id=detection.id, verdict=pb.VERDICT_AGREES))
    await clinician.call(pb.AddNoteRequest(patient_id=patient.id, text="note"))
    scale = pb.AddMarkingRequest(
        image_id=image.id, kind=pb.MARKING_KIND_FIELD_OF_VIEW, millimetres=22
    )
    await clinician.call(scale)
    taken = pb.Assignment(image_id=image.id, assigned_to=str(uuid4()))
    await clinician.call(pb.AssignImagesRequest(assignments=[taken]))
    return image


@pytest.mark.usefixtures("record")
def test_raw_sql_sees_the_rows_of_its_own_clinic_only(service: Service, clinician: Caller) -> None:
    with service.raw() as connection:
        for table in TABLES:
            _act_for(connection, clinician.clinic)
            assert _clinics(connection, table) == {clinician.clinic}
            _act_for(connection, uuid4())
            assert _clinics(connection, table) == set()
            _act_for(connection, None)
            assert _clinics(connection, table) == set()
        assert _clinics(connection, "audit") == set()


def test_raw_sql_can_not_write_into_another_clinic(
    service: Service, clinician: Caller, record: pb.Image
) -> None:
    with service.raw() as connection:
        _act_for(connection, uuid4())
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(
                "INSERT INTO notes (id, clinic_id, patient_id, text, author_id, created_at)"
                " VALUES (gen_random_uuid(), %s, %s, 'x', gen_random_uuid(), now())",
                [clinician.clinic, record.patient_id],
            )
        changed = connection.execute("UPDATE patients SET full_name = 'x'")
        assert changed.rowcount == 0


def test_a_row_can_not_point_into_another_clinics_record(
    service: Service, record: pb.Image
) -> None:
    own = uuid4()
    with service.raw() as connection:
        _act_for(connection, own)
        with pytest.raises(psycopg.errors.ForeignKeyViolation):
            connection.execute(
                "INSERT INTO notes (id, clinic_id, patient_id, text, author_id, created_at)"
                " VALUES (gen_random_uuid(), %s, %s, 'x', gen_random_uuid(), now())",
                [own, record.patient_id],
            )


def test_the_services_role_owns_nothing_and_bypasses_nothing(service: Service) -> None:
    with service.raw() as connection:
        role = connection.execute(
            "SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user"
        ).fetchone()
        assert role == (False, False)
        owned = connection.execute(
            "SELECT count(*) FROM pg_class WHERE relowner = current_user::regrole"
        ).fetchone()
        assert owned == (0,)
        unprotected = connection.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND NOT relrowsecurity"
            " AND relnamespace = 'public'::regnamespace AND relname <> 'alembic_version'"
        ).fetchall()
        assert unprotected == []


def test_the_services_role_deletes_no_record(service: Service) -> None:
    with service.raw() as connection:
        for table in set(TABLES) - {"patient_search_terms"}:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(f"DELETE FROM {table}")


def test_the_services_role_writes_no_worklist(service: Service) -> None:
    with service.raw() as connection:
        for forged in (
            "UPDATE worklist SET needs_follow_up = false",
            "SELECT refresh_worklist(gen_random_uuid())",
            "SELECT * FROM worklist_now",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(forged)


def test_the_functions_across_clinics_serve_services_only(service: Service) -> None:
    with service.raw() as connection:
        connection.execute("SELECT set_config('dermis.role', 'ROLE_CLINICIAN', false)")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("SELECT * FROM claim_pending_detections(10, 60)")
        opened = connection.execute("SELECT * FROM open_lease(%s)", [uuid4()])
        assert opened.fetchall() == []


def _act_for(connection: psycopg.Connection[Any], clinic: UUID | None) -> None:
    connection.execute("SELECT set_config('dermis.clinic_id', %s, false)", [str(clinic or "")])


def _clinics(connection: psycopg.Connection[Any], table: str) -> set[UUID]:
    return {row[0] for row in connection.execute(f"SELECT clinic_id FROM {table}")}
