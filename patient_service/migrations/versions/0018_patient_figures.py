"""What lists of patients show and sort by is kept for each patient, and not counted for each list.

See docs/decisions/0047-lists-read-figures-that-are-kept.md.
"""

from alembic import op

from service_kit.migrations import app_role

revision = "0018"
down_revision = "0017"

_OWN_CLINIC = "(SELECT NULLIF(current_setting('dermis.clinic_id', true), '')::uuid)"

_TABLE = """
CREATE INDEX worklist_open ON worklist (patient_id)
    WHERE is_pending OR needs_verdict OR needs_follow_up;
CREATE TABLE patient_figures (
    patient_id uuid PRIMARY KEY,
    clinic_id uuid NOT NULL,
    lesions integer NOT NULL,
    last_image_id uuid,
    last_photo_at timestamptz NOT NULL,
    open_items integer NOT NULL,
    highest_risk double precision NOT NULL,
    FOREIGN KEY (clinic_id, patient_id) REFERENCES patients (clinic_id, id)
);
CREATE VIEW patient_figures_now AS
SELECT
    patient.id AS patient_id, patient.clinic_id,
    (SELECT count(*) FROM lesions WHERE lesions.patient_id = patient.id)::integer AS lesions,
    photo.id AS last_image_id,
    coalesce(photo.at, timestamptz '1800-01-01 00:00:00+00') AS last_photo_at,
    waiting.number AS open_items,
    coalesce(waiting.risk, -1) AS highest_risk
FROM patients patient
LEFT JOIN LATERAL (
    SELECT id, coalesce(captured_at, created_at) AS at FROM images
    WHERE images.patient_id = patient.id AND voided_at IS NULL ORDER BY taken_key DESC LIMIT 1
) photo ON true
CROSS JOIN LATERAL (
    SELECT
        count(*)::integer AS number,
        max(probability_malignant) FILTER (WHERE assessable) AS risk
    FROM worklist JOIN detections ON detections.id = worklist.detection_id
    WHERE worklist.patient_id = patient.id AND (is_pending OR needs_verdict OR needs_follow_up)
) waiting;
"""

# At the end of the transaction, once for each patient. Whatever changes a record has the end of its
# clinic's audit chain by then, so that no two transactions wait here for each other.
_TRIGGERS = """
CREATE FUNCTION refresh_patient_figures(changed uuid) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    done text := coalesce(current_setting('dermis.figures_of', true), '');
BEGIN
    IF strpos(done, changed::text) > 0 THEN
        RETURN;
    END IF;
    PERFORM set_config('dermis.figures_of', done || ' ' || changed::text, true);
    INSERT INTO patient_figures SELECT * FROM patient_figures_now WHERE patient_id = changed
    ON CONFLICT (patient_id) DO UPDATE SET
        lesions = EXCLUDED.lesions, last_image_id = EXCLUDED.last_image_id,
        last_photo_at = EXCLUDED.last_photo_at, open_items = EXCLUDED.open_items,
        highest_risk = EXCLUDED.highest_risk;
END $$;

CREATE FUNCTION keep_patient_figures() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_TABLE_NAME = 'patients' THEN
        PERFORM refresh_patient_figures(NEW.id);
        RETURN NULL;
    END IF;
    IF TG_OP <> 'INSERT' THEN
        PERFORM refresh_patient_figures(OLD.patient_id);
    END IF;
    IF TG_OP <> 'DELETE' THEN
        PERFORM refresh_patient_figures(NEW.patient_id);
    END IF;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER figures_follow_patients AFTER INSERT ON patients
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION keep_patient_figures();
CREATE CONSTRAINT TRIGGER figures_follow_new_lesions AFTER INSERT ON lesions
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION keep_patient_figures();
CREATE CONSTRAINT TRIGGER figures_follow_lesions AFTER UPDATE ON lesions
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (OLD.patient_id <> NEW.patient_id) EXECUTE FUNCTION keep_patient_figures();
CREATE CONSTRAINT TRIGGER figures_follow_new_photos AFTER INSERT ON images
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION keep_patient_figures();
CREATE CONSTRAINT TRIGGER figures_follow_photos AFTER UPDATE ON images
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (
        OLD.patient_id <> NEW.patient_id OR OLD.taken_key <> NEW.taken_key
        OR (OLD.voided_at IS NULL) <> (NEW.voided_at IS NULL)
    ) EXECUTE FUNCTION keep_patient_figures();
CREATE CONSTRAINT TRIGGER figures_follow_new_entries AFTER INSERT OR DELETE ON worklist
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION keep_patient_figures();
CREATE CONSTRAINT TRIGGER figures_follow_entries AFTER UPDATE ON worklist
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (
        (OLD.patient_id, OLD.detection_id, OLD.is_pending, OLD.needs_verdict, OLD.needs_follow_up)
        IS DISTINCT FROM
        (NEW.patient_id, NEW.detection_id, NEW.is_pending, NEW.needs_verdict, NEW.needs_follow_up)
    ) EXECUTE FUNCTION keep_patient_figures();
"""

_FILL = """
INSERT INTO patient_figures SELECT * FROM patient_figures_now;
CREATE INDEX patient_figures_last_photo ON patient_figures (clinic_id, last_photo_at, patient_id);
CREATE INDEX patient_figures_open_items ON patient_figures (clinic_id, open_items, patient_id);
CREATE INDEX patient_figures_highest_risk
    ON patient_figures (clinic_id, highest_risk, patient_id);
ANALYZE patient_figures;
"""


def upgrade() -> None:
    role = op.get_bind().dialect.identifier_preparer.quote(app_role())
    for statements in (_TABLE, _TRIGGERS, _FILL):
        op.execute(statements)
    op.execute("REVOKE EXECUTE ON FUNCTION refresh_patient_figures(uuid) FROM PUBLIC")
    op.execute("REVOKE EXECUTE ON FUNCTION keep_patient_figures() FROM PUBLIC")
    op.execute("ALTER TABLE patient_figures ENABLE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY own_clinic ON patient_figures USING (clinic_id = {_OWN_CLINIC})")
    op.execute(f"GRANT SELECT ON patient_figures TO {role}")
