"""What an answer rests on, and its zone around the threshold, of models that say them."""

from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.execute(
        "ALTER TABLE detections"
        " ADD COLUMN seen jsonb CONSTRAINT detections_seen_is_of_a_finding"
        " CHECK (status = 'complete' AND jsonb_typeof(seen) = 'object' OR seen IS NULL),"
        " ADD COLUMN zone varchar CONSTRAINT detections_zone_is_of_a_finding"
        " CHECK (status = 'complete' AND zone IN ('below', 'borderline', 'above')"
        " OR zone IS NULL)"
    )
