"""How many detections wait, and for how long: all that metrics tell of all clinics."""

from alembic import op

from service_kit.migrations import app_role

revision = "0008"
down_revision = "0007"

_COUNT = """
CREATE FUNCTION count_pending_detections(OUT waiting bigint, OUT oldest_seconds float8)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT count(*), coalesce(extract(epoch FROM now() - min(created_at)), 0)::float8
    FROM detections WHERE status = 'pending'
$$;
"""


def upgrade() -> None:
    role = op.get_bind().dialect.identifier_preparer.quote(app_role())
    op.execute(_COUNT)
    op.execute("REVOKE EXECUTE ON FUNCTION count_pending_detections() FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION count_pending_detections() TO {role}")
