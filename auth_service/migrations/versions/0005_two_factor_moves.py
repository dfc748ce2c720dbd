"""The secret of the phone that a second factor is being moved to."""

from alembic import op

revision = "0005"
down_revision = "0004"

_COLUMNS = """
ALTER TABLE two_factors ADD COLUMN next_secret bytea;
ALTER TABLE two_factors ADD COLUMN next_at timestamptz;
ALTER TABLE two_factors ADD CONSTRAINT two_factors_next_is_whole
    CHECK (num_nulls(next_secret, next_at) IN (0, 2));
"""


def upgrade() -> None:
    op.execute(_COLUMNS)
