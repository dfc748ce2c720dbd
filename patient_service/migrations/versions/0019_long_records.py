"""An upload costs the same, however many photos the patient has.

What a patient's photos wait for is added and subtracted as their entries in the worklist change,
and their highest risk is the end of an index; see
docs/decisions/0047-lists-read-figures-that-are-kept.md. Copies of a photo are found by an index
that tells the patient's own from others'.
"""

from alembic import op

revision = "0019"
down_revision = "0018"

# The definition of 0015, and the probability of malignancy where the newest answer has one.
_WORKLIST = """
ALTER TABLE worklist ADD COLUMN risk double precision;

CREATE OR REPLACE VIEW worklist_now AS
SELECT
    image_id, clinic_id, patient_id, detection_id, active, is_pending, needs_verdict,
    needs_follow_up, review_id, due_on,
    needs_follow_up OR (needs_verdict AND says_malignant) AS suspect,
    risk
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
        ) THEN word.monitor_until END AS due_on
    FROM images image
    JOIN patients patient ON patient.id = image.patient_id
    LEFT JOIN lesions lesion ON lesion.id = image.lesion_id
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
        due_on = EXCLUDED.due_on, suspect = EXCLUDED.suspect, risk = EXCLUDED.risk;
    IF NOT FOUND THEN
        DELETE FROM worklist WHERE image_id = changed;
    END IF;
END $$;

UPDATE worklist SET risk = detections.probability_malignant
    FROM detections WHERE detections.id = worklist.detection_id AND detections.assessable;
-- No trigger of this table may be waiting when it is altered or indexed.
SET CONSTRAINTS ALL IMMEDIATE;
DROP INDEX worklist_open;
CREATE INDEX worklist_open ON worklist (patient_id, risk)
    WHERE is_pending OR needs_verdict OR needs_follow_up;
ANALYZE worklist;
"""

# At the end of the transaction, as before. Whatever moves to another patient has both counted anew,
# once; what is counted anew holds all that the transaction has changed. A row of figures is held
# before anything is counted: what another transaction has added by then is seen, and what it adds
# later is added to this.
_FIGURES = """
CREATE OR REPLACE FUNCTION refresh_patient_figures(changed uuid) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    done text := coalesce(current_setting('dermis.figures_of', true), '');
BEGIN
    IF strpos(done, changed::text) > 0 THEN
        RETURN;
    END IF;
    PERFORM set_config('dermis.figures_of', done || ' ' || changed::text, true);
    PERFORM FROM patient_figures WHERE patient_id = changed FOR UPDATE;
    INSERT INTO patient_figures SELECT * FROM patient_figures_now WHERE patient_id = changed
    ON CONFLICT (patient_id) DO UPDATE SET
        lesions = EXCLUDED.lesions, last_image_id = EXCLUDED.last_image_id,
        last_photo_at = EXCLUDED.last_photo_at, open_items = EXCLUDED.open_items,
        highest_risk = EXCLUDED.highest_risk;
END $$;

CREATE FUNCTION open_items(entry worklist) RETURNS integer LANGUAGE sql IMMUTABLE AS $$
    SELECT (entry.is_pending OR entry.needs_verdict OR entry.needs_follow_up)::integer
$$;

CREATE OR REPLACE FUNCTION keep_patient_figures() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    changed uuid;
    more integer := 0;
BEGIN
    IF TG_TABLE_NAME = 'patients' THEN
        PERFORM refresh_patient_figures(NEW.id);
        RETURN NULL;
    END IF;
    IF TG_OP = 'DELETE' THEN
        changed := OLD.patient_id;
    ELSE
        changed := NEW.patient_id;
    END IF;
    IF TG_OP = 'UPDATE' THEN
        IF OLD.patient_id <> changed THEN
            PERFORM refresh_patient_figures(OLD.patient_id);
            PERFORM refresh_patient_figures(changed);
            RETURN NULL;
        END IF;
    END IF;
    IF strpos(coalesce(current_setting('dermis.figures_of', true), ''), changed::text) > 0 THEN
        RETURN NULL;
    END IF;
    PERFORM FROM patient_figures WHERE patient_id = changed FOR UPDATE;
    CASE TG_TABLE_NAME
        WHEN 'lesions' THEN
            UPDATE patient_figures SET
                lesions = (SELECT count(*) FROM lesions WHERE lesions.patient_id = changed)
            WHERE patient_id = changed;
        WHEN 'images' THEN
            UPDATE patient_figures SET
                last_image_id = photo.id,
                last_photo_at = coalesce(photo.at, timestamptz '1800-01-01 00:00:00+00')
            FROM (SELECT) AS always LEFT JOIN LATERAL (
                SELECT id, coalesce(captured_at, created_at) AS at FROM images
                WHERE images.patient_id = changed AND voided_at IS NULL
                ORDER BY taken_key DESC LIMIT 1
            ) photo ON true
            WHERE patient_id = changed AND last_image_id IS DISTINCT FROM photo.id;
        WHEN 'worklist' THEN
            IF TG_OP <> 'INSERT' THEN
                more := more - open_items(OLD);
            END IF;
            IF TG_OP <> 'DELETE' THEN
                more := more + open_items(NEW);
            END IF;
            UPDATE patient_figures SET
                open_items = open_items + more,
                highest_risk = coalesce((
                    SELECT max(risk) FROM worklist
                    WHERE worklist.patient_id = changed
                        AND (is_pending OR needs_verdict OR needs_follow_up)
                ), -1)
            WHERE patient_id = changed;
    END CASE;
    RETURN NULL;
END $$;

DROP TRIGGER figures_follow_entries ON worklist;
CREATE CONSTRAINT TRIGGER figures_follow_entries AFTER UPDATE ON worklist
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (
        (OLD.patient_id, OLD.risk, OLD.is_pending, OLD.needs_verdict, OLD.needs_follow_up)
        IS DISTINCT FROM
        (NEW.patient_id, NEW.risk, NEW.is_pending, NEW.needs_verdict, NEW.needs_follow_up)
    ) EXECUTE FUNCTION keep_patient_figures();
"""

_COPIES = """
CREATE INDEX images_copies ON images (clinic_id, sha256, patient_id, id) WHERE voided_at IS NULL;
DROP INDEX images_by_digest;
"""


def upgrade() -> None:
    for statements in (_WORKLIST, _FIGURES, _COPIES):
        op.execute(statements)
    op.execute("REVOKE EXECUTE ON FUNCTION open_items(worklist) FROM PUBLIC")
