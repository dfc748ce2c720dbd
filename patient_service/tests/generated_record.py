"""A clinic's record of any size, written straight into the tables."""

import random
from uuid import UUID

import psycopg

from patient_service.search.name_folding import search_key
from patient_service.search.terms import search_terms, search_words
from service_kit.ids import new_id

IMAGES_PER_PATIENT = 20
DETECTIONS_PER_IMAGE = 5

_SYLLABLES = [consonant + vowel for consonant in "bcdfglmnprstv" for vowel in "aeiou"]


def generate(owner_url: str, clinic: UUID, patients: int) -> list[UUID]:
    """Fill a clinic: per patient 20 images of 1,000 days, per image 5 detections, of which
    one in twenty says malignant and one has a verdict.

    Returns:
        The patients' identifiers.
    """
    chance = random.Random(7)
    rows = [(new_id(), f"R-{number:06}", _name(chance)) for number in range(patients)]
    with psycopg.connect(owner_url.replace("+psycopg", ""), autocommit=True) as connection:
        # A trigger for each of a million rows would take longer than all that is measured.
        for table in ("patients", "images", "detections", "reviews", "worklist"):
            connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        _copy_patients(connection, clinic, rows)
        for statement in (_IMAGES, _DETECTIONS, _REVIEWS, _NOTES, _CHANGES):
            connection.execute(statement, {"clinic": clinic})
        _fill_worklist(connection)
    return [patient_id for patient_id, _, _ in rows]


def add_photos(owner_url: str, patient: UUID, photos: int) -> None:
    """Leave a patient so many photos, all of which wait for a verdict, and nobody any other."""
    with psycopg.connect(owner_url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("TRUNCATE reviews, worklist, detections, images CASCADE")
        for table in ("images", "detections", "worklist"):
            connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        given = {"patient": patient, "photos": photos}
        connection.execute(_PHOTOS_OF_ONE, given)
        connection.execute(_ANSWERS_OF_ONE, given)
        for table in ("patients", "images", "detections", "reviews", "worklist"):
            connection.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        _fill_worklist(connection)


def restate(owner_url: str, clinic: UUID, *statements: str) -> None:
    """Change a generated record by SQL on `%(clinic)s`, and have its worklists say so."""
    with psycopg.connect(owner_url.replace("+psycopg", ""), autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement, {"clinic": clinic})
        _fill_worklist(connection)


def _fill_worklist(connection: psycopg.Connection) -> None:
    connection.execute("VACUUM ANALYZE")
    connection.execute("TRUNCATE worklist")
    connection.execute("INSERT INTO worklist SELECT * FROM worklist_now")
    connection.execute("TRUNCATE patient_figures")
    connection.execute("INSERT INTO patient_figures SELECT * FROM patient_figures_now")
    connection.execute("VACUUM ANALYZE worklist, patient_figures")


def _name(chance: random.Random) -> str:
    def word() -> str:
        return "".join(chance.choices(_SYLLABLES, k=chance.randint(2, 4))).title()

    return f"{word()} {word()}"


def _copy_patients(
    connection: psycopg.Connection, clinic: UUID, rows: list[tuple[UUID, str, str]]
) -> None:
    patients = (
        "COPY patients (id, clinic_id, record_number, record_key, full_name, name_key,"
        " search_words, sex,"
        " contact, risk_notes, version, created_at, updated_at) FROM STDIN"
    )
    terms = "COPY patient_search_terms (patient_id, clinic_id, term) FROM STDIN"
    with connection.cursor() as cursor:
        with cursor.copy(patients) as copy:
            for patient_id, number, name in rows:
                keys = (number, search_key(number), name, search_key(name), search_words(name))
                moment = "2026-01-01T00:00:00Z"
                copy.write_row((patient_id, clinic, *keys, "", "", "", 1, moment, moment))
        with cursor.copy(terms) as copy:
            for patient_id, number, name in rows:
                for term in search_terms(name, number):
                    copy.write_row((patient_id, clinic, term))


# uuidv7(interval) shifts the time in the identifier (PostgreSQL 18).
_IMAGES = f"""
    INSERT INTO images (
        id, clinic_id, patient_id, media_type, size, width, height, sha256, quality, created_at,
        uploaded_by, upload_sha256
    )
    SELECT
        uuidv7(random() * interval '-1000 days'), p.clinic_id, p.id, 'image/jpeg', 100000, 765,
        572, repeat('0', 64), '{{}}', now(), p.clinic_id, repeat('0', 64)
    FROM patients p, generate_series(1, {IMAGES_PER_PATIENT}) WHERE p.clinic_id = %(clinic)s
"""

_DETECTIONS = f"""
    INSERT INTO detections (
        id, clinic_id, patient_id, image_id, status, rediagnosis, requested_by, created_at,
        finished_at, label, probability_malignant, confidence, threshold, assessable, quality,
        model_name, model_version, heatmap_rows, heatmap_columns, heatmap_values,
        heatmap_maximum, heatmap_target, heatmap_method, heatmap_layer, attempts
    )
    SELECT
        uuidv7(random() * interval '-1000 days'), i.clinic_id, i.patient_id, i.id, 'complete',
        number > 1, i.uploaded_by, now(), now(),
        CASE WHEN random() < 0.05 THEN 'malignant' ELSE 'benign' END, 0.1, 0.9, 0.3, true, '{{}}',
        'lesion', '1', 7, 7, array_fill(0.5::real, ARRAY[49]), 1, 'benign', 'grad-cam',
        'conv_head', 0
    FROM images i, generate_series(1, {DETECTIONS_PER_IMAGE}) AS number
    WHERE i.clinic_id = %(clinic)s
"""

_REVIEWS = """
    INSERT INTO reviews (
        id, clinic_id, patient_id, image_id, detection_id, verdict, note, author_id, created_at
    )
    SELECT
        uuidv7(random() * interval '-1000 days'), clinic_id, patient_id, image_id, id, 'agrees',
        '', clinic_id, now()
    FROM detections WHERE clinic_id = %(clinic)s AND NOT rediagnosis
"""

_NOTES = """
    INSERT INTO notes (id, clinic_id, patient_id, text, author_id, created_at)
    SELECT uuidv7(random() * interval '-1000 days'), clinic_id, id, 'seen', clinic_id, now()
    FROM patients, generate_series(1, 5) WHERE clinic_id = %(clinic)s
"""

_CHANGES = """
    INSERT INTO changes (id, clinic_id, patient_id, action, fields, author_id, created_at)
    SELECT
        uuidv7(random() * interval '-1000 days'), clinic_id, id, 'updated', '{contact}',
        clinic_id, now()
    FROM patients, generate_series(1, 3) WHERE clinic_id = %(clinic)s
"""

_PHOTOS_OF_ONE = """
    INSERT INTO images (
        id, clinic_id, patient_id, media_type, size, width, height, sha256, quality, created_at,
        uploaded_by, upload_sha256
    )
    SELECT
        uuidv7(random() * interval '-1000 days'), p.clinic_id, p.id, 'image/jpeg', 100000, 765,
        572, encode(sha256(number::text::bytea), 'hex'), '{}', now(), p.clinic_id, repeat('0', 64)
    FROM patients p, generate_series(1, %(photos)s) AS number WHERE p.id = %(patient)s
"""

_ANSWERS_OF_ONE = """
    INSERT INTO detections (
        id, clinic_id, patient_id, image_id, status, rediagnosis, requested_by, created_at,
        finished_at, label, probability_malignant, confidence, threshold, assessable, quality,
        model_name, model_version, heatmap_rows, heatmap_columns, heatmap_values,
        heatmap_maximum, heatmap_target, heatmap_method, heatmap_layer, attempts
    )
    SELECT
        uuidv7(random() * interval '-1000 days'), i.clinic_id, i.patient_id, i.id, 'complete',
        false, i.uploaded_by, now(), now(), 'benign', 0.1, 0.9, 0.3, true, '{}', 'lesion', '1', 7,
        7, array_fill(0.5::real, ARRAY[49]), 1, 'benign', 'grad-cam', 'conv_head', 0
    FROM images i WHERE i.patient_id = %(patient)s
"""
