"""Refresh tokens: each is exchanged for its successor; one that is used twice ends the session."""

from datetime import timedelta

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from auth_service.audit import trail
from auth_service.audit.events import Event
from auth_service.models import Account, RefreshToken, SignInSession
from auth_service.session.opaque_tokens import digest, successor
from auth_service.session.sessions import SessionPolicy, SignedIn, end, stored_token
from service_kit import clock
from service_kit.errors import DomainError
from service_kit.reasons import Reason
from service_kit.request_context import current_request

# A client that lost its answer asks again within this; see docs/decisions/0005-refresh-retry.md.
RETRY_GRACE = timedelta(seconds=10)


async def exchange(session: AsyncSession, token: str, policy: SessionPolicy) -> SignedIn:
    """Exchange a refresh token for the next.

    Concurrent exchanges all get the same successor, so only one token is ever alive. A token that
    comes back after the grace period, or after its successor was used, was stolen: the session
    ends (RFC 9700, 4.14.2).

    Raises:
        DomainError: UNAUTHENTICATED REFRESH_INVALID or, with the session's end, SESSION_ENDED.
    """
    stored, signed_in, account = await _locked(session, token)
    moment = clock.now()
    if signed_in.ended_at is not None or signed_in.expires_at <= moment or not account.active:
        raise _session_ended()
    following = successor(token, policy.refresh_key)
    if stored.used_at is None:
        if stored.expires_at <= moment:
            await end(session, col(SignInSession.id) == signed_in.id)
            raise _session_ended()
        stored.used_at = moment
        next_stored = stored_token(following, signed_in, policy)
        signed_in.last_used_at = moment
        signed_in.address = current_request().client_address
        signed_in.agent = current_request().client_agent
        session.add_all([stored, next_stored, signed_in])
        return SignedIn(account, signed_in, following, next_stored.expires_at)
    expected = await session.get(RefreshToken, digest(following))
    if expected is None or expected.used_at or moment - stored.used_at > RETRY_GRACE:
        await end(session, col(SignInSession.id) == signed_in.id)
        await trail.append(
            session,
            Event.REFRESH_REUSED,
            subject_id=account.id,
            session_id=str(signed_in.id),
        )
        raise _session_ended()
    return SignedIn(account, signed_in, following, expected.expires_at)


async def sign_out(session: AsyncSession, token: str) -> None:
    """Sign out; nothing happens for an unknown token or a session that has already ended."""
    stored = await session.get(RefreshToken, digest(token))
    if stored is None:
        return
    found = await session.get(SignInSession, stored.session_id)
    if found is not None and await end(session, col(SignInSession.id) == found.id):
        await trail.append(
            session,
            Event.SESSION_ENDED,
            subject_id=found.account_id,
            actor_id=found.account_id,
            session_id=str(found.id),
        )


async def _locked(session: AsyncSession, token: str) -> tuple[RefreshToken, SignInSession, Account]:
    # The session's row is the family's lock: exchanges of one family run one after another.
    found = await session.get(RefreshToken, digest(token))
    if found is None:
        raise DomainError(Reason.REFRESH_INVALID)
    query = (
        select(SignInSession, Account)
        .where(SignInSession.id == found.session_id, Account.id == SignInSession.account_id)
        .with_for_update(of=SignInSession)
    )
    signed_in, account = (await session.exec(query)).one()
    await session.refresh(found)
    return found, signed_in, account


def _session_ended() -> DomainError:
    return DomainError(Reason.SESSION_ENDED, keep_changes=True)
