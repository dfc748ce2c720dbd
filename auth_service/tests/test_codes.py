"""Codes of the second factor: unguessable, short-lived, useless to who steals the database."""

import random
import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from auth_service.credentials import two_factor
from auth_service.tests.conftest import Identity, Person
from auth_service.tests.refusals import refusal
from service_kit import clock

# 24 characters of base32 are 120 bits.
RECOVERY_CODE = re.compile(r"(?:[A-Z2-7]{4}-){5}[A-Z2-7]{4}")


async def verify(identity: Identity, person: Person, **proof: str) -> str:
    challenge = await identity.challenge(person)
    return await refusal(person.client.call("VerifyTwoFactor", challenge_token=challenge, **proof))


async def test_recovery_codes_are_ten_of_120_bits_and_kept_as_hashes(identity: Identity) -> None:
    person = await identity.enrolled()
    assert len(set(person.recovery_codes)) == 10
    assert all(RECOVERY_CODE.fullmatch(code) for code in person.recovery_codes)
    async with identity.service.database.session() as session:
        connection = await session.connection()
        rows = await connection.execute(text("SELECT t::text FROM recovery_codes t"))
        kept = "".join(row for (row,) in rows)
    assert kept
    for code in person.recovery_codes:
        plain = code.replace("-", "")
        for written in (code, plain, plain.encode().hex()):
            assert written not in kept


def test_no_seed_foretells_a_recovery_code() -> None:
    made = []
    for _ in range(2):
        random.seed(17)
        made.append(two_factor._recovery_code())
    assert len(set(made)) == 2


async def test_no_seed_foretells_a_secret(identity: Identity) -> None:
    secrets = []
    for _ in range(2):
        person = await identity.registered()
        answer = await person.client.call("Login", email=person.email, password=person.password)
        person.client.token = answer.two_factor_setup_required.enrolment_token
        random.seed(17)
        secrets.append((await person.client.call("SetUpTwoFactor")).secret)
    assert secrets[0] != secrets[1]
    # 160 bits, as RFC 4226, 4 (R6) recommends.
    assert all(len(secret) == 32 for secret in secrets)


async def test_a_code_counts_for_a_step_before_and_after_its_own(identity: Identity) -> None:
    for steps in (-2, 2, -10):
        person = await identity.enrolled()
        assert await verify(identity, person, code=identity.code(person, steps=steps)) == (
            "CODE_INVALID"
        )


async def test_a_code_has_six_digits(identity: Identity) -> None:
    person = await identity.enrolled()
    code = identity.code(person, steps=1)
    assert len(code) == 6
    assert await verify(identity, person, code=code[:5]) == "CODE_INVALID"


async def test_a_challenge_is_open_for_five_minutes(
    identity: Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = await identity.enrolled()
    challenge = await identity.challenge(person)
    monkeypatch.setattr(clock, "now", lambda: datetime.now(UTC) + timedelta(minutes=5, seconds=1))
    call = person.client.call(
        "VerifyTwoFactor", challenge_token=challenge, recovery_code=person.recovery_codes[0]
    )
    assert await refusal(call) == "CHALLENGE_INVALID"
