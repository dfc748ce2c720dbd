"""What somebody has asked for becomes an account only when it is verified.

Accounts that nobody has verified become pending registrations, and their links go on working. A
replica of the release before this one may still make such an account; it gives way when a
registration of its address is verified.
"""

from alembic import op

from service_kit.migrations import app_role

revision = "0003"
down_revision = "0002"

_TABLES = """
CREATE TABLE pending_registrations (
    id uuid PRIMARY KEY,
    email varchar NOT NULL,
    email_key varchar NOT NULL,
    full_name varchar NOT NULL,
    role varchar NOT NULL CHECK (role IN ('clinician', 'ml_engineer', 'admin')),
    password_hash varchar NOT NULL,
    clinic_id uuid REFERENCES clinics (id),
    clinic_name varchar NOT NULL,
    created_at timestamptz NOT NULL
);
CREATE INDEX ix_pending_registrations_email_key ON pending_registrations (email_key);
GRANT SELECT, INSERT, UPDATE, DELETE ON pending_registrations TO "{role}";

ALTER TABLE mailed_tokens ALTER COLUMN account_id DROP NOT NULL;
ALTER TABLE mailed_tokens ADD COLUMN registration_id uuid
    REFERENCES pending_registrations (id) ON DELETE CASCADE;
ALTER TABLE mailed_tokens ADD CHECK (num_nonnulls(account_id, registration_id) = 1);
CREATE INDEX ix_mailed_tokens_registration_id ON mailed_tokens (registration_id);
"""

# A clinic that others belong to or were invited to stays; one of its own is named again.
_FROM_ACCOUNTS = """
INSERT INTO pending_registrations (
    id, email, email_key, full_name, role, password_hash, clinic_id, clinic_name, created_at
)
SELECT a.id, a.email, a.email_key, a.full_name, a.role, a.password_hash, c.id,
    coalesce(c.name, ''), a.created_at
FROM accounts a LEFT JOIN clinics c ON c.id = a.clinic_id
WHERE a.email_verified_at IS NULL;

UPDATE mailed_tokens SET registration_id = account_id, account_id = NULL
WHERE account_id IN (SELECT id FROM pending_registrations) AND purpose = 'verify_email';

DELETE FROM accounts WHERE email_verified_at IS NULL;

UPDATE pending_registrations p SET clinic_id = NULL
WHERE NOT EXISTS (SELECT FROM accounts a WHERE a.clinic_id = p.clinic_id)
    AND NOT EXISTS (SELECT FROM invitations i WHERE i.clinic_id = p.clinic_id);

DELETE FROM clinics c
WHERE NOT EXISTS (SELECT FROM accounts a WHERE a.clinic_id = c.id)
    AND NOT EXISTS (SELECT FROM invitations i WHERE i.clinic_id = c.id)
    AND NOT EXISTS (SELECT FROM pending_registrations p WHERE p.clinic_id = c.id);
"""


def upgrade() -> None:
    op.execute(_TABLES.format(role=app_role()))
    op.execute(_FROM_ACCOUNTS)
