"""How many lesions of a clinic are due to be seen again: all that a reminder tells of them."""

from alembic import op

from service_kit.migrations import app_role

revision = "0020"
down_revision = "0019"

_COUNT = """
CREATE FUNCTION count_due(
    of_clinic uuid, reminded_on date, today date, OUT newly_due bigint, OUT due bigint
)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT count(*) FILTER (WHERE due_on > reminded_on), count(*) FROM (
        SELECT max(worklist.due_on) AS due_on
        FROM worklist JOIN images ON images.id = worklist.image_id
        WHERE worklist.clinic_id = of_clinic AND worklist.active AND worklist.due_on <= today
        GROUP BY coalesce(images.lesion_id, images.id)
    ) AS lesions
$$;
"""


def upgrade() -> None:
    role = op.get_bind().dialect.identifier_preparer.quote(app_role())
    op.execute(_COUNT)
    op.execute("REVOKE EXECUTE ON FUNCTION count_due(uuid, date, date) FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION count_due(uuid, date, date) TO {role}")
