"""A file is looked for by its bytes as they were sent: whether the clinic has its photo already."""

from alembic import op

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    op.execute(
        "CREATE INDEX images_sent_copies ON images (clinic_id, upload_sha256, id)"
        " WHERE voided_at IS NULL"
    )
