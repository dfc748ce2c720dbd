"""A mailed link dies with what it was made for."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from auth_service.tests.conftest import PASSWORD, Identity, Person
from auth_service.tests.refusals import refusal
from auth_service.tests.test_account import NEW_PASSWORD, reset_token
from service_kit import clock


async def change_address(identity: Identity, person: Person, email: str) -> None:
    await person.client.call("UpdateMe", email=email, current_password=person.password)
    await identity.deliver()
    await person.client.call("VerifyEmail", token=identity.mailbox.newest_token(email))
    person.email = email


async def refused_reset(person: Person, token: str) -> str:
    return await refusal(
        person.client.call("ResetPassword", token=token, new_password=NEW_PASSWORD)
    )


async def test_a_reset_link_dies_with_the_address_it_was_sent_to(identity: Identity) -> None:
    person = await identity.enrolled()
    token = await reset_token(identity, person.email)
    await change_address(identity, person, f"new.{person.email}")
    assert await refused_reset(person, token) == "LINK_INVALID"
    assert await identity.challenge(person), "the password is the old one"


async def test_a_reset_link_stays_dead_when_the_address_comes_back(identity: Identity) -> None:
    person = await identity.enrolled()
    first = person.email
    token = await reset_token(identity, first)
    await change_address(identity, person, f"new.{first}")
    await change_address(identity, person, first)
    assert await refused_reset(person, token) == "LINK_INVALID"


async def test_a_reset_link_opens_for_half_an_hour(
    identity: Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = await identity.enrolled()
    token = await reset_token(identity, person.email)
    late = timedelta(minutes=30, seconds=1)
    monkeypatch.setattr(clock, "now", lambda: datetime.now(UTC) + late)
    assert await refused_reset(person, token) == "LINK_INVALID"


async def test_a_confirmation_dies_with_a_later_one(identity: Identity) -> None:
    person = await identity.enrolled()
    await person.client.call("UpdateMe", email=f"one.{person.email}", current_password=PASSWORD)
    await identity.deliver()
    token = identity.mailbox.newest_token(f"one.{person.email}")
    await change_address(identity, person, f"two.{person.email}")
    assert await refusal(person.client.call("VerifyEmail", token=token)) == "LINK_INVALID"


async def test_a_confirmation_dies_with_the_password(identity: Identity) -> None:
    person = await identity.enrolled()
    new = f"new.{person.email}"
    await person.client.call("UpdateMe", email=new, current_password=PASSWORD)
    await identity.deliver()
    await person.client.call("ChangePassword", current_password=PASSWORD, new_password=NEW_PASSWORD)
    token = identity.mailbox.newest_token(new)
    assert await refusal(person.client.call("VerifyEmail", token=token)) == "LINK_INVALID"
    assert (await person.client.call("GetMe")).user.pending_email == ""


@pytest.mark.parametrize(
    "changes",
    [
        [("UpdateUser", {"active": False}), ("UpdateUser", {"active": True})],
        [("UpdateUser", {"role": 3})],
        [("ResetUserTwoFactor", {})],
        [("EndUserSessions", {})],
    ],
    ids=["disabled and enabled", "another role", "second factor reset", "signed out"],
)
async def test_a_reset_link_dies_with_the_state_of_its_account(
    identity: Identity, changes: list[tuple[str, dict[str, Any]]]
) -> None:
    admin, person = await identity.admin(), await identity.enrolled()
    token = await reset_token(identity, person.email)
    for method, fields in changes:
        await admin.client.call(method, user_id=person.user_id, **fields)
    assert await refused_reset(person, token) == "LINK_INVALID"
