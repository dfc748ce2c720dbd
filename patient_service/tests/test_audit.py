import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import text

from dermis.patient.v1 import patient_pb2 as pb
from patient_service.audit import trail
from patient_service.tests.conftest import Caller, Service
from service_kit.database import Database


@pytest.fixture
def admin(service: Service) -> Caller:
    return service.caller("admin")


async def test_every_view_and_change_of_a_patient_is_in_the_audit(
    clinician: Caller, admin: Caller, photo: bytes
) -> None:
    patient = await clinician.add_patient(full_name="Hidden Name")
    await clinician.call(pb.GetPatientRequest(patient_id=patient.id))
    image = (await clinician.upload(photo, patient_id=patient.id)).image
    await clinician.parts(pb.GetImageRequest(image_id=image.id))
    entries = (await admin.call(pb.ListAuditRequest(patient_id=patient.id))).entries
    events = [entry.event for entry in entries]
    assert events == ["image.viewed", "image.added", "patient.viewed", "patient.created"]
    newest = entries[0]
    assert newest.subject_id == image.id
    assert newest.clinic_id == str(clinician.clinic)
    assert newest.client_address == "192.0.2.7"
    assert newest.request_id
    assert dict(newest.detail) == {"what": "original"}
    assert "Hidden" not in str(entries)


async def test_a_refused_look_at_another_clinics_patient_stays_in_the_audit(
    clinician: Caller, stranger: Caller, admin: Caller, refusal: type
) -> None:
    patient = await clinician.add_patient()
    with refusal("PATIENT_NOT_FOUND"):
        await stranger.call(pb.GetPatientRequest(patient_id=patient.id))
    request = pb.ListAuditRequest(event="refused", limit=1)
    entry = (await admin.call(request)).entries[0]
    assert (entry.subject_id, entry.clinic_id) == (patient.id, str(stranger.clinic))


async def test_only_administrators_read_the_audit(clinician: Caller, refusal: type) -> None:
    for request in (pb.ListAuditRequest(), pb.VerifyAuditRequest()):
        with refusal("NOT_PERMITTED"):
            await clinician.call(request)


async def test_a_long_audit_may_take_longer_to_verify_than_a_statement_may(
    clinician: Caller, service: Service
) -> None:
    await clinician.add_patient()
    database = Database(service.owner_url)
    async with database.session() as session:
        await (await session.connection()).execute(text("SET LOCAL statement_timeout = 1"))
        assert (await trail.verify(session)).entries > 0
    await database.close()


async def test_an_event_that_nothing_can_be_stored_as_is_found_nowhere(admin: Caller) -> None:
    assert not (await admin.call(pb.ListAuditRequest(event="patient\0"))).entries


async def test_pages_of_the_audit_join(clinician: Caller, admin: Caller) -> None:
    patient = await clinician.add_patient()
    for _ in range(4):
        await clinician.call(pb.GetPatientRequest(patient_id=patient.id))
    seen, cursor = [], ""
    while True:
        request = pb.ListAuditRequest(patient_id=patient.id, limit=2, cursor=cursor)
        page = await admin.call(request)
        seen += [entry.position for entry in page.entries]
        cursor = page.next_cursor
        if not cursor:
            break
    assert len(seen) == 5
    assert seen == sorted(seen, reverse=True)


async def test_the_chain_holds_when_many_append_at_once(clinician: Caller, admin: Caller) -> None:
    patient = await clinician.add_patient()
    request = pb.GetPatientRequest(patient_id=patient.id)
    await asyncio.gather(*(clinician.call(request) for _ in range(20)))
    result = await admin.call(pb.VerifyAuditRequest())
    assert result.intact
    assert result.entries >= 21


async def test_the_service_can_neither_change_nor_remove_nor_number_a_row(
    clinician: Caller, service: Service
) -> None:
    patient = await clinician.add_patient()
    with service.raw() as connection:
        _act_as(connection, clinician)
        for statement in (
            "UPDATE audit SET event = 'nothing'",
            "DELETE FROM audit",
            "TRUNCATE audit",
            "SELECT setval('audit_seq', 1)",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement)
        # What it says of number and hash is not listened to.
        connection.execute(
            "INSERT INTO audit (seq, at, event, patient_id, clinic_id, request_id, client_address,"
            " detail, previous_hash, hash)"
            " VALUES (1, now(), 'forged', %s, %s, '', '', '{}', 'x', 'x')",
            [patient.id, clinician.clinic],
        )
    with service.raw(as_owner=True) as connection:
        row = connection.execute(
            "SELECT seq, hash FROM audit WHERE event = 'forged' AND patient_id = %s", [patient.id]
        ).fetchone()
        assert row is not None
        assert row[0] > 1
        assert row[1] != "x"


async def test_the_owner_too_is_refused_and_a_forced_change_is_found(
    clinician: Caller, admin: Caller, service: Service
) -> None:
    patient = await clinician.add_patient()
    await clinician.call(pb.GetPatientRequest(patient_id=patient.id))
    change = "UPDATE audit SET actor_id = %s WHERE patient_id = %s AND event = 'patient.created'"
    with service.raw(as_owner=True) as connection:
        with pytest.raises(psycopg.errors.CheckViolation, match="append-only"):
            connection.execute(change, [uuid4(), patient.id])
        before = connection.execute(
            "SELECT seq, actor_id FROM audit WHERE patient_id = %s ORDER BY seq", [patient.id]
        ).fetchone()
        assert before is not None
        connection.execute("ALTER TABLE audit DISABLE TRIGGER audit_is_append_only")
        connection.execute(change, [uuid4(), patient.id])
        result = await admin.call(pb.VerifyAuditRequest())
        assert (result.intact, result.broken_at) == (False, before[0])
        connection.execute(change, [before[1], patient.id])
        connection.execute("ALTER TABLE audit ENABLE TRIGGER audit_is_append_only")
    assert (await admin.call(pb.VerifyAuditRequest())).intact


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(
            "UPDATE audit SET at = at - interval '1 day' WHERE seq = %(middle)s", id="edited"
        ),
        pytest.param("DELETE FROM audit WHERE seq = %(middle)s", id="removed"),
        pytest.param(
            "DELETE FROM audit WHERE seq >= %(middle)s AND clinic_id = %(clinic)s",
            id="cut off at the end",
        ),
        pytest.param(
            "INSERT INTO audit SELECT nextval('audit_seq'), at, event, actor_id, patient_id,"
            " subject_id, clinic_id, request_id, client_address, detail, previous_hash, hash"
            " FROM audit WHERE seq = %(middle)s",
            id="inserted",
        ),
    ],
)
async def test_an_edited_removed_or_inserted_row_is_found(
    clinician: Caller, admin: Caller, service: Service, damage: str
) -> None:
    patient = await clinician.add_patient()
    for _ in range(3):
        await clinician.call(pb.GetPatientRequest(patient_id=patient.id))
    entries = (await admin.call(pb.ListAuditRequest(patient_id=patient.id))).entries
    own = "SELECT * FROM audit WHERE clinic_id = %s ORDER BY seq"
    with service.raw(as_owner=True) as connection:
        before = connection.execute(own, [clinician.clinic]).fetchall()
        with _unguarded(connection):
            connection.execute(damage, {"middle": entries[1].position, "clinic": clinician.clinic})
        result = await admin.call(pb.VerifyAuditRequest())
        with _unguarded(connection):
            connection.execute("DELETE FROM audit WHERE clinic_id = %s", [clinician.clinic])
            for row in before:
                values = [json.dumps(value) if isinstance(value, dict) else value for value in row]
                places = ", ".join(["%s"] * len(values))
                connection.execute(f"INSERT INTO audit VALUES ({places})", values)
    assert not result.intact
    assert result.broken_at >= entries[1].position
    assert (await admin.call(pb.VerifyAuditRequest())).intact


@contextmanager
def _unguarded(connection: psycopg.Connection) -> Iterator[None]:
    """What only somebody who owns the tables can do: chain and guard switched off."""
    connection.execute("ALTER TABLE audit DISABLE TRIGGER USER")
    yield
    connection.execute("ALTER TABLE audit ENABLE TRIGGER USER")


def _act_as(connection: psycopg.Connection, caller: Caller) -> None:
    connection.execute("SELECT set_config('dermis.clinic_id', %s, false)", [str(caller.clinic)])
