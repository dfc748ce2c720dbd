"""Signing in and staying signed in: attempts, challenges, sessions, tokens, hand-offs."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, text
from sqlmodel import Field

from auth_service.models.table import Table
from service_kit.clock import now
from service_kit.ids import new_id
from service_kit.postgres_values import Moment


class Attempt(Table, table=True):
    """One guess or one mail; see `attempts`."""

    __tablename__ = "attempts"
    __table_args__ = (Index("ix_attempts_subject_at", "subject", "at"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    # A keyed hash of what is counted, so that nobody's address is kept.
    subject: bytes
    at: datetime = Field(default_factory=now, sa_type=Moment)


class KnownPlace(Table, table=True):
    """Where an account's owner has shown to be its owner; see `known_places`."""

    __tablename__ = "known_places"

    account_id: UUID = Field(primary_key=True, foreign_key="accounts.id", ondelete="CASCADE")
    place: str = Field(primary_key=True)
    known_at: datetime = Field(default_factory=now, sa_type=Moment)


class SignInChallenge(Table, table=True):
    """The step between password and second factor."""

    __tablename__ = "sign_in_challenges"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    account_id: UUID = Field(foreign_key="accounts.id")
    token_hash: bytes = Field(unique=True)
    # It counts only for the network address that gave the password.
    address: str
    created_at: datetime = Field(default_factory=now, sa_type=Moment)
    expires_at: datetime = Field(sa_type=Moment, index=True)
    used_at: datetime | None = Field(default=None, sa_type=Moment)


class SignInSession(Table, table=True):
    """One sign-in on one device.

    Of kind enrolment, the setting up of a first second factor; of kind handoff, a phone that hands
    in photos of one lesion in the name of whoever signed in elsewhere (`Handoff`).
    """

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


class Handoff(Table, table=True):
    """What a session of kind handoff is for; see `handoffs`."""

    __tablename__ = "handoffs"

    session_id: UUID = Field(primary_key=True, foreign_key="sessions.id")
    # The sign-in that made it, without which it ends.
    made_in: UUID = Field(foreign_key="sessions.id", index=True)
    patient_id: UUID
    lesion_id: UUID
    secret_hash: bytes = Field(unique=True)
    # Of the key of the phone that claimed it, with its User-Agent.
    key_hash: bytes | None = None
    agent: str = ""
    claimed_at: datetime | None = Field(default=None, sa_type=Moment)
    # When the audit was told of its end.
    noted_at: datetime | None = Field(default=None, sa_type=Moment)
