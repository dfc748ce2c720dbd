"""The audit: appended only, numbered and chained by PostgreSQL itself.

A trigger gives each row its number, the hash of the clinic's row before it and its own hash, so
that appending costs the service one statement, and a row that is edited, removed or inserted
later breaks the clinic's chain. The functions are the tables' owner's: the service can neither
choose a number nor a hash.
"""

from alembic import op

revision = "0002"
down_revision = "0001"

_AUDIT = """
CREATE TABLE audit (
    seq bigint PRIMARY KEY,
    at timestamptz NOT NULL,
    event varchar NOT NULL CHECK (length(event) BETWEEN 1 AND 64),
    actor_id uuid,
    patient_id uuid,
    subject_id uuid,
    clinic_id uuid,
    request_id varchar NOT NULL CHECK (length(request_id) <= 64),
    client_address varchar NOT NULL CHECK (length(client_address) <= 64),
    detail jsonb NOT NULL,
    previous_hash varchar NOT NULL,
    hash varchar NOT NULL
);
CREATE INDEX audit_by_clinic ON audit (clinic_id, seq);
CREATE INDEX audit_by_patient ON audit (patient_id, seq);
CREATE INDEX audit_by_actor ON audit (actor_id, seq);
CREATE SEQUENCE audit_seq AS bigint OWNED BY audit.seq;

-- SHA-256 over the JSON array of what a row says, as PostgreSQL writes it.
CREATE FUNCTION audit_hash(entry audit) RETURNS varchar LANGUAGE sql STABLE AS $$
    SELECT encode(sha256(convert_to(jsonb_build_array(
        entry.previous_hash, entry.seq, extract(epoch FROM entry.at), entry.event, entry.actor_id,
        entry.patient_id, entry.subject_id, entry.clinic_id, entry.request_id,
        entry.client_address, entry.detail
    )::text, 'UTF8')), 'hex')
$$;

CREATE FUNCTION chain_audit() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    -- A chain has one end: appending to one clinic's chain is one at a time, to the commit.
    PERFORM pg_advisory_xact_lock(hashtextextended(concat('audit ', NEW.clinic_id), 0));
    NEW.seq := nextval('audit_seq');
    SELECT hash INTO NEW.previous_hash FROM audit
        WHERE clinic_id IS NOT DISTINCT FROM NEW.clinic_id ORDER BY seq DESC LIMIT 1;
    NEW.previous_hash := coalesce(NEW.previous_hash, '');
    NEW.hash := audit_hash(NEW);
    RETURN NEW;
END $$;
CREATE TRIGGER audit_is_chained BEFORE INSERT ON audit
    FOR EACH ROW EXECUTE FUNCTION chain_audit();

CREATE FUNCTION keep_audit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit is append-only' USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER audit_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
    FOR EACH STATEMENT EXECUTE FUNCTION keep_audit();
"""


def upgrade() -> None:
    op.execute(_AUDIT)
