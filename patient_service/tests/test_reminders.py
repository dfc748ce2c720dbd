from datetime import timedelta
from typing import Any

from dermis.patient.v1 import patient_pb2 as pb
from patient_service.tests.conftest import Caller
from patient_service.tests.test_verdicts import TODAY, assessed, monitor
from service_kit.codes import Code


async def test_lesions_that_are_due_are_counted_and_nothing_else_leaves_the_service(
    clinician: Caller, stranger: Caller, completer: Caller, photo: bytes
) -> None:
    patient = await clinician.add_patient()
    lesion = await clinician.add_lesion(patient.id)
    # Two photos of one lesion are one lesion; the unsorted ones count each.
    for days, of in ((0, lesion.id), (0, lesion.id), (0, ""), (3, ""), (40, "")):
        shown = await assessed(clinician, photo, patient_id=patient.id, lesion_id=of)
        await monitor(clinician, shown, days)
    assert await _due(completer, clinician, since=-1, until=0) == (2, 2)
    assert await _due(completer, clinician, since=0, until=5) == (1, 3)
    assert await _due(completer, clinician, since=5, until=5) == (0, 3)
    assert await _due(completer, stranger, since=-1, until=5) == (0, 0)


async def test_only_a_service_may_count_what_is_due(clinician: Caller, refusal: Any) -> None:
    with refusal("NOT_PERMITTED") as refused:
        await _due(clinician, clinician, since=0, until=0)
    assert refused.error.code == Code.PERMISSION_DENIED


async def _due(caller: Caller, clinic: Caller, *, since: int, until: int) -> tuple[int, int]:
    answer = await caller.call(
        pb.CountDueRequest(
            clinic_id=str(clinic.clinic),
            reminded_on=(TODAY + timedelta(days=since)).isoformat(),
            today=(TODAY + timedelta(days=until)).isoformat(),
        )
    )
    return answer.newly_due, answer.due
