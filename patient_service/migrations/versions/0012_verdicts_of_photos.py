"""Verdicts belong to the photo, hold a whole finding, and can be corrected or withdrawn.

A verdict stands until another one replaces it or comes after it, whatever a model answers
meanwhile; see docs/decisions/0041-the-verdict-belongs-to-the-photo.md. The worklist follows.
"""

from alembic import op

revision = "0012"
down_revision = "0011"

# The running version inserts verdicts that don't name their photo: a trigger does it for them.
_REVIEWS = """
ALTER TABLE detections ADD CONSTRAINT detections_image_id_id UNIQUE (image_id, id);
ALTER TABLE reviews
    ADD COLUMN image_id uuid,
    ADD COLUMN diagnosis_code varchar CHECK (length(diagnosis_code) BETWEEN 1 AND 64),
    ADD COLUMN diagnosis_text varchar CHECK (length(diagnosis_text) BETWEEN 1 AND 200),
    ADD COLUMN checklist varchar CHECK (checklist IN ('seven_point', 'abcd')),
    ADD COLUMN checklist_items jsonb CHECK (jsonb_typeof(checklist_items) = 'object'),
    ADD COLUMN checklist_score real CHECK (checklist_score BETWEEN 0 AND 20),
    ADD COLUMN management varchar CHECK (
        management IN ('no_action', 'monitor', 'excise', 'refer')
    ),
    ADD COLUMN monitor_until date,
    ADD COLUMN histology_code varchar CHECK (length(histology_code) BETWEEN 1 AND 64),
    ADD COLUMN histology_text varchar CHECK (length(histology_text) BETWEEN 1 AND 200),
    ADD COLUMN histology_on date CHECK (histology_on >= '1900-01-01'),
    ADD COLUMN histology_source varchar CHECK (length(histology_source) BETWEEN 1 AND 200),
    ADD COLUMN replaces uuid,
    DROP CONSTRAINT reviews_verdict_check,
    ADD CONSTRAINT reviews_verdict_check CHECK (verdict IN (
        'agrees', 'benign', 'malignant', 'biopsy_benign', 'biopsy_malignant', 'withdrawn'
    )),
    ADD CONSTRAINT reviews_withdrawal_names_a_verdict
        CHECK (verdict <> 'withdrawn' OR replaces IS NOT NULL),
    ADD CONSTRAINT reviews_monitoring_has_a_date
        CHECK ((management IS NOT DISTINCT FROM 'monitor') = (monitor_until IS NOT NULL)),
    ADD CONSTRAINT reviews_checklist_is_whole
        CHECK (num_nulls(checklist, checklist_items, checklist_score) IN (0, 3)),
    ADD CONSTRAINT reviews_histology_is_of_a_biopsy CHECK (
        verdict LIKE 'biopsy%'
        OR num_nonnulls(histology_code, histology_text, histology_on, histology_source) = 0
    );
UPDATE reviews SET image_id = detections.image_id
    FROM detections WHERE detections.id = reviews.detection_id;

CREATE FUNCTION name_the_photo() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    SELECT image_id INTO NEW.image_id FROM detections WHERE id = NEW.detection_id;
    RETURN NEW;
END $$;
CREATE TRIGGER reviews_name_their_photo BEFORE INSERT ON reviews
    FOR EACH ROW WHEN (NEW.image_id IS NULL) EXECUTE FUNCTION name_the_photo();

ALTER TABLE reviews
    ALTER COLUMN image_id SET NOT NULL,
    DROP CONSTRAINT reviews_clinic_id_patient_id_detection_id_fkey,
    ADD CONSTRAINT reviews_image_id_id UNIQUE (image_id, id),
    ADD FOREIGN KEY (clinic_id, patient_id, image_id) REFERENCES images (clinic_id, patient_id, id),
    ADD FOREIGN KEY (image_id, detection_id) REFERENCES detections (image_id, id),
    ADD FOREIGN KEY (image_id, replaces) REFERENCES reviews (image_id, id);
CREATE UNIQUE INDEX reviews_replaced_once ON reviews (replaces) WHERE replaces IS NOT NULL;

-- Neither replaced nor a withdrawal: the newest of an image is the word that stands.
CREATE VIEW standing_reviews AS
SELECT * FROM reviews given
WHERE given.verdict <> 'withdrawn'
    AND NOT EXISTS (SELECT FROM reviews later WHERE later.replaces = given.id);
"""

_WORKLIST = """
ALTER TABLE worklist
    ADD COLUMN review_id uuid,
    ADD COLUMN due_on date,
    ADD COLUMN suspect boolean NOT NULL DEFAULT false,
    DROP CONSTRAINT worklist_clinic_id_patient_id_detection_id_fkey,
    ADD FOREIGN KEY (image_id, detection_id) REFERENCES detections (image_id, id);
CREATE INDEX worklist_due ON worklist (clinic_id, due_on, detection_id)
    WHERE active AND due_on IS NOT NULL;
CREATE INDEX worklist_archived_open ON worklist (clinic_id, detection_id)
    WHERE NOT active AND suspect;

DROP VIEW worklist_now;
CREATE VIEW worklist_now AS
SELECT
    image_id, clinic_id, patient_id, detection_id, active, is_pending, needs_verdict,
    needs_follow_up, review_id, due_on,
    needs_follow_up OR (needs_verdict AND says_malignant) AS suspect
FROM (
    SELECT
        image.id AS image_id, image.clinic_id, image.patient_id, newest.id AS detection_id,
        patient.archived_at IS NULL AS active,
        newest.status = 'pending' AS is_pending,
        newest.assessable AND newest.label = 'malignant' AS says_malignant,
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
                AND later.id > word.id
        ) THEN word.monitor_until END AS due_on
    FROM images image
    JOIN patients patient ON patient.id = image.patient_id
    LEFT JOIN lesions lesion ON lesion.id = image.lesion_id
    CROSS JOIN LATERAL (
        SELECT id, status, label, assessable FROM detections
        WHERE image_id = image.id ORDER BY id DESC LIMIT 1
    ) newest
    LEFT JOIN LATERAL (
        SELECT
            review.id, review.verdict, review.monitor_until, answer.label AS given_on,
            CASE review.verdict WHEN 'agrees' THEN answer.label ELSE review.verdict END AS held
        FROM standing_reviews review JOIN detections answer ON answer.id = review.detection_id
        WHERE review.image_id = image.id ORDER BY review.id DESC LIMIT 1
    ) word ON true
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
        detection_id = EXCLUDED.detection_id, active = EXCLUDED.active,
        is_pending = EXCLUDED.is_pending, needs_verdict = EXCLUDED.needs_verdict,
        needs_follow_up = EXCLUDED.needs_follow_up, review_id = EXCLUDED.review_id,
        due_on = EXCLUDED.due_on, suspect = EXCLUDED.suspect;
END $$;

-- A verdict on one photo ends the monitoring that an earlier one on another photo of the lesion
-- asked for, and its withdrawal lets it go on. Two at once would miss each other, so they wait for
-- each other at the lesion.
CREATE FUNCTION refresh_worklist_by_verdict(reviewed uuid) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM FROM patients JOIN images ON images.patient_id = patients.id
        WHERE images.id = reviewed FOR SHARE OF patients;
    PERFORM FROM lesions JOIN images ON images.lesion_id = lesions.id
        WHERE images.id = reviewed FOR NO KEY UPDATE OF lesions;
    PERFORM refresh_worklist(id) FROM (
        SELECT id FROM images WHERE id = reviewed
        UNION
        SELECT sibling.id FROM images image
        JOIN images sibling ON sibling.lesion_id = image.lesion_id
        JOIN worklist ON worklist.image_id = sibling.id
        JOIN reviews word ON word.id = worklist.review_id AND word.monitor_until IS NOT NULL
        WHERE image.id = reviewed
        ORDER BY id
    ) AS shown;
END $$;

CREATE OR REPLACE FUNCTION keep_worklist() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    CASE TG_TABLE_NAME
        WHEN 'detections' THEN
            PERFORM refresh_worklist(NEW.image_id);
        WHEN 'reviews' THEN
            PERFORM refresh_worklist_by_verdict(NEW.image_id);
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

UPDATE worklist SET
    needs_verdict = now.needs_verdict, needs_follow_up = now.needs_follow_up,
    review_id = now.review_id, suspect = now.suspect
FROM worklist_now now
WHERE now.image_id = worklist.image_id
    AND (now.review_id IS NOT NULL OR now.suspect OR worklist.needs_follow_up);
ANALYZE worklist;
"""


def upgrade() -> None:
    op.execute(_REVIEWS)
    op.execute(_WORKLIST)
    op.execute("REVOKE EXECUTE ON FUNCTION refresh_worklist_by_verdict(uuid) FROM PUBLIC")
