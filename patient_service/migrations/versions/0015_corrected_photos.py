"""Photos can be moved to another patient, be marked as entered in error, and their date corrected.

What was said of a photo goes with it by cascading keys, in the statement that moves it, so that
nothing is ever half moved; see docs/decisions/0042-corrections-are-part-of-the-record.md.
"""

from alembic import op

from service_kit.migrations import app_role

revision = "0015"
down_revision = "0014"

_IMAGES = """
ALTER TABLE images
    ADD COLUMN version integer NOT NULL DEFAULT 1 CHECK (version >= 1),
    ADD COLUMN voided_at timestamptz,
    ADD COLUMN voided_by uuid,
    ADD COLUMN void_reason varchar CHECK (length(void_reason) BETWEEN 1 AND 500),
    ADD COLUMN uploaded_to uuid,
    -- As if it were a UUIDv7 made when the photo was taken: it pages with other identifiers.
    ADD COLUMN taken_key uuid NOT NULL GENERATED ALWAYS AS ((
        lpad(to_hex(greatest(
            0,
            floor(extract(epoch FROM
                coalesce(captured_at, created_at) - timestamptz '1970-01-01 00:00:00+00') * 1000)
        )::bigint), 12, '0') || substr(replace(id::text, '-', ''), 13)
    )::uuid) STORED,
    ADD CONSTRAINT images_void_is_whole
        CHECK (num_nulls(voided_at, voided_by, void_reason) IN (0, 3));
DROP INDEX images_unsorted;
CREATE INDEX images_unsorted ON images (patient_id, taken_key) WHERE lesion_id IS NULL;
CREATE INDEX images_by_patient_taken ON images (patient_id, taken_key);
CREATE INDEX images_by_lesion_taken ON images (lesion_id, taken_key) WHERE lesion_id IS NOT NULL;

-- An upload that is sent once more names the patient that it was for, wherever the photo is now.
CREATE FUNCTION keep_upload() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.uploaded_to := coalesce(OLD.uploaded_to, OLD.patient_id);
    RETURN NEW;
END $$;
CREATE TRIGGER images_know_their_upload BEFORE UPDATE ON images
    FOR EACH ROW WHEN (OLD.patient_id <> NEW.patient_id) EXECUTE FUNCTION keep_upload();
"""

_CASCADES = """
ALTER TABLE images
    DROP CONSTRAINT images_patient_id_lesion_id_fkey,
    ADD FOREIGN KEY (patient_id, lesion_id) REFERENCES lesions (patient_id, id) ON UPDATE CASCADE;
ALTER TABLE notes
    DROP CONSTRAINT notes_patient_id_lesion_id_fkey,
    ADD FOREIGN KEY (patient_id, lesion_id) REFERENCES lesions (patient_id, id) ON UPDATE CASCADE;
ALTER TABLE changes
    DROP CONSTRAINT changes_patient_id_lesion_id_fkey,
    ADD FOREIGN KEY (patient_id, lesion_id) REFERENCES lesions (patient_id, id) ON UPDATE CASCADE,
    DROP CONSTRAINT changes_action_check,
    ADD CONSTRAINT changes_action_check CHECK (action IN (
        'created', 'updated', 'archived', 'restored', 'image_moved', 'image_arrived', 'image_left',
        'image_corrected', 'image_voided', 'image_restored', 'merged', 'parted'
    ));
ALTER TABLE detections
    DROP CONSTRAINT detections_clinic_id_patient_id_image_id_fkey,
    ADD FOREIGN KEY (clinic_id, patient_id, image_id)
        REFERENCES images (clinic_id, patient_id, id) ON UPDATE CASCADE;
ALTER TABLE reviews
    DROP CONSTRAINT reviews_clinic_id_patient_id_image_id_fkey,
    ADD FOREIGN KEY (clinic_id, patient_id, image_id)
        REFERENCES images (clinic_id, patient_id, id) ON UPDATE CASCADE;
ALTER TABLE worklist
    DROP CONSTRAINT worklist_clinic_id_patient_id_image_id_fkey,
    ADD FOREIGN KEY (clinic_id, patient_id, image_id)
        REFERENCES images (clinic_id, patient_id, id) ON UPDATE CASCADE;

-- A finished detection goes with its photo to another patient; nothing else of it changes.
CREATE OR REPLACE FUNCTION keep_finished_detections() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF to_jsonb(OLD) - 'patient_id' IS DISTINCT FROM to_jsonb(NEW) - 'patient_id' THEN
        RAISE EXCEPTION 'a finished detection never changes' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
"""

# The definition of 0012, without photos that were entered in error.
_WORKLIST = """
CREATE OR REPLACE VIEW worklist_now AS
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
                AND sibling.voided_at IS NULL AND later.id > word.id
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
        due_on = EXCLUDED.due_on, suspect = EXCLUDED.suspect;
    IF NOT FOUND THEN
        DELETE FROM worklist WHERE image_id = changed;
    END IF;
END $$;

-- Which photos of these lesions wait to be seen again, or would if no other verdict came later.
CREATE FUNCTION monitored_photos(VARIADIC of_lesions uuid[]) RETURNS SETOF uuid
LANGUAGE sql STABLE AS $$
    SELECT image.id FROM images image
    JOIN standing_reviews word ON word.image_id = image.id AND word.monitor_until IS NOT NULL
    WHERE image.lesion_id = ANY(of_lesions)
$$;

CREATE OR REPLACE FUNCTION keep_worklist() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    CASE TG_TABLE_NAME
        WHEN 'detections' THEN
            PERFORM refresh_worklist(NEW.image_id);
        WHEN 'reviews' THEN
            PERFORM refresh_worklist_by_verdict(NEW.image_id);
        WHEN 'images' THEN
            PERFORM refresh_worklist(id) FROM (
                SELECT NEW.id AS id
                UNION SELECT monitored_photos(OLD.lesion_id, NEW.lesion_id) ORDER BY id
            ) AS shown;
        WHEN 'lesions' THEN
            PERFORM refresh_worklist(id)
                FROM (SELECT id FROM images WHERE lesion_id = NEW.id ORDER BY id) AS shown;
        WHEN 'patients' THEN
            UPDATE worklist SET active = NEW.archived_at IS NULL WHERE patient_id = NEW.id;
    END CASE;
    RETURN NULL;
END $$;

DROP TRIGGER worklist_follows_moves ON images;
CREATE TRIGGER worklist_follows_corrections AFTER UPDATE ON images FOR EACH ROW WHEN (
    OLD.lesion_id IS DISTINCT FROM NEW.lesion_id OR OLD.patient_id <> NEW.patient_id
    OR (OLD.voided_at IS NULL) <> (NEW.voided_at IS NULL)
) EXECUTE FUNCTION keep_worklist();
"""


def upgrade() -> None:
    role = op.get_bind().dialect.identifier_preparer.quote(app_role())
    for statements in (_IMAGES, _CASCADES, _WORKLIST):
        op.execute(statements)
    op.execute("REVOKE EXECUTE ON FUNCTION monitored_photos(uuid[]) FROM PUBLIC")
    correctable = (
        "patient_id, lesion_id, captured_at, version, voided_at, voided_by, void_reason,"
        " duplicate_of"
    )
    op.execute(f"GRANT UPDATE ({correctable}) ON images TO {role}")
