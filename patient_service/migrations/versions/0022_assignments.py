"""A photo can be assigned to a colleague, and worklists tell what is whose.

The worklist keeps the assignment too, so that what waits for one person is an index; see
docs/decisions/0050-a-photo-is-assigned-not-a-lesion.md. Further indexes lead to what is most urgent
and to the photos of archived patients, which count in the clinic's figures.
"""

from alembic import op

from service_kit.migrations import app_role

revision = "0022"
down_revision = "0021"

_OWN_CLINIC = "(SELECT NULLIF(current_setting('dermis.clinic_id', true), '')::uuid)"

_TABLE = """
CREATE TABLE assignments (
    image_id uuid PRIMARY KEY,
    clinic_id uuid NOT NULL,
    patient_id uuid NOT NULL,
    assigned_to uuid,
    assigned_by uuid NOT NULL,
    assigned_at timestamptz NOT NULL,
    FOREIGN KEY (clinic_id, patient_id, image_id)
        REFERENCES images (clinic_id, patient_id, id) ON UPDATE CASCADE
);
CREATE INDEX assignments_by_patient ON assignments (patient_id);
"""

# The definition of 0019, and to whom the photo is assigned.
_WORKLIST = """
ALTER TABLE worklist ADD COLUMN assigned_to uuid;

CREATE OR REPLACE VIEW worklist_now AS
SELECT
    image_id, clinic_id, patient_id, detection_id, active, is_pending, needs_verdict,
    needs_follow_up, review_id, due_on,
    needs_follow_up OR (needs_verdict AND says_malignant) AS suspect,
    risk, assigned_to
FROM (
    SELECT
        image.id AS image_id, image.clinic_id, image.patient_id, newest.id AS detection_id,
        patient.archived_at IS NULL AS active,
        newest.status = 'pending' AS is_pending,
        newest.assessable AND newest.label = 'malignant' AS says_malignant,
        CASE WHEN newest.assessable THEN newest.probability_malignant END AS risk,
        -- A later answer asks for another word only where it contradicts the one that stands, and
        -- that one was given on an answer that said something else. A biopsy has the last word.
        newest.status = 'complete' AND (
            word.id IS NULL
            OR (
                word.verdict NOT LIKE 'biopsy%' AND newest.assessable
                AND newest.label IS DISTINCT FROM word.held
                AND newest.label IS DISTINCT FROM word.given_on
            )
        ) AS needs_verdict,
        coalesce(word.held = 'malignant' AND word.verdict NOT LIKE 'biopsy%', false)
            AND coalesce(lesion.status, 'observed') = 'observed' AS needs_follow_up,
        word.id AS review_id,
        CASE WHEN coalesce(lesion.status, 'observed') = 'observed' AND NOT EXISTS (
            SELECT FROM images sibling JOIN standing_reviews later ON later.image_id = sibling.id
            WHERE word.monitor_until IS NOT NULL AND sibling.lesion_id = image.lesion_id
                AND sibling.voided_at IS NULL AND later.id > word.id
        ) THEN word.monitor_until END AS due_on,
        assignment.assigned_to
    FROM images image
    JOIN patients patient ON patient.id = image.patient_id
    LEFT JOIN lesions lesion ON lesion.id = image.lesion_id
    LEFT JOIN assignments assignment ON assignment.image_id = image.id
    CROSS JOIN LATERAL (
        SELECT id, status, label, assessable, probability_malignant FROM detections
        WHERE image_id = image.id ORDER BY id DESC LIMIT 1
    ) newest
    LEFT JOIN LATERAL (
        SELECT
            review.id, review.verdict, review.monitor_until, answer.label AS given_on,
            CASE review.verdict WHEN 'agrees' THEN answer.label ELSE review.verdict END AS held
        FROM standing_reviews review JOIN detections answer ON answer.id = review.detection_id
        WHERE review.image_id = image.id ORDER BY review.id DESC LIMIT 1
    ) word ON true
    WHERE image.voided_at IS NULL
) AS state;

CREATE OR REPLACE FUNCTION refresh_worklist(changed uuid) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM patients JOIN images ON images.patient_id = patients.id
        WHERE images.id = changed FOR SHARE OF patients;
    PERFORM FROM lesions JOIN images ON images.lesion_id = lesions.id
        WHERE images.id = changed FOR SHARE OF lesions;
    PERFORM pg_advisory_xact_lock(hashtextextended(concat('worklist ', changed), 0));
    INSERT INTO worklist SELECT * FROM worklist_now WHERE image_id = changed
    ON CONFLICT (image_id) DO UPDATE SET
        patient_id = EXCLUDED.patient_id,
        detection_id = EXCLUDED.detection_id, active = EXCLUDED.active,
        is_pending = EXCLUDED.is_pending, needs_verdict = EXCLUDED.needs_verdict,
        needs_follow_up = EXCLUDED.needs_follow_up, review_id = EXCLUDED.review_id,
        due_on = EXCLUDED.due_on, suspect = EXCLUDED.suspect, risk = EXCLUDED.risk,
        assigned_to = EXCLUDED.assigned_to;
    IF NOT FOUND THEN
        DELETE FROM worklist WHERE image_id = changed;
    END IF;
END $$;

CREATE FUNCTION keep_worklist_of_assignments() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM refresh_worklist(NEW.image_id);
    RETURN NULL;
END $$;
CREATE TRIGGER worklist_follows_new_assignments AFTER INSERT ON assignments
    FOR EACH ROW EXECUTE FUNCTION keep_worklist_of_assignments();
CREATE TRIGGER worklist_follows_assignments AFTER UPDATE ON assignments
    FOR EACH ROW WHEN (OLD.assigned_to IS DISTINCT FROM NEW.assigned_to)
    EXECUTE FUNCTION keep_worklist_of_assignments();

CREATE INDEX worklist_assigned ON worklist (clinic_id, assigned_to, risk, detection_id)
    WHERE active AND assigned_to IS NOT NULL
        AND (needs_verdict OR needs_follow_up OR due_on IS NOT NULL);
CREATE INDEX worklist_suspect ON worklist (clinic_id, risk, detection_id)
    WHERE active AND needs_verdict AND suspect;
CREATE INDEX worklist_without_answer ON worklist (clinic_id, detection_id)
    WHERE active AND needs_verdict AND risk IS NULL;
CREATE INDEX worklist_archived ON worklist (clinic_id, detection_id) WHERE NOT active;
ANALYZE worklist;
"""


def upgrade() -> None:
    role = op.get_bind().dialect.identifier_preparer.quote(app_role())
    for statements in (_TABLE, _WORKLIST):
        op.execute(statements)
    op.execute("REVOKE EXECUTE ON FUNCTION keep_worklist_of_assignments() FROM PUBLIC")
    op.execute("ALTER TABLE assignments ENABLE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY own_clinic ON assignments USING (clinic_id = {_OWN_CLINIC})")
    changeable = "assigned_to, assigned_by, assigned_at"
    op.execute(f"GRANT SELECT, INSERT, UPDATE ({changeable}) ON assignments TO {role}")
