"""Deletes what has expired, once an hour."""

import asyncio
from datetime import timedelta

import structlog
from sqlalchemy import and_, delete, or_
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from auth_service.clinic import join_requests
from auth_service.credentials.known_places import KNOWN_FOR
from auth_service.models import (
    Attempt,
    Handoff,
    KnownPlace,
    MailedToken,
    PendingRegistration,
    RefreshToken,
    SignInChallenge,
    SignInSession,
)
from auth_service.people import registrations
from service_kit import clock
from service_kit.database import Database

log = structlog.get_logger()

PAUSE_SECONDS = 3600.0
# Longer than the life of any link or challenge.
KEEP = timedelta(days=2)
# Longer than the longest window in `guesses`.
KEEP_ATTEMPTS = timedelta(days=31)


async def delete_expired(session: AsyncSession) -> None:
    """Delete what has expired. Sessions stay as history."""
    before = clock.now() - KEEP
    await session.exec(delete(Attempt).where(col(Attempt.at) < clock.now() - KEEP_ATTEMPTS))
    await session.exec(delete(KnownPlace).where(col(KnownPlace.known_at) < clock.now() - KNOWN_FOR))
    await session.exec(delete(SignInChallenge).where(col(SignInChallenge.expires_at) < before))
    await session.exec(
        delete(PendingRegistration).where(
            or_(
                col(PendingRegistration.verified_at) < clock.now() - join_requests.LIFETIME,
                and_(
                    col(PendingRegistration.verified_at).is_(None),
                    col(PendingRegistration.created_at) < clock.now() - registrations.LIFETIME,
                ),
            )
        )
    )
    await session.exec(
        delete(Handoff).where(
            col(Handoff.session_id) == SignInSession.id, col(SignInSession.expires_at) < before
        )
    )
    await session.exec(delete(MailedToken).where(col(MailedToken.expires_at) < before))
    await session.exec(
        delete(RefreshToken).where(
            col(RefreshToken.session_id) == SignInSession.id,
            col(SignInSession.expires_at) < before,
        )
    )


async def run(database: Database) -> None:
    """Clean up until cancelled."""
    while True:
        try:
            async with database.session() as session:
                await delete_expired(session)
        except Exception as error:  # noqa: BLE001  the loop must outlive every outage
            log.warning("cleanup failed", error=type(error).__name__)
        await asyncio.sleep(PAUSE_SECONDS)
