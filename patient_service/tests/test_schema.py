import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.util import CommandError
from sqlalchemy import create_engine

from dermis.options.v1 import access_pb2
from dermis.patient.v1 import patient_pb2 as pb
from patient_service.models import Table
from patient_service.tests.conftest import Service
from service_kit.migrations import migrate


def test_the_migrated_schema_is_what_the_models_say(service: Service) -> None:
    engine = create_engine(service.owner_url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Table.metadata) == []
    engine.dispose()


def test_migrating_twice_changes_nothing(service: Service) -> None:
    migrate("patient_service", service.owner_url, app_role="unused")


def test_a_schema_of_a_later_release_is_left_as_it_is(service: Service) -> None:
    with psycopg.connect(service.owner_url.replace("+psycopg", "")) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    try:
        schema = migrate("patient_service", service.owner_url, app_role="unused")
        assert schema.revision == "9999"
        assert "newer than this release's" in str(schema)
    finally:
        with psycopg.connect(service.owner_url.replace("+psycopg", "")) as connection:
            connection.execute("UPDATE alembic_version SET version_num = %s", [schema.newest])


def test_a_revision_that_no_release_can_have_made_is_refused(service: Service) -> None:
    newest = migrate("patient_service", service.owner_url, app_role="unused").newest
    with psycopg.connect(service.owner_url.replace("+psycopg", "")) as connection:
        connection.execute("UPDATE alembic_version SET version_num = 'abcd'")
    try:
        with pytest.raises(CommandError, match="abcd"):
            migrate("patient_service", service.owner_url, app_role="unused")
    finally:
        with psycopg.connect(service.owner_url.replace("+psycopg", "")) as connection:
            connection.execute("UPDATE alembic_version SET version_num = %s", [newest])


def test_every_rpc_names_a_permission() -> None:
    for service in pb.DESCRIPTOR.services_by_name.values():
        for method in service.methods:
            permission = method.GetOptions().Extensions[access_pb2.permission]
            assert permission > access_pb2.PERMISSION_SIGNED_IN, method.full_name


@pytest.mark.parametrize(
    "values",
    [
        {"birth_date": "'1700-01-01'"},
        {"full_name": "repeat('n', 201)"},
        {"sex": "'dog'"},
        {"fitzpatrick_type": "7"},
        {"record_number": "''"},
    ],
    ids=str,
)
def test_the_database_itself_refuses_nonsense(service: Service, values: dict[str, str]) -> None:
    sound = {
        "id": "gen_random_uuid()", "clinic_id": "gen_random_uuid()", "record_number": "'r'",
        "record_key": "'r'", "full_name": "'n'", "name_key": "'n'", "sex": "''", "contact": "''",
        "risk_notes": "''", "version": "1", "created_at": "now()", "updated_at": "now()",
    }  # fmt: skip
    row = sound | values
    insert = f"INSERT INTO patients ({', '.join(row)}) VALUES ({', '.join(row.values())})"
    with service.raw(as_owner=True) as connection, pytest.raises(psycopg.errors.CheckViolation):
        connection.execute(insert)
