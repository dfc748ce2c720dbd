"""Hand-offs: sessions in which a phone hands in photos of one lesion."""

from alembic import op

from service_kit.migrations import app_role

revision = "0009"
down_revision = "0008"

_KIND = """
ALTER TABLE sessions DROP CONSTRAINT sessions_kind_check;
ALTER TABLE sessions ADD CONSTRAINT sessions_kind_check
    CHECK (kind IN ('access', 'enrolment', 'handoff'));
"""

_TABLE = """
CREATE TABLE handoffs (
    session_id uuid PRIMARY KEY REFERENCES sessions (id),
    made_in uuid NOT NULL REFERENCES sessions (id),
    patient_id uuid NOT NULL,
    lesion_id uuid NOT NULL,
    secret_hash bytea NOT NULL UNIQUE,
    key_hash bytea,
    agent varchar NOT NULL,
    claimed_at timestamptz,
    noted_at timestamptz
);
CREATE INDEX ix_handoffs_made_in ON handoffs (made_in);
GRANT SELECT, INSERT, UPDATE, DELETE ON handoffs TO "{role}";
"""


def upgrade() -> None:
    op.execute(_KIND)
    op.execute(_TABLE.format(role=app_role()))
