"""Follow-ups: the few detections that may be held for malignant, without reading all verdicts."""

from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.execute(
        "CREATE INDEX detections_malignant ON detections (clinic_id, id) WHERE label = 'malignant'"
    )
    op.execute(
        "CREATE INDEX reviews_malignant ON reviews (clinic_id, detection_id)"
        " WHERE verdict = 'malignant'"
    )
