"""Sessions: refreshed, listed, ended, and known to have ended everywhere."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import update
from sqlmodel import col

from auth_service.models import RefreshToken, SignInSession
from auth_service.session import sessions
from auth_service.session.opaque_tokens import digest
from auth_service.session.revocations import Announcer
from auth_service.tests.conftest import PASSWORD, Identity, Person
from auth_service.tests.refusals import refusal
from service_kit import clock
from service_kit.auth_client import revocation_key
from service_kit.redis_client import open_redis


async def refreshed(person: Person) -> str:
    answer = await person.client.call("Refresh", refresh_token=person.refresh_token)
    person.signed_in(answer.tokens)
    return person.refresh_token


async def age(identity: Identity, token: str, seconds: int) -> None:
    """Let a used refresh token have been used so long ago."""
    async with identity.service.database.session() as session:
        await session.exec(
            update(RefreshToken)
            .where(col(RefreshToken.token_hash) == digest(token))
            .values(used_at=clock.now() - timedelta(seconds=seconds))
        )


async def is_known_to_redis(identity: Identity, session_id: str) -> bool:
    return bool(await identity.service.redis.exists(revocation_key(UUID(session_id))))


async def current_session(person: Person) -> str:
    listed = (await person.client.call("ListSessions")).sessions
    return next(s.id for s in listed if s.current)


async def second_device(identity: Identity, person: Person) -> Person:
    other = Person(person.email, person.password, identity.client(), secret=person.secret)
    other.client.agent = "Phone"
    challenge = await identity.challenge(other)
    answer = await other.client.call(
        "VerifyTwoFactor", challenge_token=challenge, recovery_code=person.recovery_codes.pop()
    )
    other.signed_in(answer.tokens)
    return other


async def test_a_refresh_token_is_exchanged_for_the_next(identity: Identity) -> None:
    person = await identity.enrolled()
    first = person.refresh_token
    second = await refreshed(person)
    third = await refreshed(person)
    assert len({first, second, third}) == 3
    await person.client.call("GetMe")


async def test_a_retry_at_once_gets_the_same_successor(identity: Identity) -> None:
    person = await identity.enrolled()
    first = person.refresh_token
    second = await refreshed(person)
    person.refresh_token = first
    assert await refreshed(person) == second


async def test_of_fifty_refreshes_at_once_one_rotates_and_none_alarms(identity: Identity) -> None:
    person = await identity.enrolled()
    answers = await asyncio.gather(
        *(person.client.call("Refresh", refresh_token=person.refresh_token) for _ in range(50))
    )
    assert len({a.tokens.refresh_token for a in answers}) == 1
    person.signed_in(answers[0].tokens)
    await refreshed(person)


async def test_a_token_that_comes_back_after_the_grace_ends_the_session(
    identity: Identity,
) -> None:
    person = await identity.enrolled()
    stolen = person.refresh_token
    await refreshed(person)
    await age(identity, stolen, 11)
    assert await refusal(person.client.call("Refresh", refresh_token=stolen)) == "SESSION_ENDED"
    latest = person.refresh_token
    assert await refusal(person.client.call("Refresh", refresh_token=latest)) == "SESSION_ENDED"
    assert await refusal(person.client.call("GetMe")) == "SESSION_ENDED"
    admin = await identity.admin()
    entries = await admin.client.call(
        "ListAudit", event="session.refresh_reused", subject_id=person.user_id
    )
    assert len(entries.entries) == 1


async def test_a_token_whose_successor_was_used_is_never_a_retry(identity: Identity) -> None:
    person = await identity.enrolled()
    first = person.refresh_token
    await refreshed(person)
    await refreshed(person)
    assert await refusal(person.client.call("Refresh", refresh_token=first)) == "SESSION_ENDED"


async def test_an_idle_session_ends(identity: Identity) -> None:
    person = await identity.enrolled()
    async with identity.service.database.session() as session:
        await session.exec(
            update(RefreshToken)
            .where(col(RefreshToken.token_hash) == digest(person.refresh_token))
            .values(expires_at=clock.now())
        )
    assert await refusal(refreshed(person)) == "SESSION_ENDED"


async def test_a_session_ends_at_its_absolute_limit(identity: Identity) -> None:
    person = await identity.enrolled()
    async with identity.service.database.session() as session:
        await session.exec(
            update(SignInSession)
            .where(col(SignInSession.account_id) == UUID(person.user_id))
            .values(expires_at=clock.now())
        )
    assert await refusal(refreshed(person)) == "SESSION_ENDED"
    assert await refusal(person.client.call("GetMe")) == "SESSION_ENDED"


async def test_an_unknown_refresh_token_is_refused(identity: Identity) -> None:
    call = identity.client().call("Refresh", refresh_token="made up")
    assert await refusal(call) == "REFRESH_INVALID"


async def test_after_sign_out_redis_knows_before_the_answer(identity: Identity) -> None:
    person = await identity.enrolled()
    session_id = await current_session(person)
    await person.client.call("Logout", refresh_token=person.refresh_token)
    assert await is_known_to_redis(identity, session_id)
    assert await refusal(person.client.call("GetMe")) == "SESSION_ENDED"
    assert (await person.client.call("CheckSession", session_id=session_id)).revoked


async def test_a_session_that_never_was_counts_as_ended(identity: Identity) -> None:
    never = "01900000-0000-7000-8000-000000000000"
    assert (await identity.client().call("CheckSession", session_id=never)).revoked


async def test_sessions_are_listed_with_device_and_address(identity: Identity) -> None:
    person = await identity.enrolled()
    phone = await second_device(identity, person)
    listed = (await person.client.call("ListSessions")).sessions
    assert [(s.agent, s.address, s.current) for s in listed] == [
        ("Phone", phone.client.address, False),
        ("Firefox", person.client.address, True),
    ]


async def test_a_session_that_nobody_can_continue_is_not_listed(identity: Identity) -> None:
    person = await identity.enrolled()
    phone = await second_device(identity, person)
    forgotten = await current_session(phone)
    async with identity.service.database.session() as session:
        await session.exec(
            update(SignInSession)
            .where(col(SignInSession.id) == UUID(forgotten))
            .values(last_used_at=clock.now() - identity.service.authenticator.policy.idle)
        )
    listed = (await person.client.call("ListSessions")).sessions
    assert [s.agent for s in listed] == ["Firefox"]


async def test_one_session_is_ended_and_the_other_stays(identity: Identity) -> None:
    person = await identity.enrolled()
    phone = await second_device(identity, person)
    await person.client.call("EndSession", session_id=await current_session(phone))
    assert await refusal(phone.client.call("GetMe")) == "SESSION_ENDED"
    await person.client.call("GetMe")


async def test_all_other_sessions_are_ended(identity: Identity) -> None:
    person = await identity.enrolled()
    phone = await second_device(identity, person)
    assert (await person.client.call("EndOtherSessions")).ended == 1
    assert await refusal(phone.client.call("GetMe")) == "SESSION_ENDED"
    await person.client.call("GetMe")


async def test_nobody_ends_somebody_elses_session(identity: Identity) -> None:
    person, stranger = await identity.enrolled(), await identity.enrolled()
    session_id = await current_session(person)
    call = stranger.client.call("EndSession", session_id=session_id)
    assert await refusal(call) == "SESSION_NOT_FOUND"
    await person.client.call("GetMe")
    events = (await stranger.client.call("ListSecurityEvents", limit=1)).events
    assert [event.event for event in events] == ["refused.not_found"]


async def test_a_changed_password_ends_the_other_sessions(identity: Identity) -> None:
    person = await identity.enrolled()
    phone = await second_device(identity, person)
    await person.client.call(
        "ChangePassword", current_password=PASSWORD, new_password="eleven-pears-under-snow"
    )
    assert await refusal(phone.client.call("GetMe")) == "SESSION_ENDED"
    await person.client.call("GetMe")
    person.password = "eleven-pears-under-snow"
    assert await identity.challenge(person)


async def test_redis_is_told_again_after_it_was_emptied(identity: Identity) -> None:
    person = await identity.enrolled()
    session_id = await current_session(person)
    await person.client.call("Logout", refresh_token=person.refresh_token)
    await identity.service.redis.flushdb()
    async with asyncio.timeout(60):
        while not await is_known_to_redis(identity, session_id):
            await asyncio.sleep(0.05)


async def test_a_session_that_ends_while_redis_is_away_is_announced_later(
    identity: Identity,
) -> None:
    person = await identity.enrolled()
    session_id = await current_session(person)
    nowhere = open_redis("redis://127.0.0.1:1/0")
    away = Announcer(nowhere, identity.service.database, token_life=timedelta(minutes=10))
    async with identity.service.database.session() as session:
        await sessions.end(session, col(SignInSession.id) == UUID(session_id))
    await away.announce([UUID(session_id)])
    assert await refusal(person.client.call("GetMe")) == "SESSION_ENDED"
    async with asyncio.timeout(60):
        while not await is_known_to_redis(identity, session_id):
            await asyncio.sleep(0.05)
    await nowhere.aclose()


async def test_only_fifty_sessions_stay_open(
    identity: Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Three instead of fifty: a sign-in takes a fifth of a second.
    monkeypatch.setattr("auth_service.session.sessions.MAX_SESSIONS", 3)
    person = await identity.enrolled()
    for _ in range(4):
        await second_device(identity, person)
    assert await refusal(person.client.call("GetMe")) == "SESSION_ENDED"
