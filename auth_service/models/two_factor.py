"""The second factor: a TOTP secret (encrypted) and recovery codes (hashed)."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger
from sqlmodel import Field

from auth_service.models.table import Table
from service_kit.clock import now
from service_kit.ids import new_id
from service_kit.postgres_values import Moment


class TwoFactor(Table, table=True):
    """An account's TOTP secret."""

    __tablename__ = "two_factors"

    account_id: UUID = Field(primary_key=True, foreign_key="accounts.id")
    secret: bytes
    created_at: datetime = Field(default_factory=now, sa_type=Moment)
    # The session in which an enrolment began: asked again there, it goes on with the same secret.
    begun_in: UUID | None = None
    # Null until its owner has entered a first code; only then does it count.
    confirmed_at: datetime | None = Field(default=None, sa_type=Moment)
    # The newest time step that was used; it and older ones are refused (RFC 6238, 5.2).
    last_step: int | None = Field(default=None, sa_type=BigInteger)
    # Of the phone that its owner moves to; it counts once confirmed by a code of its own.
    next_secret: bytes | None = None
    next_at: datetime | None = Field(default=None, sa_type=Moment)


class RecoveryCode(Table, table=True):
    """A single-use code for somebody who has lost the second factor."""

    __tablename__ = "recovery_codes"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    account_id: UUID = Field(foreign_key="accounts.id", index=True)
    code_hash: bytes
    used_at: datetime | None = Field(default=None, sa_type=Moment)
