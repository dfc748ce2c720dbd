"""Clinicians measure and mark on photos: layers beside a photo, never in its pixels.

A marking goes with its photo by cascading keys, as what else was said of it
(docs/decisions/0052-markings-are-layers-of-the-photo.md).
"""

from alembic import op

from service_kit.migrations import app_role

revision = "0021"
down_revision = "0020"

_OWN_CLINIC = "(SELECT NULLIF(current_setting('dermis.clinic_id', true), '')::uuid)"

_TABLE = """
CREATE TABLE markings (
    id uuid PRIMARY KEY,
    clinic_id uuid NOT NULL,
    patient_id uuid NOT NULL,
    image_id uuid NOT NULL,
    kind varchar NOT NULL CHECK (kind IN (
        'length', 'outline', 'angle', 'arrow', 'text', 'ruler', 'field_of_view'
    )),
    -- NaN is greater than every number.
    points double precision[] NOT NULL CHECK (
        cardinality(points) <= 200 AND cardinality(points) % 2 = 0
        AND 0 <= ALL (points) AND 1 >= ALL (points)
    ),
    text varchar NOT NULL CHECK (length(text) <= 200),
    millimetres double precision CHECK (millimetres BETWEEN 0.1 AND 2000),
    author_id uuid NOT NULL,
    created_at timestamptz NOT NULL,
    withdrawn_at timestamptz,
    withdrawn_by uuid,
    CONSTRAINT markings_only_scales_have_a_distance
        CHECK ((kind IN ('ruler', 'field_of_view')) = (millimetres IS NOT NULL)),
    CONSTRAINT markings_withdrawal_is_whole CHECK (num_nulls(withdrawn_at, withdrawn_by) IN (0, 2)),
    FOREIGN KEY (clinic_id, patient_id, image_id)
        REFERENCES images (clinic_id, patient_id, id) ON UPDATE CASCADE
);
CREATE INDEX markings_by_image ON markings (image_id, id);
CREATE INDEX markings_by_patient ON markings (patient_id, id);
CREATE UNIQUE INDEX markings_one_scale ON markings (image_id)
    WHERE kind IN ('ruler', 'field_of_view') AND withdrawn_at IS NULL;
CREATE INDEX markings_fields_of_view ON markings (author_id, id) WHERE kind = 'field_of_view';
"""


def upgrade() -> None:
    role = op.get_bind().dialect.identifier_preparer.quote(app_role())
    op.execute(_TABLE)
    op.execute("ALTER TABLE markings ENABLE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY own_clinic ON markings"
        f" USING (clinic_id = {_OWN_CLINIC}) WITH CHECK (clinic_id = {_OWN_CLINIC})"
    )
    op.execute(f"GRANT SELECT, INSERT, UPDATE (withdrawn_at, withdrawn_by) ON markings TO {role}")
