"""The session in which the enrolment of a second factor began."""

from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.execute("ALTER TABLE two_factors ADD COLUMN begun_in uuid")
