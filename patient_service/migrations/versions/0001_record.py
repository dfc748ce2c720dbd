"""The record: patients, lesions, images, detections, reviews, notes, changes.

Everything that can be said as a constraint is said here, so that no path around the service's
Python can write nonsense.
"""

from alembic import op

revision = "0001"
down_revision = None

_TABLES = """
CREATE TABLE patients (
    id uuid PRIMARY KEY,
    clinic_id uuid NOT NULL,
    record_number varchar NOT NULL CHECK (length(record_number) BETWEEN 1 AND 64),
    record_key varchar COLLATE "C" NOT NULL CHECK (record_key <> ''),
    full_name varchar NOT NULL CHECK (length(full_name) BETWEEN 1 AND 200),
    name_key varchar COLLATE "C" NOT NULL,
    birth_date date CHECK (birth_date >= '1900-01-01'),
    sex varchar NOT NULL CHECK (sex IN ('', 'female', 'male', 'other', 'unknown')),
    fitzpatrick_type smallint CHECK (fitzpatrick_type BETWEEN 1 AND 6),
    contact varchar NOT NULL CHECK (length(contact) <= 500),
    risk_notes varchar NOT NULL CHECK (length(risk_notes) <= 4000),
    version integer NOT NULL CHECK (version >= 1),
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    archived_at timestamptz,
    CONSTRAINT patients_record_number_taken UNIQUE (clinic_id, record_key),
    CONSTRAINT patients_clinic_id_id UNIQUE (clinic_id, id)
);
CREATE INDEX patients_active ON patients (clinic_id, name_key, id) WHERE archived_at IS NULL;
CREATE INDEX patients_archived ON patients (clinic_id, name_key, id) WHERE archived_at IS NOT NULL;

CREATE TABLE patient_search_terms (
    patient_id uuid NOT NULL,
    term varchar COLLATE "C" NOT NULL,
    clinic_id uuid NOT NULL,
    PRIMARY KEY (patient_id, term),
    FOREIGN KEY (clinic_id, patient_id) REFERENCES patients (clinic_id, id)
);
CREATE INDEX patient_search_terms_by_clinic ON patient_search_terms (clinic_id, term, patient_id);

CREATE TABLE lesions (
    id uuid PRIMARY KEY,
    clinic_id uuid NOT NULL,
    patient_id uuid NOT NULL,
    body_site varchar NOT NULL CHECK (body_site IN (
        '', 'head_neck', 'upper_extremity', 'lower_extremity', 'anterior_torso',
        'posterior_torso', 'lateral_torso', 'palms_soles', 'oral_genital'
    )),
    view varchar CHECK (view IN ('front', 'back')),
    x real CHECK (x BETWEEN 0 AND 1),
    y real CHECK (y BETWEEN 0 AND 1),
    label varchar NOT NULL CHECK (length(label) <= 120),
    first_noted date CHECK (first_noted >= '1900-01-01'),
    status varchar NOT NULL CHECK (status IN ('observed', 'excised', 'closed')),
    version integer NOT NULL CHECK (version >= 1),
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    CONSTRAINT lesions_patient_id_id UNIQUE (patient_id, id),
    FOREIGN KEY (clinic_id, patient_id) REFERENCES patients (clinic_id, id),
    CHECK (num_nulls(view, x, y) IN (0, 3))
);

CREATE TABLE images (
    id uuid PRIMARY KEY,
    clinic_id uuid NOT NULL,
    patient_id uuid NOT NULL,
    lesion_id uuid,
    media_type varchar NOT NULL CHECK (media_type IN ('image/jpeg', 'image/png')),
    size integer NOT NULL CHECK (size > 0),
    width integer NOT NULL CHECK (width > 0),
    height integer NOT NULL CHECK (height > 0),
    sha256 varchar NOT NULL CHECK (length(sha256) = 64),
    quality varchar[] NOT NULL,
    duplicate_of uuid,
    captured_at timestamptz,
    created_at timestamptz NOT NULL,
    uploaded_by uuid NOT NULL,
    idempotency_key varchar CHECK (length(idempotency_key) BETWEEN 1 AND 128),
    upload_sha256 varchar NOT NULL CHECK (length(upload_sha256) = 64),
    CONSTRAINT images_clinic_id_patient_id_id UNIQUE (clinic_id, patient_id, id),
    FOREIGN KEY (clinic_id, patient_id) REFERENCES patients (clinic_id, id),
    FOREIGN KEY (patient_id, lesion_id) REFERENCES lesions (patient_id, id)
);
CREATE INDEX images_by_patient ON images (patient_id, id);
CREATE INDEX images_by_lesion ON images (lesion_id, id) WHERE lesion_id IS NOT NULL;
CREATE INDEX images_unsorted ON images (patient_id, id) WHERE lesion_id IS NULL;
CREATE INDEX images_by_digest ON images (patient_id, sha256);
CREATE UNIQUE INDEX images_idempotency_key
    ON images (clinic_id, uploaded_by, idempotency_key) WHERE idempotency_key IS NOT NULL;

CREATE TABLE detections (
    id uuid PRIMARY KEY,
    clinic_id uuid NOT NULL,
    patient_id uuid NOT NULL,
    image_id uuid NOT NULL,
    status varchar NOT NULL CHECK (status IN ('pending', 'complete', 'failed')),
    rediagnosis boolean NOT NULL,
    requested_by uuid NOT NULL,
    created_at timestamptz NOT NULL,
    finished_at timestamptz,
    failure_reason varchar CHECK (length(failure_reason) BETWEEN 1 AND 64),
    label varchar CHECK (label IN ('benign', 'malignant')),
    probability_malignant float CHECK (probability_malignant BETWEEN 0 AND 1),
    confidence float CHECK (confidence BETWEEN 0 AND 1),
    threshold float CHECK (threshold BETWEEN 0 AND 1),
    assessable boolean,
    quality varchar[],
    model_name varchar CHECK (length(model_name) BETWEEN 1 AND 100),
    model_version varchar CHECK (length(model_version) BETWEEN 1 AND 100),
    heatmap_rows smallint CHECK (heatmap_rows BETWEEN 1 AND 64),
    heatmap_columns smallint CHECK (heatmap_columns BETWEEN 1 AND 64),
    heatmap_values real[],
    heatmap_maximum real CHECK (heatmap_maximum >= 0),
    heatmap_target varchar CHECK (heatmap_target IN ('benign', 'malignant')),
    heatmap_method varchar,
    heatmap_layer varchar,
    due_at timestamptz,
    lease uuid,
    attempts smallint NOT NULL CHECK (attempts >= 0),
    CONSTRAINT detections_clinic_id_patient_id_id UNIQUE (clinic_id, patient_id, id),
    FOREIGN KEY (clinic_id, patient_id, image_id) REFERENCES images (clinic_id, patient_id, id),
    CONSTRAINT detections_pending_is_due
        CHECK ((status = 'pending') = (due_at IS NOT NULL)),
    CONSTRAINT detections_lease_is_of_pending CHECK (lease IS NULL OR status = 'pending'),
    CONSTRAINT detections_finished_has_a_time CHECK ((status = 'pending') = (finished_at IS NULL)),
    CONSTRAINT detections_failed_has_a_reason
        CHECK ((status = 'failed') = (failure_reason IS NOT NULL)),
    CONSTRAINT detections_complete_has_a_finding CHECK (
        num_nonnulls(label, probability_malignant, confidence, threshold, assessable, quality,
                     model_name, model_version) = CASE status WHEN 'complete' THEN 8 ELSE 0 END
    ),
    CONSTRAINT detections_heatmap_is_whole CHECK (
        num_nulls(heatmap_rows, heatmap_columns, heatmap_values, heatmap_maximum, heatmap_target,
                  heatmap_method, heatmap_layer) IN (0, 7)
        AND cardinality(heatmap_values) = heatmap_rows * heatmap_columns
    )
);
CREATE INDEX detections_by_patient ON detections (patient_id, id);
CREATE INDEX detections_by_image ON detections (image_id, id);
CREATE UNIQUE INDEX detections_of_upload ON detections (image_id) WHERE NOT rediagnosis;
CREATE INDEX detections_due ON detections (due_at) WHERE status = 'pending';
CREATE UNIQUE INDEX detections_lease ON detections (lease) WHERE lease IS NOT NULL;

CREATE FUNCTION keep_finished_detections() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a finished detection never changes' USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER detections_are_immutable_once_finished BEFORE UPDATE ON detections
    FOR EACH ROW WHEN (OLD.status <> 'pending') EXECUTE FUNCTION keep_finished_detections();

CREATE TABLE reviews (
    id uuid PRIMARY KEY,
    clinic_id uuid NOT NULL,
    patient_id uuid NOT NULL,
    detection_id uuid NOT NULL,
    verdict varchar NOT NULL CHECK (
        verdict IN ('agrees', 'benign', 'malignant', 'biopsy_benign', 'biopsy_malignant')
    ),
    note varchar NOT NULL CHECK (length(note) <= 4000),
    author_id uuid NOT NULL,
    created_at timestamptz NOT NULL,
    FOREIGN KEY (clinic_id, patient_id, detection_id)
        REFERENCES detections (clinic_id, patient_id, id)
);
CREATE INDEX reviews_by_patient ON reviews (patient_id, id);
CREATE INDEX reviews_by_detection ON reviews (detection_id, id);

CREATE TABLE notes (
    id uuid PRIMARY KEY,
    clinic_id uuid NOT NULL,
    patient_id uuid NOT NULL,
    lesion_id uuid,
    text varchar NOT NULL CHECK (length(text) BETWEEN 1 AND 4000),
    author_id uuid NOT NULL,
    created_at timestamptz NOT NULL,
    FOREIGN KEY (clinic_id, patient_id) REFERENCES patients (clinic_id, id),
    FOREIGN KEY (patient_id, lesion_id) REFERENCES lesions (patient_id, id)
);
CREATE INDEX notes_by_patient ON notes (patient_id, id);
CREATE INDEX notes_by_lesion ON notes (lesion_id, id) WHERE lesion_id IS NOT NULL;

CREATE TABLE changes (
    id uuid PRIMARY KEY,
    clinic_id uuid NOT NULL,
    patient_id uuid NOT NULL,
    lesion_id uuid,
    action varchar NOT NULL CHECK (
        action IN ('created', 'updated', 'archived', 'restored', 'image_moved')
    ),
    fields varchar[] NOT NULL,
    author_id uuid NOT NULL,
    created_at timestamptz NOT NULL,
    FOREIGN KEY (clinic_id, patient_id) REFERENCES patients (clinic_id, id),
    FOREIGN KEY (patient_id, lesion_id) REFERENCES lesions (patient_id, id)
);
CREATE INDEX changes_by_patient ON changes (patient_id, id);
CREATE INDEX changes_by_lesion ON changes (lesion_id, id) WHERE lesion_id IS NOT NULL;
"""


def upgrade() -> None:
    op.execute(_TABLES)
