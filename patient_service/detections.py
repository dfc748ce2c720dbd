"""The rules of detections: pending, then complete or failed, and immutable from there.

A pending detection is finished by whoever holds its lease. Leases are claimed across clinics by
a database function (see the migrations), since the services that finish belong to none.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import text, tuple_
from sqlmodel import col, select

from patient_service import audit, images, patients
from patient_service.audit import Event
from patient_service.models import Detection, Image, Status
from service_kit.clock import now
from service_kit.database import current_session
from service_kit.errors import Code, DomainError

LABELS = ("benign", "malignant")
MAX_GRID_CELLS = 64 * 64


@dataclass(frozen=True, slots=True)
class Heatmap:
    """A class activation map on the model's own grid, row by row, ≥ 0, not scaled."""

    rows: int
    columns: int
    values: list[float]
    target: str
    method: str
    layer: str


@dataclass(frozen=True, slots=True)
class Finding:
    """What the model said. Probabilities lie in 0 to 1."""

    label: str
    probability_malignant: float
    confidence: float
    threshold: float
    assessable: bool
    model_name: str
    model_version: str
    heatmap: Heatmap
    quality: list[str] = field(default_factory=list)


async def record(image_id: UUID, finding: Finding | None) -> Detection:
    """Record what the model said of an image; without a finding, that it is still to be asked.

    Raises:
        DomainError: NOT_FOUND IMAGE_NOT_FOUND; INVALID_ARGUMENT INVALID_FINDING.
    """
    image = await images.find(image_id)
    detection = Detection(clinic_id=image.clinic_id, patient_id=image.patient_id, image_id=image.id)
    if finding:
        _complete(detection, finding)
    current_session().add(detection)
    await current_session().flush()
    await audit.record(
        Event.DETECTION_RECORDED,
        image.patient_id,
        detection=str(detection.id),
        status=detection.status,
    )
    return detection


async def get(detection_id: UUID) -> Detection:
    """One detection of the caller's clinic.

    Raises:
        DomainError: NOT_FOUND DETECTION_NOT_FOUND, also for another clinic's.
    """
    detection = await current_session().get(Detection, detection_id)
    if detection is None:
        await audit.record(Event.REFUSED_NOT_FOUND, None, noun="detection", id=str(detection_id))
        raise DomainError(
            Code.NOT_FOUND,
            "DETECTION_NOT_FOUND",
            "There is no such detection.",
            keep_changes=True,
        )
    await audit.record(Event.DETECTION_VIEWED, detection.patient_id, detection=str(detection.id))
    return detection


async def of_image(image_id: UUID) -> Detection | None:
    """The first detection of an image, if there is one."""
    query = (
        select(Detection)
        .where(col(Detection.image_id) == image_id)
        .order_by(col(Detection.id))
        .limit(1)
    )
    return (await current_session().exec(query)).first()


async def page(
    patient_id: UUID, limit: int, position: str | None
) -> tuple[Sequence[Detection], str]:
    """A page of a patient's detections, newest first.

    Returns:
        The rows, and the position of the next page ("" on the last).

    Raises:
        DomainError: NOT_FOUND PATIENT_NOT_FOUND.
    """
    await patients.find(patient_id)
    key = tuple_(col(Detection.created_at), col(Detection.id))
    query = (
        select(Detection)
        .where(col(Detection.patient_id) == patient_id)
        .order_by(col(Detection.created_at).desc(), col(Detection.id).desc())
        .limit(limit + 1)
    )
    if position:
        moment, last_id = json.loads(position)
        query = query.where(key < (datetime.fromisoformat(moment), UUID(last_id)))
    rows = (await current_session().exec(query)).all()
    await audit.record(Event.DETECTIONS_LISTED, patient_id, rows=min(len(rows), limit))
    if len(rows) <= limit:
        return rows, ""
    last = rows[limit - 1]
    return rows[:limit], json.dumps([last.created_at.isoformat(), str(last.id)])


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to finish one detection."""

    detection_id: UUID
    lease: UUID
    attempt: int


async def claim(limit: int, lease_seconds: int) -> list[Claim]:
    """Take the oldest pending detections of any clinic; others skip them until the lease ends."""
    rows = await current_session().execute(
        text("SELECT detection_id, lease, attempt FROM claim_pending_detections(:limit, :lease)"),
        {"limit": limit, "lease": timedelta(seconds=lease_seconds)},
    )
    return [Claim(*row) for row in rows]


async def open_lease(lease: UUID) -> tuple[Detection, Image]:
    """The detection and image of a lease; from here the transaction sees their clinic's rows.

    Raises:
        DomainError: NOT_FOUND LEASE_NOT_FOUND when it has ended or was taken over.
    """
    session = current_session()
    clinic_id = await session.scalar(text("SELECT clinic_of_lease(:lease)"), {"lease": lease})
    if clinic_id is None:
        raise DomainError(
            Code.NOT_FOUND, "LEASE_NOT_FOUND", "This lease has ended; claim the detection again."
        )
    await session.execute(
        text("SELECT set_config('dermis.clinic_id', :clinic, true)"), {"clinic": str(clinic_id)}
    )
    query = select(Detection).where(col(Detection.lease) == lease).with_for_update()
    detection = (await session.exec(query)).one()
    return detection, await images.find(detection.image_id)


async def finish(
    lease: UUID,
    *,
    finding: Finding | None = None,
    failure_reason: str = "",
    retry_after: timedelta | None = None,
) -> None:
    """Complete, fail or give back the detection of a lease; exactly one outcome is given.

    Raises:
        DomainError: NOT_FOUND LEASE_NOT_FOUND; INVALID_ARGUMENT INVALID_FINDING.
    """
    detection, _ = await open_lease(lease)
    detection.lease = None
    if finding:
        _complete(detection, finding)
    elif failure_reason:
        detection.status = Status.FAILED
        detection.failure_reason = failure_reason
        detection.finished_at = now()
    else:
        detection.claimable_at = now() + (retry_after or timedelta())
    await current_session().flush()
    if detection.status != Status.PENDING:
        await audit.record(
            Event.DETECTION_FINISHED,
            detection.patient_id,
            detection=str(detection.id),
            status=detection.status,
        )


def _complete(detection: Detection, finding: Finding) -> None:
    _check(finding)
    for name in (
        "label", "probability_malignant", "confidence", "threshold", "assessable", "quality",
        "model_name", "model_version",
    ):  # fmt: skip
        setattr(detection, name, getattr(finding, name))
    detection.heatmap = asdict(finding.heatmap)
    detection.status = Status.COMPLETE
    detection.finished_at = now()


def _check(finding: Finding) -> None:
    shares = (finding.probability_malignant, finding.confidence, finding.threshold)
    grid = finding.heatmap
    sound = (
        finding.label in LABELS
        and all(0 <= share <= 1 for share in shares)
        and finding.model_name
        and finding.model_version
        and 0 < grid.rows * grid.columns == len(grid.values) <= MAX_GRID_CELLS
        and all(0 <= value < float("inf") for value in grid.values)
    )
    if not sound:
        raise DomainError(
            Code.INVALID_ARGUMENT, "INVALID_FINDING", "The model's answer is not a finding."
        )
