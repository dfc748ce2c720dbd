"""The tables of database `patients`.

Every row names its clinic; row-level security shows callers only the rows of their own clinic, and
foreign keys include clinic or patient, so that no row can refer to another one's record.
"""

from patient_service.models.assignments import Assignment
from patient_service.models.audit import AuditEnd, AuditEntry
from patient_service.models.detections import Detection
from patient_service.models.figures import PatientFigures
from patient_service.models.history import Change, Note
from patient_service.models.images import Image
from patient_service.models.lesions import Lesion
from patient_service.models.markings import Marking
from patient_service.models.merges import Merge
from patient_service.models.overviews import Pin
from patient_service.models.patients import Patient, SearchTerm
from patient_service.models.reviews import Review
from patient_service.models.table import Table
from patient_service.models.worklist import WorklistEntry

__all__ = [
    "Assignment",
    "AuditEnd",
    "AuditEntry",
    "Change",
    "Detection",
    "Image",
    "Lesion",
    "Marking",
    "Merge",
    "Note",
    "Patient",
    "PatientFigures",
    "Pin",
    "Review",
    "SearchTerm",
    "Table",
    "WorklistEntry",
]
