"""Mail to be sent, and the tokens that its links carry."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from auth_service.models.table import Table
from service_kit.clock import now
from service_kit.ids import new_id
from service_kit.postgres_values import Moment


class MailedToken(Table, table=True):
    """A link that proves that somebody reads the mail of an address."""

    __tablename__ = "mailed_tokens"

    token_hash: bytes = Field(primary_key=True)
    # Whose it is: an account or, to verify one, a registration.
    account_id: UUID | None = Field(
        default=None, foreign_key="accounts.id", index=True, ondelete="CASCADE"
    )
    registration_id: UUID | None = Field(
        default=None, foreign_key="pending_registrations.id", index=True, ondelete="CASCADE"
    )
    purpose: str
    # The address it was sent to.
    email: str
    created_at: datetime = Field(default_factory=now, sa_type=Moment)
    expires_at: datetime = Field(sa_type=Moment)
    used_at: datetime | None = Field(default=None, sa_type=Moment)


class OutboxMail(Table, table=True):
    """A mail still to be sent. It holds no secret: links are made when it is sent."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index("ix_outbox_due", "next_try_at", postgresql_where=text("failed_at IS NULL")),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    # A name of `outbox.MailTemplate`.
    template: str = Field(sa_column_kwargs={"name": "letter"})
    recipient: str
    # What the mail is about: an account, a registration or an invitation.
    subject_id: UUID | None = None
    # Who caused it: "account <id>" or, where nobody is signed in, an address and a device, as
    # `known_places` writes them.
    sender: str = ""
    device: str = ""
    # What the template says besides: numbers, never patient data.
    facts: dict[str, Any] = Field(
        default_factory=dict, sa_type=JSONB, sa_column_kwargs={"server_default": "{}"}
    )
    # Whether `mail_limits` has counted it: once, however often it is tried.
    counted: bool = False
    created_at: datetime = Field(default_factory=now, sa_type=Moment)
    next_try_at: datetime = Field(default_factory=now, sa_type=Moment)
    tries: int = 0
    failed_at: datetime | None = Field(default=None, sa_type=Moment)
