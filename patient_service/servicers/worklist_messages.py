"""Entries of worklists as messages of the contract."""

from dermis.patient.v1 import patient_pb2 as pb
from patient_service.servicers.detection_messages import detection_message
from patient_service.servicers.enum_words import BODY_SITE
from patient_service.servicers.review_messages import review_message
from patient_service.worklists import lists


def entry_message(entry: lists.Entry) -> pb.WorklistEntry:
    """An entry of a list, without its heatmap."""
    row = entry.row
    return pb.WorklistEntry(
        detection=detection_message(row, row.lesion_id, with_heatmap=False),
        full_name=row.full_name,
        record_number=row.record_number,
        birth_date=row.birth_date.isoformat() if row.birth_date else "",
        lesion_label=row.lesion_label or "",
        body_site=BODY_SITE.number(row.body_site or ""),
        uploaded_by=str(row.uploaded_by),
        assigned_to=str(row.assigned_to or ""),
        review=review_message(entry.review) if entry.review else None,
        due_on=row.due_on.isoformat() if row.due_on else "",
    )
