"""What a clinician's verdict says, checked before it becomes part of the record."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Self

from patient_service.fields.calendar_dates import parse_date, parse_past_date
from patient_service.fields.text_fields import checked_text
from patient_service.verdicts import checklists
from patient_service.verdicts.diagnoses import DIAGNOSES, checked_code
from service_kit.clock import now
from service_kit.errors import DomainError
from service_kit.reasons import Reason

MAX_NOTE_LENGTH = 4000
MAX_TEXT_LENGTH = 200
# Nobody means to look at a lesion again in more than ten years.
MONITOR_WITHIN = timedelta(days=3653)

WITHDRAWN = "withdrawn"
BIOPSIES = ("biopsy_benign", "biopsy_malignant")
# Whether a verdict calls the lesion malignant; what `agrees` says, the answer tells.
_SAYS_MALIGNANT = {
    "benign": False,
    "malignant": True,
    "biopsy_benign": False,
    "biopsy_malignant": True,
}


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """A diagnosis by code, in words, or both."""

    code: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Histology:
    """What the pathologist found: the diagnosis, the report's date, who reported it."""

    diagnosis: Diagnosis
    reported_on: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Checklist:
    """A checklist's kind and the points of its items."""

    kind: str
    items: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Content:
    """A verdict's content, checked; what was not said is None. The columns of its row."""

    verdict: str
    note: str
    diagnosis_code: str | None = None
    diagnosis_text: str | None = None
    checklist: str | None = None
    checklist_items: dict[str, int] | None = None
    checklist_score: float | None = None
    management: str | None = None
    monitor_until: date | None = None
    histology_code: str | None = None
    histology_text: str | None = None
    histology_on: date | None = None
    histology_source: str | None = None

    @classmethod
    def checked(
        cls,
        *,
        verdict: str,
        note: str = "",
        diagnosis: Diagnosis | None = None,
        checklist: Checklist | None = None,
        management: str = "",
        monitor_until: str = "",
        histology: Histology | None = None,
    ) -> Self:
        """Check a verdict from outside.

        Raises:
            DomainError: INVALID_ARGUMENT with VERDICT_REQUIRED, WITHDRAWAL_SAYS_MORE,
                DIAGNOSIS_UNKNOWN, DIAGNOSIS_CONTRADICTS, CHECKLIST_INVALID, MONITOR_DATE_INVALID
                or HISTOLOGY_UNEXPECTED; as `text_fields.checked_text` and `parse_past_date`.
        """
        if not verdict:
            raise DomainError(Reason.VERDICT_REQUIRED, metadata={"field": "verdict"})
        if verdict == WITHDRAWN and (diagnosis or checklist or management or histology):
            raise DomainError(Reason.WITHDRAWAL_SAYS_MORE, metadata={"field": "verdict"})
        content: dict[str, Any] = {
            "verdict": verdict,
            "note": checked_text(note, "note", limit=MAX_NOTE_LENGTH, lines=True),
        }
        if diagnosis:
            content |= _diagnosis(diagnosis, "diagnosis", verdict)
        if checklist:
            content |= _checklist(checklist)
        if management or monitor_until:
            content |= _management(management, monitor_until)
        if histology:
            content |= _histology(histology, verdict)
        return cls(**content)


def _diagnosis(diagnosis: Diagnosis, field: str, verdict: str) -> dict[str, Any]:
    code = checked_code(diagnosis.code, field)
    text = checked_text(diagnosis.text, field, limit=MAX_TEXT_LENGTH)
    says, means = _SAYS_MALIGNANT.get(verdict), code and DIAGNOSES[code].malignant
    if says is not None and isinstance(means, bool) and says != means:
        raise DomainError(Reason.DIAGNOSIS_CONTRADICTS, metadata={"field": field})
    return {f"{field}_code": code or None, f"{field}_text": text or None}


def _checklist(checklist: Checklist) -> dict[str, Any]:
    return {
        "checklist": checklist.kind,
        "checklist_items": dict(checklist.items),
        "checklist_score": checklists.score(checklist.kind, checklist.items),
    }


def _management(management: str, monitor_until: str) -> dict[str, Any]:
    until = parse_date(monitor_until, "monitor_until")
    if (management == "monitor") != (until is not None):
        raise _monitor_refused()
    today = now().date()
    # Where it is still yesterday, today's date is sent as the day before ours.
    if until and not today - timedelta(days=1) <= until <= today + MONITOR_WITHIN:
        raise _monitor_refused()
    return {"management": management, "monitor_until": until}


def _monitor_refused() -> DomainError:
    return DomainError(Reason.MONITOR_DATE_INVALID, metadata={"field": "monitor_until"})


def _histology(histology: Histology, verdict: str) -> dict[str, Any]:
    if verdict not in BIOPSIES:
        raise DomainError(Reason.HISTOLOGY_UNEXPECTED, metadata={"field": "histology"})
    source = checked_text(histology.source, "histology", limit=MAX_TEXT_LENGTH)
    return _diagnosis(histology.diagnosis, "histology", verdict) | {
        "histology_on": parse_past_date(histology.reported_on, "histology"),
        "histology_source": source or None,
    }
