"""Overview photos of a part of the body, and pins on them that stand for lesions.

An overview photo is an image like any other, so that everything that holds for photos holds for it;
see docs/decisions/0056-an-overview-photo-is-a-photo-of-a-region.md.
"""

from alembic import op

from service_kit.migrations import app_role

revision = "0024"
down_revision = "0023"

_OWN_CLINIC = "(SELECT NULLIF(current_setting('dermis.clinic_id', true), '')::uuid)"

_CHANGE = """
ALTER TABLE images
    ADD COLUMN overview_site varchar CHECK (overview_site ~ '^[a-z_]{1,40}$'),
    ADD COLUMN overview_region varchar CHECK (overview_region ~ '^[a-z_]{0,40}$'),
    ADD COLUMN overview_side varchar CHECK (overview_side IN ('', 'left', 'right')),
    ADD CONSTRAINT images_overview_is_whole
        CHECK (num_nulls(overview_site, overview_region, overview_side) IN (0, 3)),
    ADD CONSTRAINT images_overview_shows_no_one_lesion
        CHECK (overview_site IS NULL OR lesion_id IS NULL);
CREATE INDEX images_overviews ON images (patient_id, taken_key) WHERE overview_site IS NOT NULL;

CREATE TABLE pins (
    id uuid PRIMARY KEY,
    clinic_id uuid NOT NULL,
    patient_id uuid NOT NULL,
    image_id uuid NOT NULL REFERENCES images (id),
    lesion_id uuid NOT NULL,
    -- NaN is greater than every number.
    x double precision NOT NULL CHECK (x BETWEEN 0 AND 1),
    y double precision NOT NULL CHECK (y BETWEEN 0 AND 1),
    author_id uuid NOT NULL,
    created_at timestamptz NOT NULL,
    withdrawn_at timestamptz,
    withdrawn_by uuid,
    CONSTRAINT pins_withdrawal_is_whole CHECK (num_nulls(withdrawn_at, withdrawn_by) IN (0, 2)),
    FOREIGN KEY (clinic_id, patient_id) REFERENCES patients (clinic_id, id),
    FOREIGN KEY (patient_id, lesion_id) REFERENCES lesions (patient_id, id) ON UPDATE CASCADE
);
CREATE UNIQUE INDEX pins_standing ON pins (image_id, lesion_id) WHERE withdrawn_at IS NULL;
CREATE INDEX pins_by_image ON pins (image_id, id);
CREATE INDEX pins_by_patient ON pins (patient_id, id);
CREATE INDEX pins_by_lesion ON pins (lesion_id, id);
"""


def upgrade() -> None:
    role = op.get_bind().dialect.identifier_preparer.quote(app_role())
    op.execute(_CHANGE)
    op.execute("ALTER TABLE pins ENABLE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY own_clinic ON pins"
        f" USING (clinic_id = {_OWN_CLINIC}) WITH CHECK (clinic_id = {_OWN_CLINIC})"
    )
    op.execute(f"GRANT SELECT, INSERT, UPDATE (withdrawn_at, withdrawn_by) ON pins TO {role}")
    # Which part of the body it shows can be corrected.
    columns = "overview_site, overview_region, overview_side"
    op.execute(f"GRANT UPDATE ({columns}) ON images TO {role}")
