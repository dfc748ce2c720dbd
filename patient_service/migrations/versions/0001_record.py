"""Patients, images, detections and the audit, with row-level security by clinic."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from service_kit.migrations import app_role

revision = "0001"
down_revision = None

MOMENT = sa.DateTime(timezone=True)
TENANT_TABLES = ("patients", "images", "detections")


def upgrade() -> None:
    op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    _create_patients()
    _create_images()
    _create_detections()
    _create_audit()
    _secure_rows()
    _create_lease_functions()
    _grant()


def _create_patients() -> None:
    op.create_table(
        "patients",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("clinic_id", sa.Uuid, nullable=False),
        sa.Column("record_number", sa.String, nullable=False),
        sa.Column("full_name", sa.String, nullable=False),
        sa.Column("search_key", sa.String, nullable=False),
        sa.Column("birth_date", sa.Date),
        sa.Column("sex", sa.String, nullable=False),
        sa.Column("fitzpatrick_type", sa.Integer),
        sa.Column("contact", sa.String, nullable=False),
        sa.Column("notes", sa.String, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.UniqueConstraint("clinic_id", "record_number", name="patients_record_number"),
        sa.CheckConstraint("length(record_number) BETWEEN 1 AND 64", name="patients_number_length"),
        sa.CheckConstraint("length(full_name) BETWEEN 1 AND 200", name="patients_name_length"),
        sa.CheckConstraint("fitzpatrick_type BETWEEN 1 AND 6", name="patients_fitzpatrick"),
        sa.CheckConstraint(
            "sex IN ('', 'female', 'male', 'other', 'unknown')", name="patients_sex"
        ),
        sa.CheckConstraint("version >= 1", name="patients_version"),
    )
    # The list's order, and the search for the beginning of any word.
    op.create_index("patients_by_name", "patients", ["clinic_id", "search_key", "id"])
    op.create_index(
        "patients_by_words",
        "patients",
        ["search_key"],
        postgresql_using="gin",
        postgresql_ops={"search_key": "gin_trgm_ops"},
    )


def _create_images() -> None:
    op.create_table(
        "images",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("clinic_id", sa.Uuid, nullable=False),
        sa.Column("patient_id", sa.Uuid, sa.ForeignKey("patients.id"), nullable=False),
        sa.Column("media_type", sa.String, nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("width", sa.Integer, nullable=False),
        sa.Column("height", sa.Integer, nullable=False),
        sa.Column("sha256", sa.String, nullable=False),
        sa.Column("captured_at", MOMENT),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("created_by", sa.Uuid, nullable=False),
        sa.Column("sent_sha256", sa.String, nullable=False),
        sa.Column("idempotency_key", sa.String),
        sa.UniqueConstraint("created_by", "idempotency_key", name="images_idempotency_key"),
        sa.CheckConstraint("media_type IN ('image/jpeg', 'image/png')", name="images_media_type"),
        sa.CheckConstraint("size > 0 AND width > 0 AND height > 0", name="images_size"),
        sa.CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name="images_sha256"),
    )
    op.create_index("images_by_patient", "images", ["patient_id", "created_at", "id"])


def _create_detections() -> None:
    op.create_table(
        "detections",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("clinic_id", sa.Uuid, nullable=False),
        sa.Column("patient_id", sa.Uuid, sa.ForeignKey("patients.id"), nullable=False),
        sa.Column("image_id", sa.Uuid, sa.ForeignKey("images.id"), nullable=False),
        sa.Column("status", sa.String, nullable=False),
        sa.Column("label", sa.String),
        sa.Column("probability_malignant", sa.Float),
        sa.Column("confidence", sa.Float),
        sa.Column("threshold", sa.Float),
        sa.Column("assessable", sa.Boolean),
        sa.Column("quality", JSONB, nullable=False),
        sa.Column("model_name", sa.String),
        sa.Column("model_version", sa.String),
        sa.Column("heatmap", JSONB),
        sa.Column("failure_reason", sa.String),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("finished_at", MOMENT),
        sa.Column("lease", sa.Uuid),
        sa.Column("claimable_at", MOMENT, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.CheckConstraint("status IN ('pending', 'complete', 'failed')", name="detections_status"),
        sa.CheckConstraint("label IN ('benign', 'malignant')", name="detections_label"),
        sa.CheckConstraint(
            "probability_malignant BETWEEN 0 AND 1 AND threshold BETWEEN 0 AND 1",
            name="detections_shares",
        ),
        sa.CheckConstraint(
            "(status = 'complete') = (label IS NOT NULL AND model_version IS NOT NULL"
            " AND probability_malignant IS NOT NULL AND heatmap IS NOT NULL)",
            name="detections_complete",
        ),
        sa.CheckConstraint(
            "(status = 'failed') = (failure_reason IS NOT NULL)", name="detections_failed"
        ),
        sa.CheckConstraint(
            "(status = 'pending') = (finished_at IS NULL)", name="detections_finished"
        ),
    )
    op.create_index("detections_by_patient", "detections", ["patient_id", "created_at", "id"])
    op.create_index("detections_by_image", "detections", ["image_id", "id"])
    op.create_index(
        "detections_pending",
        "detections",
        ["claimable_at"],
        postgresql_where=sa.text("status = 'pending'"),
    )
    op.create_index(
        "detections_by_lease",
        "detections",
        ["lease"],
        unique=True,
        postgresql_where=sa.text("lease IS NOT NULL"),
    )
    # A diagnosis that a clinician has seen stays as it was, whoever asks.
    op.execute(
        """
        CREATE FUNCTION refuse_change_of_finished_detection() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION 'a finished detection is immutable';
        END $$
        """
    )
    op.execute(
        """
        CREATE TRIGGER finished_detections_are_immutable BEFORE UPDATE ON detections
        FOR EACH ROW WHEN (OLD.status <> 'pending')
        EXECUTE FUNCTION refuse_change_of_finished_detection()
        """
    )


def _create_audit() -> None:
    op.create_table(
        "audit_events",
        sa.Column("seq", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("event", sa.String(64), nullable=False),
        sa.Column("actor_id", sa.Uuid),
        sa.Column("subject_id", sa.Uuid),
        sa.Column("clinic_id", sa.Uuid),
        sa.Column("request_id", sa.String(64), nullable=False),
        sa.Column("client_address", sa.String(64), nullable=False),
        sa.Column("detail", JSONB, nullable=False),
        sa.Column("previous_hash", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.UniqueConstraint("hash"),
    )
    for column in ("event", "actor_id", "subject_id"):
        op.create_index(f"ix_audit_events_{column}", "audit_events", [column])


def _secure_rows() -> None:
    for table in TENANT_TABLES:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY own_clinic ON {table} USING"
            " (clinic_id = nullif(current_setting('dermis.clinic_id', true), '')::uuid)"
        )


def _create_lease_functions() -> None:
    # These run as the tables' owner, whom row-level security does not bind: the one way in for
    # a caller without a clinic, and it shows nothing but leases.
    op.execute(
        """
        CREATE FUNCTION claim_pending_detections(most integer, lease_for interval)
        RETURNS TABLE (detection_id uuid, lease uuid, attempt integer)
        LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
            UPDATE public.detections AS taken
            SET lease = gen_random_uuid(),
                claimable_at = now() + lease_for,
                attempts = taken.attempts + 1
            FROM (
                SELECT id FROM public.detections
                WHERE status = 'pending' AND claimable_at <= now()
                ORDER BY claimable_at LIMIT most FOR UPDATE SKIP LOCKED
            ) AS waiting
            WHERE taken.id = waiting.id
            RETURNING taken.id, taken.lease, taken.attempts
        $$
        """
    )
    op.execute(
        """
        CREATE FUNCTION clinic_of_lease(wanted uuid) RETURNS uuid
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
            SELECT clinic_id FROM public.detections
            WHERE lease = wanted AND status = 'pending' AND claimable_at > now()
        $$
        """
    )


def _grant() -> None:
    role = app_role()
    op.execute(f'GRANT USAGE ON SCHEMA public TO "{role}"')
    for table in TENANT_TABLES:
        op.execute(f'GRANT SELECT, INSERT, UPDATE ON {table} TO "{role}"')
    # Append-only: what is written can't be unwritten by the service.
    op.execute(f'GRANT SELECT, INSERT ON audit_events TO "{role}"')
    for function in ("claim_pending_detections(integer, interval)", "clinic_of_lease(uuid)"):
        op.execute(f"REVOKE ALL ON FUNCTION {function} FROM PUBLIC")
        op.execute(f'GRANT EXECUTE ON FUNCTION {function} TO "{role}"')
