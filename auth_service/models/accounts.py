"""Clinics, the accounts of their people, and invitations to open one."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Index, text
from sqlmodel import Field

from auth_service.models.table import Table
from service_kit.clock import now
from service_kit.ids import new_id
from service_kit.postgres_values import Moment


class Clinic(Table, table=True):
    """A clinic; clinicians belong to one."""

    __tablename__ = "clinics"

    id: UUID = Field(default_factory=new_id, primary_key=True)
    name: str
    # Of its letterhead: lines of text, and a PNG of up to 256 KiB.
    address: str = ""
    logo: bytes | None = None
    # IANA's name of the zone that times are given in, such as "Europe/Berlin".
    time_zone: str = "UTC"
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
    # Keeps the team and the letterhead of its clinic.
    owns_clinic: bool = False
    password_hash: str
    # Links and challenges made before this moment no longer count.
    password_changed_at: datetime = Field(default_factory=now, sa_type=Moment)
    active: bool = True
    require_two_factor: bool = False
    created_at: datetime = Field(default_factory=now, sa_type=Moment)
    last_sign_in_at: datetime | None = Field(default=None, sa_type=Moment)
    # Whether mails remind of what is due, and the day at the clinic on which one last did.
    reminders: bool = Field(default=False, sa_column_kwargs={"server_default": "false"})
    reminded_on: date | None = None


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


class PendingRegistration(Table, table=True):
    """What somebody has asked for; it becomes an account of the same id when it is verified."""

    __tablename__ = "pending_registrations"
    __table_args__ = (
        Index(
            "pending_registrations_by_owner",
            "owner_email_key",
            postgresql_where=text("verified_at IS NOT NULL"),
        ),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    email: str
    # Not unique: anybody may register any address.
    email_key: str = Field(index=True)
    full_name: str
    role: str
    password_hash: str
    # The clinic of an invitation; where there is none, verifying makes one of this name.
    clinic_id: UUID | None = Field(default=None, foreign_key="clinics.id")
    clinic_name: str = ""
    # Whose clinic it asks to join instead, by `email_key`; from `verified_at` on it waits for them.
    owner_email_key: str | None = None
    verified_at: datetime | None = Field(default=None, sa_type=Moment)
    created_at: datetime = Field(default_factory=now, sa_type=Moment)
