"""Migrations on a database that the release before has used."""

from typing import Any

import psycopg

from service_kit.migrations import migrate

PEOPLE = """
INSERT INTO clinics VALUES
    ('00000000-0000-0000-0000-0000000000c1', 'Alone', now()),
    ('00000000-0000-0000-0000-0000000000c2', 'Shared', now());
INSERT INTO accounts (id, email, email_key, email_verified_at, full_name, role, clinic_id,
    password_hash, password_changed_at, active, require_two_factor, created_at)
SELECT ('00000000-0000-0000-0000-0000000000a' || n)::uuid, 'a' || n, 'a' || n,
    CASE WHEN n = 3 THEN now() END, 'Ada', 'clinician',
    ('00000000-0000-0000-0000-0000000000c' || CASE n WHEN 1 THEN 1 ELSE 2 END)::uuid,
    'hash', now(), true, false, now()
FROM generate_series(1, 3) n;
INSERT INTO mailed_tokens
SELECT decode('0' || n, 'hex'), ('00000000-0000-0000-0000-0000000000a' || n)::uuid,
    CASE n WHEN 3 THEN 'reset_password' ELSE 'verify_email' END, 'a' || n, now(), now(), NULL
FROM generate_series(1, 3) n;
INSERT INTO sessions (id, account_id, kind, created_at, last_used_at, expires_at, address, agent)
SELECT gen_random_uuid(), '00000000-0000-0000-0000-0000000000a3', kind, now(), now(), now(), place,
    ''
FROM (VALUES ('access', '192.0.2.1'), ('access', '192.0.2.1'), ('enrolment', '192.0.2.2'),
    ('access', '2001:db8::1')) s (kind, place);
"""


def test_unverified_accounts_become_registrations_whose_links_go_on_working(postgres: Any) -> None:
    owner_url, app_url = postgres.create_database("upgraded", "upgraded_owner", "upgraded_app")
    role = app_url.split("//")[1].split(":")[0]
    migrate("auth_service", owner_url, app_role=role, revision="0001")
    plain = owner_url.replace("+psycopg", "")
    with psycopg.connect(plain) as connection:
        connection.execute(PEOPLE)
    migrate("auth_service", owner_url, app_role=role)
    with psycopg.connect(plain) as connection:

        def rows(query: str) -> list[tuple[Any, ...]]:
            return connection.execute(query).fetchall()

        assert rows("SELECT email FROM accounts") == [("a3",)]
        assert rows("SELECT name FROM clinics") == [("Shared",)]
        waiting = "SELECT email, clinic_name, clinic_id IS NULL FROM pending_registrations"
        assert sorted(rows(waiting)) == [("a1", "Alone", True), ("a2", "Shared", False)]
        links = "SELECT email, registration_id IS NULL FROM mailed_tokens"
        assert sorted(rows(links)) == [("a1", False), ("a2", False), ("a3", True)]
        assert rows("SELECT place FROM known_places") == [("address 192.0.2.1",)]
