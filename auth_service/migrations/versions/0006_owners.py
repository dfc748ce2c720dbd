"""Owners of clinics, letterheads, and registrations that wait for an owner's approval."""

from alembic import op

revision = "0006"
down_revision = "0005"

_COLUMNS = """
ALTER TABLE accounts ADD COLUMN owns_clinic boolean NOT NULL DEFAULT false;
ALTER TABLE clinics ADD COLUMN address varchar NOT NULL DEFAULT '' CHECK (length(address) <= 500);
ALTER TABLE clinics ADD COLUMN time_zone varchar NOT NULL DEFAULT 'UTC';
ALTER TABLE clinics ADD COLUMN logo bytea CHECK (length(logo) <= 262144);
ALTER TABLE pending_registrations ADD COLUMN owner_email_key varchar;
ALTER TABLE pending_registrations ADD COLUMN verified_at timestamptz;
CREATE INDEX pending_registrations_by_owner ON pending_registrations (owner_email_key)
    WHERE verified_at IS NOT NULL;
"""

# Nobody has noted who founded a clinic; it is whoever has had an account there for the longest.
_FOUNDERS = """
UPDATE accounts SET owns_clinic = true WHERE id IN (
    SELECT DISTINCT ON (clinic_id) id FROM accounts
    WHERE clinic_id IS NOT NULL AND active AND email_verified_at IS NOT NULL
    ORDER BY clinic_id, id
);
"""


def upgrade() -> None:
    op.execute(_COLUMNS)
    op.execute(_FOUNDERS)
