"""The audit remembers what was done, by whom, and can't be changed unseen."""

import json
from typing import Any

import psycopg
import pytest

from auth_service.tests.conftest import GATEWAY_SECRET, PASSWORD, Identity, Person
from auth_service.tests.refusals import refusal
from dermis.auth.v1 import auth_pb2
from dermis.options.v1 import access_pb2


async def test_the_audit_names_who_did_what_to_whom(identity: Identity) -> None:
    admin, person = await identity.admin(), await identity.enrolled()
    await admin.client.call("UpdateUser", user_id=person.user_id, role=access_pb2.ROLE_ADMIN)
    answer = await admin.client.call("ListAudit", subject_id=person.user_id, event="account")
    newest = next(e for e in answer.entries if e.event == "account.role_changed")
    assert newest.actor_id == admin.user_id
    assert dict(newest.details) == {"before": "clinician", "after": "admin"}
    assert newest.address == admin.client.address
    assert newest.agent == "Firefox"


async def test_changes_of_the_model_are_in_the_audit(identity: Identity) -> None:
    admin, clinician = await identity.admin(), await identity.enrolled()
    change = {"change": auth_pb2.MODEL_CHANGE_CANARY, "version": "1.1.0", "percent": 10}
    await admin.client.call("RecordModelChange", **change)
    answer = await admin.client.call("ListAudit", actor_id=admin.user_id, event="model")
    assert [(e.event, dict(e.details)) for e in answer.entries] == [
        ("model.canary_requested", {"what": "1.1.0, 10 %"})
    ]
    issued = await identity.client().call(
        "IssueServiceToken", service="gateway", secret=GATEWAY_SECRET
    )
    gateway = identity.client()
    gateway.token = issued.token
    await gateway.call(
        "RecordModelChange", change=auth_pb2.MODEL_CHANGE_WITHDRAWAL, version="1.1.0"
    )
    newest = (await admin.client.call("ListAudit", event="model")).entries[0]
    assert newest.event == "model.withdrawal_requested"
    assert (await admin.client.call("VerifyAudit")).intact
    assert await refusal(clinician.client.call("RecordModelChange", **change)) == "NOT_PERMITTED"
    for bad in ({"change": 0}, {"change": 99}, change | {"version": "1" * 65}):
        assert await refusal(admin.client.call("RecordModelChange", **bad)) == "CHANGE_INVALID"


async def test_failed_sign_ins_are_in_the_audit(identity: Identity) -> None:
    admin, person = await identity.admin(), await identity.enrolled()
    await refusal(identity.client().call("Login", email=person.email, password="wrong"))
    answer = await admin.client.call("ListAudit", subject_id=person.user_id, event="sign_in.failed")
    assert len(answer.entries) == 1


async def events(admin: Person, person: Person, event: str) -> int:
    found = await admin.client.call("ListAudit", subject_id=person.user_id, event=event)
    return len(found.entries)


async def test_refused_codes_and_passwords_are_in_the_audit(identity: Identity) -> None:
    admin, person = await identity.admin(), await identity.enrolled()
    challenge = await identity.challenge(person)
    for proof in ({"code": "000000"}, {"recovery_code": "AAAA-AAAA-AAAA-AAAA-AAAA-AAAA"}):
        await refusal(person.client.call("VerifyTwoFactor", challenge_token=challenge, **proof))
    assert await events(admin, person, "two_factor.refused") == 2
    await refusal(
        person.client.call("ChangePassword", current_password="wrong", new_password=PASSWORD)
    )
    assert await events(admin, person, "password.refused") == 1


async def test_an_untouched_audit_is_intact(identity: Identity) -> None:
    admin = await identity.admin()
    verdict = await admin.client.call("VerifyAudit")
    assert verdict.intact
    assert verdict.entries > 0


async def test_the_services_role_cannot_change_the_audit(identity: Identity) -> None:
    url = identity.service.settings.database_url.replace("postgresql+psycopg", "postgresql")
    for statement in ("UPDATE audit SET event = 'x'", "DELETE FROM audit", "TRUNCATE audit"):
        with (
            psycopg.connect(url) as connection,
            pytest.raises(psycopg.errors.InsufficientPrivilege),
        ):
            connection.execute(statement)


@pytest.mark.parametrize(
    ("damage", "repair"),
    [
        pytest.param(
            "UPDATE audit SET actor_id = gen_random_uuid() WHERE seq = %(middle)s",
            "UPDATE audit SET actor_id = %(actor_id)s WHERE seq = %(middle)s",
            id="edited",
        ),
        pytest.param("DELETE FROM audit WHERE seq = %(middle)s", None, id="removed"),
        pytest.param("DELETE FROM audit WHERE seq = %(last)s", None, id="cut off"),
        pytest.param(
            "INSERT INTO audit (at, event, request_id, client_address, detail, previous_hash, hash)"
            " SELECT at, event, request_id, client_address, detail, hash, repeat('f', 64)"
            " FROM audit WHERE seq = %(last)s",
            "DELETE FROM audit WHERE hash = repeat('f', 64)",
            id="inserted",
        ),
        pytest.param(
            "UPDATE audit_head SET entries = entries - 1",
            "UPDATE audit_head SET entries = entries + 1",
            id="more than were written",
        ),
    ],
)
async def test_a_damaged_audit_is_found_out(
    identity: Identity, damage: str, repair: str | None
) -> None:
    admin = await identity.admin()
    entries = (await admin.client.call("ListAudit", limit=5)).entries
    places = {
        "last": entries[0].sequence,
        "middle": entries[2].sequence,
        "actor_id": entries[2].actor_id or None,
    }
    url = identity.owner_url.replace("postgresql+psycopg", "postgresql")
    with psycopg.connect(url, autocommit=True) as connection:
        kept = connection.execute("SELECT * FROM audit ORDER BY seq DESC LIMIT 5").fetchall()
        connection.execute(damage, places)
        verdict = await admin.client.call("VerifyAudit")
        if repair:
            connection.execute(repair, places)
        else:
            _put_back(connection, kept)
    assert not verdict.intact
    assert verdict.broken_at in {
        places["last"],
        places["middle"],
        places["middle"] + 1,
        places["last"] + 1,
    }
    assert (await admin.client.call("VerifyAudit")).intact


def _put_back(connection: psycopg.Connection[Any], rows: list[Any]) -> None:
    for row in rows:
        values = [json.dumps(value) if isinstance(value, dict) else value for value in row]
        places = ", ".join(["%s"] * len(values))
        statement = f"INSERT INTO audit OVERRIDING SYSTEM VALUE VALUES ({places})"
        connection.execute(f"{statement} ON CONFLICT DO NOTHING", values)
