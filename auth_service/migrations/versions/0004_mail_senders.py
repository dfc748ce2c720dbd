"""Who has caused a mail, and whether it has been counted, so that mails can be limited."""

from alembic import op

revision = "0004"
down_revision = "0003"

_COLUMNS = """
ALTER TABLE outbox ADD COLUMN sender varchar NOT NULL DEFAULT '';
ALTER TABLE outbox ADD COLUMN device varchar NOT NULL DEFAULT '';
ALTER TABLE outbox ADD COLUMN counted boolean NOT NULL DEFAULT false;
"""


def upgrade() -> None:
    op.execute(_COLUMNS)
