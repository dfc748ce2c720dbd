"""What administrators do."""

import asyncio

import pytest
from sqlalchemy import update
from sqlmodel import col

from auth_service.models import Account
from auth_service.tests.conftest import PASSWORD, Identity, Person
from auth_service.tests.refusals import refusal
from dermis.options.v1 import access_pb2


async def test_a_disabled_account_is_out_at_once(identity: Identity) -> None:
    admin, person = await identity.admin(), await identity.enrolled()
    answer = await admin.client.call("UpdateUser", user_id=person.user_id, active=False)
    assert not answer.user.active
    assert await refusal(person.client.call("GetMe")) == "SESSION_ENDED"
    refresh = person.client.call("Refresh", refresh_token=person.refresh_token)
    assert await refusal(refresh) == "SESSION_ENDED"
    login = person.client.call("Login", email=person.email, password=PASSWORD)
    assert await refusal(login) == "CREDENTIALS_INVALID"


async def test_a_changed_role_counts_from_the_next_sign_in(identity: Identity) -> None:
    admin, person = await identity.admin(), await identity.enrolled()
    answer = await admin.client.call(
        "UpdateUser", user_id=person.user_id, role=access_pb2.ROLE_ML_ENGINEER
    )
    assert answer.user.role == access_pb2.ROLE_ML_ENGINEER
    assert answer.user.clinic_id == ""
    assert await refusal(person.client.call("GetMe")) == "SESSION_ENDED"


async def test_who_stops_being_an_administrator_is_signed_out(identity: Identity) -> None:
    admin, other = await identity.admin(), await identity.admin()
    await admin.client.call("UpdateUser", user_id=other.user_id, role=access_pb2.ROLE_ML_ENGINEER)
    assert await refusal(other.client.call("GetMe")) == "SESSION_ENDED"


async def test_a_clinician_needs_a_clinic(identity: Identity) -> None:
    admin, person = await identity.admin(), await identity.enrolled()
    other = await identity.enrolled()
    await admin.client.call("UpdateUser", user_id=person.user_id, role=access_pb2.ROLE_ADMIN)
    back = {"user_id": person.user_id, "role": access_pb2.ROLE_CLINICIAN}
    assert await refusal(admin.client.call("UpdateUser", **back)) == "CLINIC_REQUIRED"
    answer = await admin.client.call("UpdateUser", **back, clinic_id=other.clinic_id)
    assert answer.user.clinic_id == other.clinic_id


async def only_administrators(identity: Identity, *kept: Person) -> None:
    async with identity.service.database.session() as session:
        await session.exec(
            update(Account)
            .where(
                col(Account.role) == "admin",
                col(Account.email).not_in([person.email for person in kept]),
            )
            .values(active=False)
        )


async def test_the_last_administrator_stays(identity: Identity) -> None:
    admin = await identity.admin()
    await only_administrators(identity, admin)
    for change in ({"active": False}, {"role": access_pb2.ROLE_ML_ENGINEER}):
        call = admin.client.call("UpdateUser", user_id=admin.user_id, **change)
        assert await refusal(call) == "LAST_ADMINISTRATOR"


async def test_two_administrators_who_disable_each_other_at_once_leave_one(
    identity: Identity,
) -> None:
    one, other = await identity.admin(), await identity.admin()
    await only_administrators(identity, one, other)
    answers = await asyncio.gather(
        one.client.call("UpdateUser", user_id=other.user_id, active=False),
        other.client.call("UpdateUser", user_id=one.user_id, active=False),
        return_exceptions=True,
    )
    assert sum(isinstance(answer, Exception) for answer in answers) == 1


async def test_a_lost_second_factor_is_reset_and_enrolled_anew(identity: Identity) -> None:
    admin, person = await identity.admin(), await identity.enrolled()
    await admin.client.call("ResetUserTwoFactor", user_id=person.user_id)
    assert await refusal(person.client.call("GetMe")) == "SESSION_ENDED"
    await identity.enrol(person)
    await person.client.call("GetMe")


async def test_an_administrator_ends_all_sessions_of_an_account(identity: Identity) -> None:
    admin, person = await identity.admin(), await identity.enrolled()
    ended = await admin.client.call("EndUserSessions", user_id=person.user_id)
    assert ended.ended == 1
    assert await refusal(person.client.call("GetMe")) == "SESSION_ENDED"


async def test_an_invited_clinician_joins_the_clinic(identity: Identity) -> None:
    admin, colleague = await identity.admin(), await identity.enrolled()
    email, client = "invited@clinic.example", identity.client()
    await admin.client.call(
        "CreateInvitation",
        email=email,
        role=access_pb2.ROLE_CLINICIAN,
        clinic_id=colleague.clinic_id,
    )
    await identity.deliver()
    invitation = identity.mailbox.newest_token(email)
    form = {"password": PASSWORD, "full_name": "Grace", "invitation_token": invitation}
    elsewhere = client.call("Register", email="thief@clinic.example", **form)
    assert await refusal(elsewhere) == "INVITATION_INVALID"
    await client.call("Register", email=email, **form)
    await identity.deliver()
    await client.call("VerifyEmail", token=identity.mailbox.newest_token(email))
    person = Person(email, PASSWORD, client)
    await identity.enrol(person)
    assert person.clinic_id == colleague.clinic_id
    again = client.call("Register", email=email, **form)
    assert await refusal(again) == "INVITATION_INVALID"


async def test_a_known_address_is_not_invited(identity: Identity) -> None:
    admin, person = await identity.admin(), await identity.enrolled()
    call = admin.client.call(
        "CreateInvitation", email=person.email, role=access_pb2.ROLE_ML_ENGINEER
    )
    assert await refusal(call) == "EMAIL_TAKEN"


async def test_users_are_listed_page_by_page_and_found_by_name(identity: Identity) -> None:
    admin = await identity.admin()
    people = [await identity.registered() for _ in range(3)]
    first = await admin.client.call("ListUsers", limit=2)
    assert [u.email for u in first.users] == [people[2].email, people[1].email]
    second = await admin.client.call("ListUsers", limit=1, cursor=first.next_cursor)
    assert [u.email for u in second.users] == [people[0].email]
    found = await admin.client.call("ListUsers", search=people[1].email.upper())
    assert [u.email for u in found.users] == [people[1].email]
    assert not (await admin.client.call("ListUsers", search="%_%")).users


async def test_clinics_are_found_by_a_part_of_their_name(identity: Identity) -> None:
    admin, client = await identity.admin(), identity.client()
    for number in range(3):
        email = f"founder{number}@clinics.example"
        await client.call(
            "Register", email=email, password=PASSWORD, full_name="A", clinic_name=f"Dünen {number}"
        )
        await identity.deliver()
        await client.call("VerifyEmail", token=identity.mailbox.newest_token(email))
    first = await admin.client.call("ListClinics", search="dünen", limit=2)
    assert [clinic.name for clinic in first.clinics] == ["Dünen 2", "Dünen 1"]
    rest = await admin.client.call("ListClinics", search="dünen", cursor=first.next_cursor)
    assert [(clinic.name, clinic.clinicians) for clinic in rest.clinics] == [("Dünen 0", 1)]
    assert not (await admin.client.call("ListClinics", search="%_%")).clinics
    other = admin.client.call("ListClinics", cursor=first.next_cursor)
    assert await refusal(other) == "CURSOR_INVALID"


@pytest.mark.parametrize(
    "method",
    ["ListUsers", "UpdateUser", "ResetUserTwoFactor", "EndUserSessions", "CreateInvitation",
     "ListClinics", "ListAudit", "VerifyAudit"],
)  # fmt: skip
async def test_a_clinician_administers_nothing(identity: Identity, method: str) -> None:
    person = await identity.enrolled()
    assert await refusal(person.client.call(method)) == "NOT_PERMITTED"
    assert await refusal(identity.client().call(method)) == "SIGN_IN_REQUIRED"


async def test_unknown_accounts_are_not_found(identity: Identity) -> None:
    admin = await identity.admin()
    nobody = "01900000-0000-7000-8000-000000000000"
    for method in ("UpdateUser", "ResetUserTwoFactor", "EndUserSessions"):
        assert await refusal(admin.client.call(method, user_id=nobody)) == "USER_NOT_FOUND"
        assert await refusal(admin.client.call(method, user_id="1 OR 1=1")) == "INVALID_ID"
