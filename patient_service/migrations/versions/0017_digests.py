"""A photo is looked for by its bytes in the whole clinic: whether another patient has it, too."""

from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    # It finds a patient's own copies, too: hardly ever has a photo more than one.
    op.execute("CREATE INDEX images_by_digest_of_clinic ON images (clinic_id, sha256)")
    op.execute("DROP INDEX images_by_digest")
    op.execute("ALTER INDEX images_by_digest_of_clinic RENAME TO images_by_digest")
