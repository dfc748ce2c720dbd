"""The contract's enums as the words in the tables: SEX_FEMALE is "female"."""

from typing import Any

from dermis.patient.v1 import patient_pb2 as pb
from service_kit.errors import DomainError
from service_kit.reasons import Reason


class EnumWords:
    """One enum's numbers and words; number 0 (unspecified) is the empty word.

    Args:
        enum: the generated enum.
        prefix: what all its names begin with.
        field: the field that carries it, for errors.
    """

    def __init__(self, enum: Any, prefix: str, field: str) -> None:
        self._words: dict[int, str] = {
            number: name.removeprefix(prefix).lower() for name, number in enum.items() if number
        }
        self._words[0] = ""
        self._numbers = {word: number for number, word in self._words.items()}
        self._field = field

    def word(self, number: int) -> str:
        """The word for a number from outside.

        Raises:
            DomainError: INVALID_ARGUMENT / ENUM_INVALID where the contract has no such number.
        """
        if number not in self._words:
            raise DomainError(
                Reason.ENUM_INVALID,
                f"The field {self._field} has an unknown value.",
                metadata={"field": self._field},
            )
        return self._words[number]

    def number(self, word: str) -> Any:
        """The number for a stored word."""
        return self._numbers[word]


SEX = EnumWords(pb.Sex, "SEX_", "sex")
PATIENT_SORT = EnumWords(pb.PatientSort, "PATIENT_SORT_", "sort")
BODY_SITE = EnumWords(pb.BodySite, "BODY_SITE_", "body_site")
BODY_REGION = EnumWords(pb.BodyRegion, "BODY_REGION_", "region")
BODY_SIDE = EnumWords(pb.BodySide, "BODY_SIDE_", "side")
BODY_VIEW = EnumWords(pb.BodyView, "BODY_VIEW_", "position")
LESION_STATUS = EnumWords(pb.LesionStatus, "LESION_STATUS_", "status")
DETECTION_STATUS = EnumWords(pb.DetectionStatus, "DETECTION_STATUS_", "status")
VERDICT = EnumWords(pb.Verdict, "VERDICT_", "verdict")
MANAGEMENT = EnumWords(pb.Management, "MANAGEMENT_", "management")
CHECKLIST_KIND = EnumWords(pb.ChecklistKind, "CHECKLIST_KIND_", "checklist")
MARKING_KIND = EnumWords(pb.MarkingKind, "MARKING_KIND_", "kind")
TIMELINE_KIND = EnumWords(pb.TimelineKind, "TIMELINE_KIND_", "kinds")
WORKLIST_KIND = EnumWords(pb.WorklistKind, "WORKLIST_KIND_", "kind")
URGENCY = EnumWords(pb.Urgency, "URGENCY_", "urgency")
