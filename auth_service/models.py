"""The tables of database `auth`.

Tokens and codes are stored only as SHA-256 (they carry ≥ 120 random bits, so nothing can be
guessed from the hash; ASVS 5.0 6.5.2); passwords as Argon2id; TOTP secrets and private keys
encrypted (`encryption.KeyRing`).
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Column, DateTime, Identity, Index, TypeDecorator, text
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from service_kit.audit_chain import AuditRow
from service_kit.clock import now
from service_kit.ids import new_id


class Moment(TypeDecorator[datetime]):
    """A moment in time, in UTC (`timestamptz`)."""

    impl = DateTime(timezone=True)
    cache_ok = True


class Table(SQLModel, registry=registry()):
    """The base of this service's tables, which share one metadata with nobody else."""


class Clinic(Table, table=True):
    """A clinic; clinicians belong to one."""

    __tablename__ = "clinics"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    name: str
    created_at: datetime = Field(default_factory=now, sa_type=Moment)


class Account(Table, table=True):
    """A person who can sign in."""

    __tablename__ = "accounts"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    email: str
    # The address as compared: case-folded. Unique.
    email_key: str = Field(unique=True)
    email_verified_at: datetime | None = Field(default=None, sa_type=Moment)
    pending_email: str | None = None
    full_name: str
    role: str
    clinic_id: UUID | None = Field(default=None, foreign_key="clinics.id", index=True)
    password_hash: str
    # Links, challenges and sessions from before this moment don't count.
    password_changed_at: datetime = Field(default_factory=now, sa_type=Moment)
    active: bool = True
    require_two_factor: bool = False
    created_at: datetime = Field(default_factory=now, sa_type=Moment)
    last_sign_in_at: datetime | None = Field(default=None, sa_type=Moment)


class Invitation(Table, table=True):
    """A mailed permission to open an account with a role."""

    __tablename__ = "invitations"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    email_key: str
    role: str
    clinic_id: UUID | None = Field(default=None, foreign_key="clinics.id")
    invited_by: UUID = Field(foreign_key="accounts.id")
    # Null until the mail is made.
    token_hash: bytes | None = Field(default=None, unique=True)
    created_at: datetime = Field(default_factory=now, sa_type=Moment)
    expires_at: datetime = Field(sa_type=Moment)
    used_at: datetime | None = Field(default=None, sa_type=Moment)


class TwoFactor(Table, table=True):
    """An account's TOTP secret."""

    __tablename__ = "two_factors"

    account_id: UUID = Field(primary_key=True, foreign_key="accounts.id")
    secret: bytes
    created_at: datetime = Field(default_factory=now, sa_type=Moment)
    # Null until one of its codes has been shown: only then it counts.
    confirmed_at: datetime | None = Field(default=None, sa_type=Moment)
    # The newest time step that was used; it and older ones are refused (RFC 6238, 5.2).
    last_step: int | None = Field(default=None, sa_type=BigInteger)


class RecoveryCode(Table, table=True):
    """A single-use way in for whoever lost the second factor."""

    __tablename__ = "recovery_codes"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    account_id: UUID = Field(foreign_key="accounts.id", index=True)
    code_hash: bytes
    used_at: datetime | None = Field(default=None, sa_type=Moment)


class SignInChallenge(Table, table=True):
    """The time between password and second factor."""

    __tablename__ = "sign_in_challenges"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    account_id: UUID = Field(foreign_key="accounts.id")
    token_hash: bytes = Field(unique=True)
    # The challenge counts only from the address that gave the password.
    address: str
    created_at: datetime = Field(default_factory=now, sa_type=Moment)
    expires_at: datetime = Field(sa_type=Moment, index=True)
    used_at: datetime | None = Field(default=None, sa_type=Moment)


class SignInSession(Table, table=True):
    """One sign-in on one device, or (kind enrolment) the way to a first second factor."""

    __tablename__ = "sessions"
    __table_args__ = (
        Index("ix_sessions_account_id_id", "account_id", "id"),
        # Where `revocations` looks for what Redis should know.
        Index("ix_sessions_ended_at", "ended_at", postgresql_where=text("ended_at IS NOT NULL")),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    account_id: UUID = Field(foreign_key="accounts.id")
    kind: str = "access"
    created_at: datetime = Field(default_factory=now, sa_type=Moment)
    last_used_at: datetime = Field(default_factory=now, sa_type=Moment)
    expires_at: datetime = Field(sa_type=Moment)
    ended_at: datetime | None = Field(default=None, sa_type=Moment)
    announced_at: datetime | None = Field(default=None, sa_type=Moment)
    address: str
    agent: str


class RefreshToken(Table, table=True):
    """One link of a session's chain of refresh tokens."""

    __tablename__ = "refresh_tokens"

    token_hash: bytes = Field(primary_key=True)
    session_id: UUID = Field(foreign_key="sessions.id", index=True)
    created_at: datetime = Field(default_factory=now, sa_type=Moment)
    expires_at: datetime = Field(sa_type=Moment)
    used_at: datetime | None = Field(default=None, sa_type=Moment)


class MailedToken(Table, table=True):
    """A link that proves that an address is read by its owner."""

    __tablename__ = "mailed_tokens"

    token_hash: bytes = Field(primary_key=True)
    account_id: UUID = Field(foreign_key="accounts.id", index=True, ondelete="CASCADE")
    purpose: str
    # The address it was sent to.
    email: str
    created_at: datetime = Field(default_factory=now, sa_type=Moment)
    expires_at: datetime = Field(sa_type=Moment)
    used_at: datetime | None = Field(default=None, sa_type=Moment)


class OutboxMail(Table, table=True):
    """A mail that is still to be sent; it holds no secret: links are made when it is sent."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index("ix_outbox_due", "next_try_at", postgresql_where=text("failed_at IS NULL")),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    letter: str
    recipient: str
    # What the letter is about: an account or an invitation.
    subject_id: UUID | None = None
    created_at: datetime = Field(default_factory=now, sa_type=Moment)
    next_try_at: datetime = Field(default_factory=now, sa_type=Moment)
    tries: int = 0
    failed_at: datetime | None = Field(default=None, sa_type=Moment)


class Attempt(Table, table=True):
    """One try at something that can be guessed; see `attempts`."""

    __tablename__ = "attempts"
    __table_args__ = (Index("ix_attempts_subject_at", "subject", "at"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    # A keyed hash of what is counted: addresses of strangers are not kept.
    subject: bytes
    at: datetime = Field(default_factory=now, sa_type=Moment)


class SigningKey(Table, table=True):
    """An Ed25519 key that signs access tokens."""

    __tablename__ = "signing_keys"

    kid: str = Field(primary_key=True)
    public_key: bytes
    private_key: bytes
    created_at: datetime = Field(default_factory=now, sa_type=Moment)
    # It signs from here on, so that every service can know it before it meets a token of it.
    signs_from: datetime = Field(sa_type=Moment)


class AuditRecord(Table, AuditRow, table=True):
    """One event of the audit; the service's role can insert and read it, nothing else."""

    __tablename__ = "audit"

    seq: int | None = Field(
        default=None, sa_column=Column(BigInteger, Identity(always=True), primary_key=True)
    )


class AuditHead(Table, table=True):
    """What the audit's newest entry was: one row, so that a cut-off tail is noticed."""

    __tablename__ = "audit_head"

    id: int = Field(default=1, primary_key=True)
    entries: int = Field(sa_type=BigInteger)
    hash: str = Field(max_length=64)
