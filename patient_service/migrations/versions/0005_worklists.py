"""Worklists: a clinic's detections in their order, without asking every patient."""

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.execute("CREATE INDEX detections_by_clinic ON detections (clinic_id, id)")
    op.execute(
        "CREATE INDEX detections_pending ON detections (clinic_id, id) WHERE status = 'pending'"
    )
