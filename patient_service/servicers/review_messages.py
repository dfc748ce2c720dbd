"""Verdicts as messages of the contract, and back."""

from dermis.patient.v1 import patient_pb2 as pb
from patient_service.models import Review
from patient_service.servicers.enum_words import CHECKLIST_KIND, MANAGEMENT, VERDICT
from patient_service.servicers.messages import optional_time
from patient_service.verdicts import verdict_fields
from patient_service.verdicts.diagnoses import DIAGNOSES
from patient_service.verdicts.reviews import GivenReview


def verdict_content(request: pb.AddReviewRequest) -> verdict_fields.Content:
    """Read and check what a verdict says."""
    checklist = histology = None
    if request.HasField("checklist"):
        kind = CHECKLIST_KIND.word(request.checklist.kind)
        checklist = verdict_fields.Checklist(kind, dict(request.checklist.items))
    if request.HasField("histology"):
        found = request.histology
        histology = verdict_fields.Histology(
            _diagnosis(found.diagnosis), found.reported_on, found.source
        )
    return verdict_fields.Content.checked(
        verdict=VERDICT.word(request.verdict),
        note=request.note,
        diagnosis=_diagnosis(request.diagnosis) if request.HasField("diagnosis") else None,
        checklist=checklist,
        management=MANAGEMENT.word(request.management),
        monitor_until=request.monitor_until,
        histology=histology,
    )


def _diagnosis(message: pb.Diagnosis) -> verdict_fields.Diagnosis:
    return verdict_fields.Diagnosis(code=message.code, text=message.text)


def review_message(given: GivenReview) -> pb.Review:
    """A verdict as the contract has it."""
    row = given.review
    return pb.Review(
        id=str(row.id),
        detection_id=str(row.detection_id),
        image_id=str(row.image_id),
        verdict=VERDICT.number(row.verdict),
        note=row.note,
        author_id=str(row.author_id),
        created_at=optional_time(row.created_at),
        diagnosis=_diagnosis_message(row.diagnosis_code, row.diagnosis_text),
        checklist=_checklist_message(row),
        management=MANAGEMENT.number(row.management or ""),
        monitor_until=row.monitor_until.isoformat() if row.monitor_until else "",
        histology=_histology_message(row),
        replaces=str(row.replaces or ""),
        replaced_by=str(given.replaced_by or ""),
        given_on=pb.GivenOn(
            detection_id=str(row.detection_id),
            model_name=given.model_name or "",
            model_version=given.model_version or "",
            label=given.label or "",
            probability_malignant=given.probability_malignant or 0,
            assessable=bool(given.assessable),
        ),
    )


def _diagnosis_message(code: str | None, text: str | None) -> pb.Diagnosis | None:
    if not code and not text:
        return None
    # A code that a newer version has stored is shown without its classifications.
    known = DIAGNOSES.get(code or "")
    return pb.Diagnosis(
        code=code or "",
        text=text or "",
        icd_o=known.icd_o if known else "",
        icd_11=known.icd_11 if known else "",
    )


def _checklist_message(row: Review) -> pb.Checklist | None:
    if row.checklist is None:
        return None
    return pb.Checklist(
        kind=CHECKLIST_KIND.number(row.checklist),
        items=row.checklist_items,
        # A real from the table: 5.15 must not come back as 5.150000095.
        score=round(row.checklist_score or 0, 2),
    )


def _histology_message(row: Review) -> pb.Histology | None:
    diagnosis = _diagnosis_message(row.histology_code, row.histology_text)
    if not (diagnosis or row.histology_on or row.histology_source):
        return None
    return pb.Histology(
        diagnosis=diagnosis,
        reported_on=row.histology_on.isoformat() if row.histology_on else "",
        source=row.histology_source or "",
    )
