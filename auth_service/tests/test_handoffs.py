"""Hand-offs: a phone that nobody has signed in to hands in photos of one lesion."""

import asyncio
import secrets
from base64 import urlsafe_b64decode
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text, update
from sqlmodel import col

from auth_service.models import SignInSession
from auth_service.session import handoffs
from auth_service.tests.conftest import PASSWORD, Identity, Person
from auth_service.tests.refusals import refusal
from dermis.auth.v1 import auth_pb2 as pb
from dermis.options.v1 import access_pb2
from service_kit import clock
from service_kit.auth_client import revocation_key


@pytest.fixture
async def person(identity: Identity) -> Person:
    return await identity.enrolled()


@pytest.fixture
async def made(person: Person) -> pb.CreateHandoffResponse:
    return await make(person)


async def make(person: Person, lesion: str = "") -> pb.CreateHandoffResponse:
    answer: pb.CreateHandoffResponse = await person.client.call(
        "CreateHandoff", patient_id=str(uuid4()), lesion_id=lesion or str(uuid4())
    )
    return answer


def secret_of(made: pb.CreateHandoffResponse) -> str:
    return made.link.partition("#")[2]


async def claim(
    identity: Identity, made: pb.CreateHandoffResponse, key: str = ""
) -> pb.ClaimHandoffResponse:
    answer: pb.ClaimHandoffResponse = await identity.client().call(
        "ClaimHandoff", secret=secret_of(made), key=key or secrets.token_urlsafe(32)
    )
    return answer


async def told(identity: Identity, handoff_id: str) -> list[tuple[str, str]]:
    """What the audit says of a hand-off, oldest first: the event, and why it ended."""
    async with identity.service.database.session() as session:
        rows = await (await session.connection()).execute(
            text(
                "SELECT event, coalesce(detail->>'because', '') FROM audit"
                " WHERE detail->>'handoff_id' = :id ORDER BY seq"
            ),
            {"id": handoff_id},
        )
        return [(event, because) for event, because in rows]


async def test_a_phone_gets_a_token_for_one_lesion_in_the_name_of_whoever_made_the_link(
    identity: Identity, person: Person
) -> None:
    lesion = str(uuid4())
    made = await make(person, lesion)
    claimed = await claim(identity, made)
    principal = await identity.service.verifier.verify(claimed.token)
    assert (str(principal.user_id), str(principal.clinic_id)) == (person.user_id, person.clinic_id)
    assert principal.target
    assert str(principal.target.lesion_id) == lesion
    assert str(principal.session_id) == made.handoff.id


async def test_a_links_secret_has_256_bits_lies_in_the_fragment_and_is_kept_as_a_hash(
    identity: Identity, made: pb.CreateHandoffResponse
) -> None:
    address, _, secret = made.link.partition("#")
    assert address.endswith("/hand-in")
    raw = urlsafe_b64decode(secret + "=" * (-len(secret) % 4))
    assert len(raw) * 8 == 256
    key = secrets.token_urlsafe(32)
    await claim(identity, made, key)
    async with identity.service.database.session() as session:
        connection = await session.connection()
        rows = await connection.execute(text("SELECT h::text FROM handoffs h"))
        kept = "".join(row for (row,) in rows)
    for hidden in (secret, raw.hex(), secret.encode().hex(), key, key.encode().hex()):
        assert hidden not in kept


async def test_a_link_lasts_ten_minutes_and_no_longer_than_its_sign_in(
    identity: Identity, person: Person
) -> None:
    made = await make(person)
    left = made.handoff.expires_at.ToDatetime(clock.now().tzinfo) - clock.now()
    assert timedelta(minutes=9, seconds=50) < left <= timedelta(minutes=10)
    soon = clock.now() + timedelta(minutes=2)
    await change_sessions(identity, person, kind="access", expires_at=soon)
    assert (await make(person)).handoff.expires_at.ToDatetime(soon.tzinfo) == soon


async def change_sessions(identity: Identity, person: Person, kind: str, **values: Any) -> None:
    async with identity.service.database.session() as session:
        await session.exec(
            update(SignInSession)
            .where(
                col(SignInSession.account_id) == UUID(person.user_id),
                col(SignInSession.kind) == kind,
            )
            .values(**values)
        )


async def test_only_the_phone_that_claimed_a_link_may_claim_it_again(
    identity: Identity, person: Person, made: pb.CreateHandoffResponse
) -> None:
    key = secrets.token_urlsafe(32)
    first = await claim(identity, made, key)
    again = await claim(identity, made, key)
    assert again.expires_at == first.expires_at
    assert await refusal(claim(identity, made)) == "HANDOFF_CLAIMED"
    [listed] = (await person.client.call("ListHandoffs")).handoffs
    assert listed.claimed_at.ToSeconds()
    assert listed.agent == "Firefox"
    assert await told(identity, made.handoff.id) == [
        ("handoff.created", ""), ("handoff.claimed", ""), ("handoff.refused", ""),
    ]  # fmt: skip


async def test_of_twenty_phones_at_once_one_gets_the_token(
    identity: Identity, made: pb.CreateHandoffResponse
) -> None:
    outcomes = await asyncio.gather(
        *(claim(identity, made) for _ in range(20)), return_exceptions=True
    )
    assert len([one for one in outcomes if isinstance(one, pb.ClaimHandoffResponse)]) == 1


async def test_an_expired_link_is_refused_and_the_audit_says_that_it_expired(
    identity: Identity, person: Person, made: pb.CreateHandoffResponse
) -> None:
    await change_sessions(identity, person, kind="handoff", expires_at=clock.now())
    assert await refusal(claim(identity, made)) == "HANDOFF_INVALID"
    assert not (await person.client.call("ListHandoffs")).handoffs
    for _ in range(2):
        async with identity.service.database.session() as session:
            await handoffs.note_ended(session)
    assert (await told(identity, made.handoff.id))[1:] == [("handoff.ended", "expired")]


async def test_a_revoked_hand_off_ends_at_once_everywhere(
    identity: Identity, person: Person, made: pb.CreateHandoffResponse
) -> None:
    claimed = await claim(identity, made)
    await person.client.call("EndHandoff", handoff_id=made.handoff.id)
    assert await identity.service.redis.exists(revocation_key(UUID(made.handoff.id)))
    assert await refusal(identity.service.verifier.verify(claimed.token)) == "SESSION_ENDED"
    assert await refusal(claim(identity, made)) == "HANDOFF_INVALID"
    assert (await told(identity, made.handoff.id))[-1] == ("handoff.ended", "revoked")
    again = person.client.call("EndHandoff", handoff_id=made.handoff.id)
    assert await refusal(again) == "HANDOFF_NOT_FOUND"


async def sign_out(identity: Identity, person: Person) -> None:
    await person.client.call("Logout", refresh_token=person.refresh_token)


async def disable(identity: Identity, person: Person) -> None:
    admin = await identity.admin()
    await admin.client.call("UpdateUser", user_id=person.user_id, active=False)


async def change_role(identity: Identity, person: Person) -> None:
    admin = await identity.admin()
    await admin.client.call("UpdateUser", user_id=person.user_id, role=access_pb2.ROLE_ML_ENGINEER)


async def change_password(identity: Identity, person: Person) -> None:
    await person.client.call(
        "ChangePassword", current_password=PASSWORD, new_password=f"{PASSWORD}-and-winter"
    )


@pytest.mark.parametrize("change", [sign_out, disable, change_role, change_password])
async def test_a_hand_off_ends_with_the_sign_in_that_made_it(
    identity: Identity, person: Person, made: pb.CreateHandoffResponse, change: Any
) -> None:
    claimed = await claim(identity, made)
    await identity.service.verifier.verify(claimed.token)
    await change(identity, person)
    assert await refusal(identity.service.verifier.verify(claimed.token)) == "SESSION_ENDED"
    assert await refusal(claim(identity, made)) == "HANDOFF_INVALID"
    async with identity.service.database.session() as session:
        await handoffs.note_ended(session)
    assert (await told(identity, made.handoff.id))[-1] == ("handoff.ended", "its sign-in ended")


async def test_a_new_link_for_a_lesion_ends_the_one_before_and_no_other(
    identity: Identity, person: Person
) -> None:
    lesion = str(uuid4())
    other, first, second = (
        await make(person),
        await make(person, lesion),
        await make(person, lesion),
    )
    assert await refusal(claim(identity, first)) == "HANDOFF_INVALID"
    assert (await told(identity, first.handoff.id))[-1] == ("handoff.ended", "replaced")
    listed = (await person.client.call("ListHandoffs")).handoffs
    assert [one.id for one in listed] == [second.handoff.id, other.handoff.id]


async def test_nobody_sees_or_ends_somebody_elses_hand_off(
    identity: Identity, made: pb.CreateHandoffResponse
) -> None:
    stranger = await identity.enrolled()
    assert not (await stranger.client.call("ListHandoffs")).handoffs
    ending = stranger.client.call("EndHandoff", handoff_id=made.handoff.id)
    assert await refusal(ending) == "HANDOFF_NOT_FOUND"
    await claim(identity, made)


async def test_a_hand_off_is_no_sign_in_that_its_owner_is_shown(
    person: Person, made: pb.CreateHandoffResponse
) -> None:
    listed = (await person.client.call("ListSessions")).sessions
    assert made.handoff.id not in {session.id for session in listed}


async def test_a_phones_token_makes_no_hand_off(
    identity: Identity, made: pb.CreateHandoffResponse
) -> None:
    phone = identity.client()
    phone.token = (await claim(identity, made)).token
    making = phone.call("CreateHandoff", patient_id=str(uuid4()), lesion_id=str(uuid4()))
    assert await refusal(making) == "NOT_PERMITTED"
    assert await refusal(phone.call("GetMe")) == "NOT_PERMITTED"


@pytest.fixture(scope="module")
async def one_link(identity: Identity) -> pb.CreateHandoffResponse:
    return await make(await identity.enrolled())


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(secret=st.text(max_size=128), key=st.text(min_size=32, max_size=128))
async def test_no_other_secret_opens_anything(
    identity: Identity, one_link: pb.CreateHandoffResponse, secret: str, key: str
) -> None:
    call = identity.client().call("ClaimHandoff", secret=secret, key=key)
    assert await refusal(call) == "HANDOFF_INVALID"


@pytest.mark.parametrize("key", ["", "short", "k" * 129])
async def test_a_phone_must_bring_a_key_that_nobody_guesses(
    identity: Identity, made: pb.CreateHandoffResponse, key: str
) -> None:
    call = identity.client().call("ClaimHandoff", secret=secret_of(made), key=key)
    assert await refusal(call) == "HANDOFF_INVALID"
