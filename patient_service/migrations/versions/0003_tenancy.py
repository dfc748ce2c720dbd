"""Tenancy: row-level security and grants for the role that the service runs under.

The service's role owns nothing and has no BYPASSRLS. Every session says who is calling
(`service_kit.database`); without that it sees no row. The owner's role (migrations, erasure,
sweeping) is not subject to the policies.
"""

from alembic import op

from service_kit.migrations import app_role

revision = "0003"
down_revision = "0002"

# As a sub-select it is evaluated once a statement, not once a row.
_OWN_CLINIC = "(SELECT NULLIF(current_setting('dermis.clinic_id', true), '')::uuid)"
_ROLE = "(SELECT current_setting('dermis.role', true))"

# What the service may do with each table: nothing is deleted by users.
_GRANTS = {
    "patients": "SELECT, INSERT, UPDATE",
    "patient_search_terms": "SELECT, INSERT, DELETE",
    "lesions": "SELECT, INSERT, UPDATE",
    "images": "SELECT, INSERT, UPDATE (lesion_id)",
    "detections": "SELECT, INSERT, UPDATE",
    "reviews": "SELECT, INSERT",
    "notes": "SELECT, INSERT",
    "changes": "SELECT, INSERT",
}


def upgrade() -> None:
    role = op.get_bind().dialect.identifier_preparer.quote(app_role())
    op.execute(f"GRANT USAGE ON SCHEMA public TO {role}")
    for table, privileges in _GRANTS.items():
        op.execute(f"GRANT {privileges} ON {table} TO {role}")
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY own_clinic ON {table}"
            f" USING (clinic_id = {_OWN_CLINIC}) WITH CHECK (clinic_id = {_OWN_CLINIC})"
        )
    # The audit is written by everybody for the own clinic, and read by administrators as a whole.
    op.execute(f"GRANT SELECT, INSERT ON audit TO {role}")
    op.execute("ALTER TABLE audit ENABLE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY append_own_clinic ON audit FOR INSERT"
        f" WITH CHECK (clinic_id IS NOT DISTINCT FROM {_OWN_CLINIC})"
    )
    op.execute(
        f"CREATE POLICY administrators_read ON audit FOR SELECT USING ({_ROLE} = 'ROLE_ADMIN')"
    )
