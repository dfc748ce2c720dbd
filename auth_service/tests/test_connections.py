"""No call holds a database connection while Argon2 computes."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import event
from sqlmodel import col, update

from auth_service.models import Account
from auth_service.tests.conftest import PASSWORD, Identity, Person
from auth_service.tests.refusals import refusal
from auth_service.tests.test_account import NEW_PASSWORD, reset_token
from service_kit import clock
from service_kit.request_context import request_id


class Watch:
    """Which requests hold how many connections, and what was held whenever Argon2 began."""

    def __init__(self) -> None:
        self.holders: Counter[str] = Counter()
        self.held_at_argon2: list[int] = []

    def taken(self, _: Any, record: Any, __: Any) -> None:
        record.info["request"] = request_id()
        self.holders[request_id()] += 1

    def returned(self, _: Any, record: Any) -> None:
        self.holders[record.info.pop("request")] -= 1


@pytest.fixture
def watch(identity: Identity, monkeypatch: pytest.MonkeyPatch) -> Iterator[Watch]:
    watch, passwords = Watch(), identity.service.authenticator.passwords
    compute = passwords._off_the_loop

    async def watched(work: Any) -> Any:
        watch.held_at_argon2.append(watch.holders[request_id()])
        return await compute(work)

    monkeypatch.setattr(passwords, "_off_the_loop", watched)
    pool = identity.service.database._engine.sync_engine.pool
    event.listen(pool, "checkout", watch.taken)
    event.listen(pool, "checkin", watch.returned)
    yield watch
    event.remove(pool, "checkout", watch.taken)
    event.remove(pool, "checkin", watch.returned)


async def settled(identity: Identity) -> None:
    """Wait until no call from before the watch still holds a connection."""
    pool: Any = identity.service.database._engine.pool
    async with asyncio.timeout(10):
        while pool.checkedout():
            await asyncio.sleep(0.01)


async def fields_of(identity: Identity, person: Person, method: str) -> dict[str, str]:
    if method == "ResetPassword":
        token = await reset_token(identity, person.email)
        return {"token": token, "new_password": NEW_PASSWORD}
    return {
        "Login": {"email": person.email, "password": PASSWORD},
        "Register": {
            "email": "held@clinic.example", "password": PASSWORD, "full_name": "Ada",
            "clinic_name": "Clinic",
        },
        "UpdateMe": {"email": "new.held@clinic.example", "current_password": PASSWORD},
        "ChangePassword": {"current_password": PASSWORD, "new_password": NEW_PASSWORD},
        "SetUpTwoFactor": {"password": PASSWORD},
        "RemoveTwoFactor": {"password": PASSWORD, "code": identity.code(person)},
        "RegenerateRecoveryCodes": {"password": PASSWORD},
    }[method]  # fmt: skip


@pytest.mark.parametrize(
    "method",
    [
        "Login", "Register", "UpdateMe", "ChangePassword", "SetUpTwoFactor", "RemoveTwoFactor",
        "RegenerateRecoveryCodes", "ResetPassword",
    ],
)  # fmt: skip
async def test_no_connection_is_held_while_argon2_computes(
    identity: Identity, watch: Watch, method: str
) -> None:
    person = await identity.enrolled()
    fields = await fields_of(identity, person, method)
    await settled(identity)
    watch.holders.clear()
    watch.held_at_argon2.clear()
    if method in ("SetUpTwoFactor", "RemoveTwoFactor"):  # it is on, and has to stay
        assert await refusal(person.client.call(method, **fields)) in (
            "TWO_FACTOR_ALREADY_ON",
            "TWO_FACTOR_REQUIRED",
        )
    else:
        await person.client.call(method, **fields)
    assert watch.held_at_argon2
    assert set(watch.held_at_argon2) == {0}


@pytest.mark.parametrize(
    ("method", "reason"),
    [("Login", "CREDENTIALS_INVALID"), ("RegenerateRecoveryCodes", "PASSWORD_WRONG")],
)
async def test_a_password_that_is_changed_while_it_is_checked_no_longer_counts(
    identity: Identity, monkeypatch: pytest.MonkeyPatch, method: str, reason: str
) -> None:
    person = await identity.enrolled()
    fields = await fields_of(identity, person, method)
    passwords = identity.service.authenticator.passwords
    check = passwords.check

    async def check_and_change(password: str, stored: str | None) -> str | None:
        checked = await check(password, stored)
        async with identity.service.database.session() as session:
            await session.exec(
                update(Account)
                .where(col(Account.email) == person.email)
                .values(password_changed_at=clock.now())
            )
        return checked

    monkeypatch.setattr(passwords, "check", check_and_change)
    assert await refusal(person.client.call(method, **fields)) == reason
