"""Detections and findings as messages of the contract, and back."""

from typing import Any
from uuid import UUID

from dermis.patient.v1 import patient_pb2 as pb
from patient_service.detections.findings import Failure, Finding, Heatmap, Outcome, SeenPart
from patient_service.models import Detection
from patient_service.servicers.enum_words import DETECTION_STATUS
from patient_service.servicers.messages import optional_time


def outcome(message: pb.RecordDetectionRequest | pb.FinishDetectionRequest) -> Outcome | None:
    """How assessing an image ended; None while that is open."""
    match message.WhichOneof("outcome"):
        case "finding":
            return _finding(message.finding)
        case "failure_reason":
            return Failure(message.failure_reason)
        case _:
            return None


def _finding(finding: pb.Finding) -> Finding:
    return Finding(
        label=finding.label,
        probability_malignant=finding.probability_malignant,
        confidence=finding.confidence,
        threshold=finding.threshold,
        assessable=finding.assessable,
        model_name=finding.model_name,
        model_version=finding.model_version,
        quality=list(finding.quality),
        heatmap=_heatmap(finding.heatmap) if finding.HasField("heatmap") else None,
        differential={entry.diagnosis: entry.probability for entry in finding.differential},
        seen=_seen(finding.seen) if finding.HasField("seen") else None,
        zone=finding.zone or None,
    )


def _seen(seen: pb.SeenPart) -> SeenPart:
    return SeenPart(left=seen.left, top=seen.top, width=seen.width, height=seen.height)


def _heatmap(heatmap: pb.Heatmap) -> Heatmap:
    return Heatmap(
        rows=heatmap.rows,
        columns=heatmap.columns,
        values=list(heatmap.values),
        maximum=heatmap.maximum,
        target=heatmap.target,
        method=heatmap.method,
        layer=heatmap.layer,
    )


def detection_message(
    row: Detection, lesion_id: UUID | None, *, with_heatmap: bool = True
) -> pb.Detection:
    """A detection as the contract has it."""
    return pb.Detection(
        id=str(row.id),
        patient_id=str(row.patient_id),
        image_id=str(row.image_id),
        status=DETECTION_STATUS.number(row.status),
        finding=_finding_message(row, with_heatmap) if row.status == "complete" else None,
        failure_reason=row.failure_reason or "",
        created_at=optional_time(row.created_at),
        finished_at=optional_time(row.finished_at),
        lesion_id=str(lesion_id or ""),
        rediagnosis=row.rediagnosis,
        requested_by=str(row.requested_by),
    )


def _finding_message(row: Any, with_heatmap: bool) -> pb.Finding:
    # `Any`: PostgreSQL keeps these columns filled together, which their types can't say.
    heatmap = None
    if with_heatmap and row.heatmap_rows:
        heatmap = pb.Heatmap(
            rows=row.heatmap_rows,
            columns=row.heatmap_columns,
            values=row.heatmap_values,
            maximum=row.heatmap_maximum,
            target=row.heatmap_target,
            method=row.heatmap_method,
            layer=row.heatmap_layer,
        )
    return pb.Finding(
        label=row.label,
        probability_malignant=row.probability_malignant,
        confidence=row.confidence,
        threshold=row.threshold,
        assessable=row.assessable,
        quality=row.quality,
        model_name=row.model_name,
        model_version=row.model_version,
        heatmap=heatmap,
        differential=[
            pb.DifferentialDiagnosis(diagnosis=diagnosis, probability=probability)
            for diagnosis, probability in sorted(
                (row.differential or {}).items(), key=lambda entry: -entry[1]
            )
        ],
        seen=pb.SeenPart(**row.seen) if row.seen else None,
        zone=row.zone or "",
    )
