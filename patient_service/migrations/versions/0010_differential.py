"""Differential: how probable each diagnosis is, of models that tell them apart."""

from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.execute(
        "ALTER TABLE detections ADD COLUMN differential jsonb"
        " CONSTRAINT detections_differential_is_of_a_finding"
        " CHECK (status = 'complete' AND jsonb_typeof(differential) = 'object'"
        " OR differential IS NULL)"
    )
