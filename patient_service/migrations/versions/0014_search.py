"""Search: terms that don't mind spaces, hyphens, apostrophes and digraphs, and likeness of names.

pg_trgm is a trusted extension: a database's owner may create it, no superuser is needed.
"""

import sqlalchemy as sa
from alembic import op

from patient_service.search.terms import search_terms, search_words
from service_kit.migrations import app_role

revision = "0014"
down_revision = "0013"

_BATCH = 1000

_COLUMN = """
CREATE EXTENSION IF NOT EXISTS pg_trgm;
ALTER TABLE patients ADD COLUMN search_words varchar NOT NULL DEFAULT '';
"""

# The operators of pg_trgm aren't leakproof, so under row-level security they would be tried on
# every row of the clinic. This function reads as the tables' owner, names the caller's clinic
# itself, and gives away nothing but identifiers, which the caller then reads under the policies.
_LIKENESS = """
CREATE INDEX patients_search_words ON patients USING gin (search_words gin_trgm_ops);
CREATE FUNCTION patients_like(words text) RETURNS TABLE (patient_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp
SET pg_trgm.strict_word_similarity_threshold = 0.4 AS $$
    SELECT id FROM patients
    WHERE words <<% search_words
        AND clinic_id = (SELECT NULLIF(current_setting('dermis.clinic_id', true), '')::uuid)
    ORDER BY strict_word_similarity(words, search_words) DESC, name_key, id
$$;
REVOKE EXECUTE ON FUNCTION patients_like(text) FROM PUBLIC;
"""


def upgrade() -> None:
    op.execute(_COLUMN)
    _index_again(op.get_bind())
    op.execute(_LIKENESS)
    role = op.get_bind().dialect.identifier_preparer.quote(app_role())
    op.execute(f"GRANT EXECUTE ON FUNCTION patients_like(text) TO {role}")


def _index_again(connection: sa.Connection) -> None:
    """Write every patient's terms anew."""
    rows = connection.execute(
        sa.text("SELECT id, clinic_id, full_name, record_number, birth_date FROM patients")
    ).all()
    connection.execute(sa.text("DELETE FROM patient_search_terms"))
    for start in range(0, len(rows), _BATCH):
        some = rows[start : start + _BATCH]
        connection.execute(
            sa.text("UPDATE patients SET search_words = :words WHERE id = :id"),
            [{"id": row.id, "words": search_words(row.full_name)} for row in some],
        )
        connection.execute(
            sa.text(
                "INSERT INTO patient_search_terms (patient_id, clinic_id, term)"
                " VALUES (:id, :clinic, :term)"
            ),
            [
                {"id": row.id, "clinic": row.clinic_id, "term": term}
                for row in some
                for term in search_terms(row.full_name, row.record_number, row.birth_date)
            ],
        )
