"""Two patients can be merged into one record, and parted again.

See docs/decisions/0045-two-records-of-one-person-become-one.md. Lesions take their photos, notes
and changes along by the cascading keys of 0015.
"""

from alembic import op

from service_kit.migrations import app_role

revision = "0016"
down_revision = "0015"

_OWN_CLINIC = "(SELECT NULLIF(current_setting('dermis.clinic_id', true), '')::uuid)"

_TABLES = """
ALTER TABLE patients
    ADD COLUMN merged_into uuid,
    ADD FOREIGN KEY (clinic_id, merged_into) REFERENCES patients (clinic_id, id),
    ADD CONSTRAINT patients_merged_are_archived CHECK (
        merged_into IS NULL OR (merged_into <> id AND archived_at IS NOT NULL)
    );
CREATE INDEX patients_merged ON patients (merged_into) WHERE merged_into IS NOT NULL;

CREATE TABLE patient_merges (
    id uuid PRIMARY KEY,
    clinic_id uuid NOT NULL,
    patient_id uuid NOT NULL,
    merged_id uuid NOT NULL,
    author_id uuid NOT NULL,
    created_at timestamptz NOT NULL,
    parted_by uuid,
    parted_at timestamptz,
    lesion_ids uuid[] NOT NULL,
    unsorted_image_ids uuid[] NOT NULL,
    note_ids uuid[] NOT NULL,
    change_ids uuid[] NOT NULL,
    former_labels jsonb NOT NULL CHECK (jsonb_typeof(former_labels) = 'object'),
    former_profile jsonb NOT NULL CHECK (jsonb_typeof(former_profile) = 'object'),
    size_then jsonb NOT NULL CHECK (jsonb_typeof(size_then) = 'object'),
    CHECK (patient_id <> merged_id),
    CONSTRAINT patient_merges_parting_is_whole CHECK (num_nulls(parted_by, parted_at) IN (0, 2)),
    FOREIGN KEY (clinic_id, patient_id) REFERENCES patients (clinic_id, id),
    FOREIGN KEY (clinic_id, merged_id) REFERENCES patients (clinic_id, id)
);
CREATE INDEX patient_merges_by_patient ON patient_merges (patient_id, id);
CREATE UNIQUE INDEX patient_merges_standing ON patient_merges (merged_id) WHERE parted_at IS NULL;
"""


def upgrade() -> None:
    role = op.get_bind().dialect.identifier_preparer.quote(app_role())
    op.execute(_TABLES)
    op.execute("ALTER TABLE patient_merges ENABLE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY own_clinic ON patient_merges"
        f" USING (clinic_id = {_OWN_CLINIC}) WITH CHECK (clinic_id = {_OWN_CLINIC})"
    )
    op.execute(f"GRANT SELECT, INSERT, UPDATE (parted_by, parted_at) ON patient_merges TO {role}")
    # Notes and changes that are about no lesion go along, too; nothing else of them ever changes.
    op.execute(f"GRANT UPDATE (patient_id) ON notes, changes TO {role}")
