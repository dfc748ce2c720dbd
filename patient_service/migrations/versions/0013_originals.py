"""Originals: photos sent as HEIC, WebP or TIFF are kept in that format too."""

from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.execute(
        "ALTER TABLE images ADD COLUMN original_media_type varchar,"
        " ADD COLUMN original_size integer,"
        " ADD CONSTRAINT images_original_is_whole CHECK"
        " ((original_media_type IS NULL) = (original_size IS NULL) AND original_size > 0)"
    )
