"""Rows as messages of the contract."""

from auth_service.models import AuditEntry, SignInSession
from auth_service.people.accounts import must_have_two_factor
from auth_service.people.profiles import Profile
from auth_service.people.roles import Role
from auth_service.session.sessions import SignedIn
from auth_service.session.tokens import SignedToken
from dermis.auth.v1 import auth_pb2
from service_kit.clock import to_timestamp


def user_message(profile: Profile, *, two_factor_by_role: bool) -> auth_pb2.User:
    """An account as its owner and administrators see it."""
    account = profile.account
    return auth_pb2.User(
        id=str(account.id),
        email=account.email,
        pending_email=account.pending_email or "",
        full_name=account.full_name,
        role=Role(account.role).number,
        clinic_id=str(account.clinic_id or ""),
        clinic_name=profile.clinic_name,
        owns_clinic=account.owns_clinic,
        reminders=account.reminders,
        active=account.active,
        email_verified=account.email_verified_at is not None,
        two_factor_enabled=profile.two_factor_enabled,
        two_factor_required=must_have_two_factor(account, by_role=two_factor_by_role),
        recovery_codes_left=profile.recovery_codes_left,
        created_at=to_timestamp(account.created_at),
        last_sign_in_at=to_timestamp(account.last_sign_in_at) if account.last_sign_in_at else None,
    )


def tokens_message(signed_in: SignedIn, access: SignedToken) -> auth_pb2.Tokens:
    """What a signed-in client holds."""
    return auth_pb2.Tokens(
        access_token=access.token,
        access_expires_at=to_timestamp(access.expires_at),
        refresh_token=signed_in.refresh_token,
        refresh_expires_at=to_timestamp(signed_in.refresh_expires_at),
        session_id=str(signed_in.session.id),
    )


def session_message(session: SignInSession, *, current: bool) -> auth_pb2.Session:
    """One sign-in."""
    return auth_pb2.Session(
        id=str(session.id),
        created_at=to_timestamp(session.created_at),
        last_used_at=to_timestamp(session.last_used_at),
        expires_at=to_timestamp(session.expires_at),
        address=session.address,
        agent=session.agent,
        current=current,
    )


def audit_message(record: AuditEntry) -> auth_pb2.AuditEntry:
    """One event of the audit."""
    return auth_pb2.AuditEntry(
        sequence=record.seq or 0,
        occurred_at=to_timestamp(record.at),
        event=record.event,
        actor_id=str(record.actor_id or ""),
        subject_id=str(record.subject_id or ""),
        address=record.client_address,
        agent=str(record.detail.get("agent", "")),
        request_id=record.request_id,
        details={key: str(value) for key, value in record.detail.items() if key != "agent"},
        hash=record.hash,
    )
