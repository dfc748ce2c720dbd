"""Reminders by mail: who wants them, when each was last sent, and what a mail says."""

from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.execute("ALTER TABLE outbox ADD COLUMN facts jsonb NOT NULL DEFAULT '{}'")
    op.execute("ALTER TABLE accounts ADD COLUMN reminders boolean NOT NULL DEFAULT false")
    op.execute("ALTER TABLE accounts ADD COLUMN reminded_on date")
