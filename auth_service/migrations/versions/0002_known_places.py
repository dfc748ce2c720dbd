"""Where accounts are known, so that a stranger's guesses don't keep owners out."""

from alembic import op

from service_kit.migrations import app_role

revision = "0002"
down_revision = "0001"

_TABLE = """
CREATE TABLE known_places (
    account_id uuid REFERENCES accounts (id) ON DELETE CASCADE,
    place varchar,
    known_at timestamptz NOT NULL,
    PRIMARY KEY (account_id, place)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON known_places TO "{role}";
"""

# IPv6 addresses are kept by network; they become known with the next sign-in.
_FROM_SESSIONS = """
INSERT INTO known_places (account_id, place, known_at)
SELECT account_id, 'address ' || address, max(created_at) FROM sessions
WHERE kind = 'access' AND address <> '' AND position(':' IN address) = 0
GROUP BY account_id, address
"""


def upgrade() -> None:
    op.execute(_TABLE.format(role=app_role()))
    op.execute(_FROM_SESSIONS)
