"""Worklists are kept, not searched: a row for every diagnosed photo says what it waits for.

`worklist_now` is the one definition. Triggers write what it says of a photo into `worklist` in the
transaction that changes it, so that no path around the service's Python can leave it behind; see
docs/decisions/0012-worklists-are-kept-by-triggers.md.
"""

from alembic import op

from service_kit.migrations import app_role

revision = "0009"
down_revision = "0008"

_TABLE = """
CREATE TABLE worklist (
    image_id uuid PRIMARY KEY,
    clinic_id uuid NOT NULL,
    patient_id uuid NOT NULL,
    detection_id uuid NOT NULL,
    active boolean NOT NULL,
    is_pending boolean NOT NULL,
    needs_verdict boolean NOT NULL,
    needs_follow_up boolean NOT NULL,
    FOREIGN KEY (clinic_id, patient_id, image_id) REFERENCES images (clinic_id, patient_id, id),
    FOREIGN KEY (clinic_id, patient_id, detection_id)
        REFERENCES detections (clinic_id, patient_id, id),
    CONSTRAINT worklist_no_verdict_on_pending CHECK (NOT (is_pending AND needs_verdict))
);
CREATE INDEX worklist_by_patient ON worklist (patient_id);
CREATE INDEX worklist_recent ON worklist (clinic_id, detection_id) WHERE active;
CREATE INDEX worklist_pending ON worklist (clinic_id, detection_id) WHERE active AND is_pending;
CREATE INDEX worklist_unreviewed ON worklist (clinic_id, detection_id)
    WHERE active AND needs_verdict;
CREATE INDEX worklist_follow_up ON worklist (clinic_id, detection_id)
    WHERE active AND needs_follow_up;

-- The last word on a photo stands until another one, whatever a model says meanwhile.
CREATE VIEW worklist_now AS
SELECT
    image.id AS image_id, image.clinic_id, image.patient_id, newest.id AS detection_id,
    patient.archived_at IS NULL AS active,
    newest.status = 'pending' AS is_pending,
    newest.status = 'complete'
        AND NOT EXISTS (SELECT FROM reviews WHERE detection_id = newest.id) AS needs_verdict,
    coalesce(word.held_for_malignant, false)
        AND coalesce(lesion.status, 'observed') = 'observed' AS needs_follow_up
FROM images image
JOIN patients patient ON patient.id = image.patient_id
LEFT JOIN lesions lesion ON lesion.id = image.lesion_id
CROSS JOIN LATERAL (
    SELECT id, status FROM detections WHERE image_id = image.id ORDER BY id DESC LIMIT 1
) newest
LEFT JOIN LATERAL (
    SELECT review.verdict = 'malignant'
        OR (review.verdict = 'agrees' AND detection.label = 'malignant') AS held_for_malignant
    FROM detections detection JOIN reviews review ON review.detection_id = detection.id
    WHERE detection.image_id = image.id ORDER BY review.id DESC LIMIT 1
) word ON true;
"""

# Whoever changes a photo's state waits for others who do; the order is patient, lesion, photo
# everywhere. Only then is the state read, by a statement that sees what they have committed.
_TRIGGERS = """
CREATE FUNCTION refresh_worklist(changed uuid) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM patients JOIN images ON images.patient_id = patients.id
        WHERE images.id = changed FOR SHARE OF patients;
    PERFORM FROM lesions JOIN images ON images.lesion_id = lesions.id
        WHERE images.id = changed FOR SHARE OF lesions;
    PERFORM pg_advisory_xact_lock(hashtextextended(concat('worklist ', changed), 0));
    INSERT INTO worklist SELECT * FROM worklist_now WHERE image_id = changed
    ON CONFLICT (image_id) DO UPDATE SET
        detection_id = EXCLUDED.detection_id, active = EXCLUDED.active,
        is_pending = EXCLUDED.is_pending, needs_verdict = EXCLUDED.needs_verdict,
        needs_follow_up = EXCLUDED.needs_follow_up;
END $$;

CREATE FUNCTION keep_worklist() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    CASE TG_TABLE_NAME
        WHEN 'detections' THEN
            PERFORM refresh_worklist(NEW.image_id);
        WHEN 'reviews' THEN
            PERFORM refresh_worklist(image_id) FROM detections WHERE id = NEW.detection_id;
        WHEN 'images' THEN
            PERFORM refresh_worklist(NEW.id);
        WHEN 'lesions' THEN
            PERFORM refresh_worklist(id)
                FROM (SELECT id FROM images WHERE lesion_id = NEW.id ORDER BY id) AS shown;
        WHEN 'patients' THEN
            UPDATE worklist SET active = NEW.archived_at IS NULL WHERE patient_id = NEW.id;
    END CASE;
    RETURN NULL;
END $$;

CREATE TRIGGER worklist_follows_new_detections AFTER INSERT ON detections
    FOR EACH ROW EXECUTE FUNCTION keep_worklist();
CREATE TRIGGER worklist_follows_outcomes AFTER UPDATE ON detections
    FOR EACH ROW WHEN (OLD.status <> NEW.status) EXECUTE FUNCTION keep_worklist();
CREATE TRIGGER worklist_follows_verdicts AFTER INSERT ON reviews
    FOR EACH ROW EXECUTE FUNCTION keep_worklist();
CREATE TRIGGER worklist_follows_moves AFTER UPDATE ON images
    FOR EACH ROW WHEN (OLD.lesion_id IS DISTINCT FROM NEW.lesion_id)
    EXECUTE FUNCTION keep_worklist();
CREATE TRIGGER worklist_follows_lesions AFTER UPDATE ON lesions
    FOR EACH ROW WHEN (OLD.status <> NEW.status) EXECUTE FUNCTION keep_worklist();
CREATE TRIGGER worklist_follows_the_archive AFTER UPDATE ON patients
    FOR EACH ROW WHEN ((OLD.archived_at IS NULL) <> (NEW.archived_at IS NULL))
    EXECUTE FUNCTION keep_worklist();
"""

# The triggers' locks hold back every change until this is committed, so nothing is missed.
_BACKFILL = """
INSERT INTO worklist SELECT * FROM worklist_now;
ANALYZE worklist;
"""

# What the searched lists needed.
_NO_LONGER_NEEDED = """
DROP INDEX detections_by_clinic;
DROP INDEX detections_pending;
DROP INDEX detections_malignant;
DROP INDEX reviews_malignant;
"""


def upgrade() -> None:
    role = op.get_bind().dialect.identifier_preparer.quote(app_role())
    for statements in (_TABLE, _TRIGGERS, _BACKFILL, _NO_LONGER_NEEDED):
        op.execute(statements)
    op.execute("REVOKE EXECUTE ON FUNCTION refresh_worklist(uuid) FROM PUBLIC")
    op.execute(f"GRANT SELECT ON worklist TO {role}")
    op.execute("ALTER TABLE worklist ENABLE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY own_clinic ON worklist USING"
        " (clinic_id = (SELECT NULLIF(current_setting('dermis.clinic_id', true), '')::uuid))"
    )
