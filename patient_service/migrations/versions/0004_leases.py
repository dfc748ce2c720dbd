"""Leases: how a Dermis service that belongs to no clinic finishes pending detections.

Two functions of the tables' owner look across clinics, and only for a caller with the role of a
service: one claims due detections, one says what a lease opens.
"""

from alembic import op

from service_kit.migrations import app_role

revision = "0004"
down_revision = "0003"

_FUNCTIONS = """
CREATE FUNCTION claim_pending_detections(batch integer, lease_seconds integer)
RETURNS TABLE (
    detection_id uuid, lease uuid, attempt smallint, image_size integer, media_type varchar,
    created_at timestamptz
)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF current_setting('dermis.role', true) IS DISTINCT FROM 'ROLE_SERVICE' THEN
        RAISE EXCEPTION 'only a service claims detections' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN QUERY
    WITH due AS (
        SELECT d.id FROM detections d
        WHERE d.status = 'pending' AND d.due_at <= now()
        ORDER BY d.due_at LIMIT batch FOR UPDATE SKIP LOCKED
    ), claimed AS (
        UPDATE detections d
        SET lease = gen_random_uuid(), due_at = now() + lease_seconds * interval '1 second',
            attempts = d.attempts + 1
        FROM due WHERE d.id = due.id
        RETURNING d.id, d.lease, d.attempts, d.image_id, d.created_at
    )
    SELECT c.id, c.lease, c.attempts, i.size, i.media_type, c.created_at
    FROM claimed c JOIN images i ON i.id = c.image_id
    ORDER BY c.created_at, c.id;
END $$;

-- The clinic and the image that a lease opens while it lasts; no row when it does not.
CREATE FUNCTION open_lease(held uuid)
RETURNS TABLE (clinic_id uuid, detection_id uuid, image_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT d.clinic_id, d.id, d.image_id FROM detections d
    WHERE d.lease = held AND d.due_at > now()
        AND current_setting('dermis.role', true) = 'ROLE_SERVICE'
$$;
"""


def upgrade() -> None:
    op.execute(_FUNCTIONS)
    role = op.get_bind().dialect.identifier_preparer.quote(app_role())
    for function in ("claim_pending_detections(integer, integer)", "open_lease(uuid)"):
        op.execute(f"REVOKE EXECUTE ON FUNCTION {function} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {function} TO {role}")
