"""What has expired is deleted, and nothing else."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlmodel import col, select

from auth_service import cleanup
from auth_service.clinic import join_requests
from auth_service.models import Attempt, PendingRegistration
from auth_service.people import registrations
from auth_service.tests.conftest import PASSWORD, Identity
from service_kit import clock

MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("made", "verified", "stays"),
    [
        (registrations.LIFETIME - MINUTE, None, True),
        (registrations.LIFETIME + MINUTE, None, False),
        (2 * join_requests.LIFETIME, join_requests.LIFETIME - MINUTE, True),
        (2 * join_requests.LIFETIME, join_requests.LIFETIME + MINUTE, False),
    ],
    ids=["unverified", "unverified too long", "waits for an owner", "waited too long"],
)
async def test_a_registration_is_deleted_once_nobody_can_complete_it(
    identity: Identity, made: timedelta, verified: timedelta | None, stays: bool
) -> None:
    email = f"{uuid4().hex}@cleanup.example"
    await identity.client().call(
        "Register", email=email, password=PASSWORD, full_name="Ada Byron", clinic_name="Clinic"
    )
    by_email = select(PendingRegistration).where(col(PendingRegistration.email_key) == email)
    async with identity.service.database.session() as session:
        waiting = (await session.exec(by_email)).one()
        waiting.created_at = clock.now() - made
        waiting.verified_at = clock.now() - verified if verified else None
        session.add(waiting)
    async with identity.service.database.session() as session:
        await cleanup.delete_expired(session)
        assert ((await session.exec(by_email)).first() is not None) is stays


async def test_attempts_are_kept_as_long_as_a_limit_looks_back(identity: Identity) -> None:
    async def kept() -> set[UUID]:
        return set((await session.exec(select(Attempt.id))).all())

    async with identity.service.database.session() as session:
        recent = Attempt(subject=b"recent", at=clock.now() - timedelta(days=30))
        old = Attempt(subject=b"old", at=clock.now() - timedelta(days=32))
        session.add(recent)
        session.add(old)
        await session.flush()
        await cleanup.delete_expired(session)
        assert {recent.id, old.id} & await kept() == {recent.id}
