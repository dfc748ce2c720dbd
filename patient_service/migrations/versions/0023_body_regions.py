"""Where on the body more closely, on which side, and drawings of head, palms and soles."""

from alembic import op

revision = "0023"
down_revision = "0022"

_CHANGE = """
ALTER TABLE lesions
    ADD COLUMN region varchar NOT NULL DEFAULT '' CHECK (region ~ '^[a-z_]{0,40}$'),
    ADD COLUMN side varchar NOT NULL DEFAULT '' CHECK (side IN ('', 'left', 'right')),
    DROP CONSTRAINT lesions_view_check,
    ADD CONSTRAINT lesions_view_check CHECK (view IN (
        'front', 'back', 'head_right', 'head_left', 'palms', 'soles'
    ));
"""


def upgrade() -> None:
    op.execute(_CHANGE)
