"""The tables of identity, and what the service's role may do with them."""

from alembic import op

from service_kit.migrations import app_role

revision = "0001"
down_revision = None

TABLES = """
CREATE TABLE clinics (
    id uuid PRIMARY KEY,
    name varchar NOT NULL,
    created_at timestamptz NOT NULL
);

CREATE TABLE accounts (
    id uuid PRIMARY KEY,
    email varchar NOT NULL,
    email_key varchar NOT NULL UNIQUE,
    email_verified_at timestamptz,
    pending_email varchar,
    full_name varchar NOT NULL,
    role varchar NOT NULL CHECK (role IN ('clinician', 'ml_engineer', 'admin')),
    clinic_id uuid REFERENCES clinics (id),
    password_hash varchar NOT NULL,
    password_changed_at timestamptz NOT NULL,
    active boolean NOT NULL,
    require_two_factor boolean NOT NULL,
    created_at timestamptz NOT NULL,
    last_sign_in_at timestamptz,
    CHECK ((role = 'clinician') = (clinic_id IS NOT NULL))
);
CREATE INDEX ix_accounts_clinic_id ON accounts (clinic_id);

CREATE TABLE invitations (
    id uuid PRIMARY KEY,
    email_key varchar NOT NULL,
    role varchar NOT NULL CHECK (role IN ('clinician', 'ml_engineer', 'admin')),
    clinic_id uuid REFERENCES clinics (id),
    invited_by uuid NOT NULL REFERENCES accounts (id),
    token_hash bytea UNIQUE,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at timestamptz
);

CREATE TABLE two_factors (
    account_id uuid PRIMARY KEY REFERENCES accounts (id),
    secret bytea NOT NULL,
    created_at timestamptz NOT NULL,
    confirmed_at timestamptz,
    last_step bigint
);

CREATE TABLE recovery_codes (
    id uuid PRIMARY KEY,
    account_id uuid NOT NULL REFERENCES accounts (id),
    code_hash bytea NOT NULL,
    used_at timestamptz
);
CREATE INDEX ix_recovery_codes_account_id ON recovery_codes (account_id);

CREATE TABLE sign_in_challenges (
    id uuid PRIMARY KEY,
    account_id uuid NOT NULL REFERENCES accounts (id),
    token_hash bytea NOT NULL UNIQUE,
    address varchar NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at timestamptz
);
CREATE INDEX ix_sign_in_challenges_expires_at ON sign_in_challenges (expires_at);

CREATE TABLE sessions (
    id uuid PRIMARY KEY,
    account_id uuid NOT NULL REFERENCES accounts (id),
    kind varchar NOT NULL CHECK (kind IN ('access', 'enrolment')),
    created_at timestamptz NOT NULL,
    last_used_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    ended_at timestamptz,
    announced_at timestamptz,
    address varchar NOT NULL,
    agent varchar NOT NULL
);
CREATE INDEX ix_sessions_account_id_id ON sessions (account_id, id);
CREATE INDEX ix_sessions_ended_at ON sessions (ended_at) WHERE ended_at IS NOT NULL;

CREATE TABLE refresh_tokens (
    token_hash bytea PRIMARY KEY,
    session_id uuid NOT NULL REFERENCES sessions (id),
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at timestamptz
);
CREATE INDEX ix_refresh_tokens_session_id ON refresh_tokens (session_id);

CREATE TABLE mailed_tokens (
    token_hash bytea PRIMARY KEY,
    account_id uuid NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    purpose varchar NOT NULL,
    email varchar NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at timestamptz
);
CREATE INDEX ix_mailed_tokens_account_id ON mailed_tokens (account_id);

CREATE TABLE outbox (
    id uuid PRIMARY KEY,
    letter varchar NOT NULL,
    recipient varchar NOT NULL,
    subject_id uuid,
    created_at timestamptz NOT NULL,
    next_try_at timestamptz NOT NULL,
    tries integer NOT NULL,
    failed_at timestamptz
);
CREATE INDEX ix_outbox_due ON outbox (next_try_at) WHERE failed_at IS NULL;

CREATE TABLE attempts (
    id uuid PRIMARY KEY,
    subject bytea NOT NULL,
    at timestamptz NOT NULL
);
CREATE INDEX ix_attempts_subject_at ON attempts (subject, at);

CREATE TABLE signing_keys (
    kid varchar PRIMARY KEY,
    public_key bytea NOT NULL,
    private_key bytea NOT NULL,
    created_at timestamptz NOT NULL,
    signs_from timestamptz NOT NULL
);

CREATE TABLE audit (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL,
    event varchar(64) NOT NULL,
    actor_id uuid,
    subject_id uuid,
    clinic_id uuid,
    request_id varchar(64) NOT NULL,
    client_address varchar(64) NOT NULL,
    detail jsonb NOT NULL,
    previous_hash varchar(64) NOT NULL,
    hash varchar(64) NOT NULL UNIQUE
);
CREATE INDEX ix_audit_event ON audit (event);
CREATE INDEX ix_audit_actor_id ON audit (actor_id);
CREATE INDEX ix_audit_subject_id ON audit (subject_id);

CREATE TABLE audit_head (
    id integer PRIMARY KEY CHECK (id = 1),
    entries bigint NOT NULL,
    hash varchar(64) NOT NULL
);
INSERT INTO audit_head VALUES (1, 0, repeat('0', 64));
"""

# The audit is append-only for the service: what it has written it can't change or remove.
GRANTS = """
GRANT SELECT, INSERT, UPDATE, DELETE ON
    clinics, accounts, invitations, two_factors, recovery_codes, sign_in_challenges, sessions,
    refresh_tokens, mailed_tokens, outbox, attempts, signing_keys TO "{role}";
GRANT SELECT, INSERT ON audit TO "{role}";
GRANT SELECT, UPDATE ON audit_head TO "{role}";
"""


def upgrade() -> None:
    op.execute(TABLES)
    op.execute(GRANTS.format(role=app_role()))
