"""The end of each clinic's audit chain, so that rows cut off at the end are found as well.

The trigger keeps it; the service may read it and nothing else.
"""

from alembic import op

from service_kit.migrations import app_role

revision = "0007"
down_revision = "0006"

_ENDS = """
CREATE TABLE audit_ends (
    chain uuid PRIMARY KEY,
    seq bigint NOT NULL,
    hash varchar NOT NULL
);

-- Rows of nobody's clinic form a chain of their own.
CREATE FUNCTION audit_chain(clinic_id uuid) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
    SELECT coalesce(clinic_id, '00000000-0000-0000-0000-000000000000'::uuid)
$$;

INSERT INTO audit_ends
    SELECT DISTINCT ON (clinic_id) audit_chain(clinic_id), seq, hash
    FROM audit ORDER BY clinic_id, seq DESC;

CREATE OR REPLACE FUNCTION chain_audit() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    -- A chain has one end: appending to one clinic's chain is one at a time, to the commit.
    PERFORM pg_advisory_xact_lock(hashtextextended(concat('audit ', NEW.clinic_id), 0));
    NEW.seq := nextval('audit_seq');
    SELECT hash INTO NEW.previous_hash FROM audit_ends WHERE chain = audit_chain(NEW.clinic_id);
    NEW.previous_hash := coalesce(NEW.previous_hash, '');
    NEW.hash := audit_hash(NEW);
    INSERT INTO audit_ends VALUES (audit_chain(NEW.clinic_id), NEW.seq, NEW.hash)
        ON CONFLICT (chain) DO UPDATE SET seq = EXCLUDED.seq, hash = EXCLUDED.hash;
    RETURN NEW;
END $$;
"""


def upgrade() -> None:
    role = op.get_bind().dialect.identifier_preparer.quote(app_role())
    op.execute(_ENDS)
    op.execute(f"GRANT SELECT ON audit_ends TO {role}")
    op.execute("ALTER TABLE audit_ends ENABLE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY administrators_read ON audit_ends FOR SELECT"
        " USING ((SELECT current_setting('dermis.role', true)) = 'ROLE_ADMIN')"
    )
