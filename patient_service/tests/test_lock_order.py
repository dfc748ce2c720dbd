"""Who changes a record takes the end of its clinic's audit chain last, so that nobody waits twice.

Somebody holds a lesion and then wants the chain, as a correction of the lesion does. Whoever had
taken the chain first and waited for the lesion would wait for ever; PostgreSQL would end one of
the two.
"""

import asyncio
from collections.abc import Awaitable
from typing import Any
from uuid import UUID

import psycopg

from dermis.patient.v1 import patient_pb2 as pb
from patient_service.tests.conftest import Caller, Service, finding

# Enough for the call to reach the lesion; a call that is late makes the test pass, never fail.
REACHES_THE_LESION_SECONDS = 0.3


async def test_an_upload_and_a_correction_of_its_lesion_do_not_stop_each_other(
    service: Service, clinician: Caller, photo: bytes
) -> None:
    patient = await clinician.add_patient()
    lesion = await clinician.add_lesion(patient.id, label="left shoulder")
    upload = clinician.upload(photo, patient_id=patient.id, lesion_id=lesion.id, diagnose=True)
    added = await _while_the_lesion_is_corrected(service, clinician, lesion.id, upload)
    assert added.detection.status == pb.DETECTION_STATUS_PENDING


async def test_an_answer_and_a_correction_of_its_lesion_do_not_stop_each_other(
    service: Service, clinician: Caller, photo: bytes
) -> None:
    patient = await clinician.add_patient()
    lesion = await clinician.add_lesion(patient.id, label="left shoulder")
    added = await clinician.upload(photo, patient_id=patient.id, lesion_id=lesion.id, diagnose=True)
    answer = clinician.call(pb.RecordDetectionRequest(image_id=added.image.id, finding=finding()))
    recorded = await _while_the_lesion_is_corrected(service, clinician, lesion.id, answer)
    assert recorded.detection.status == pb.DETECTION_STATUS_COMPLETE


async def _while_the_lesion_is_corrected(
    service: Service, clinician: Caller, lesion_id: str, call: Awaitable[Any]
) -> Any:
    url = service.owner_url.replace("+psycopg", "")
    async with await psycopg.AsyncConnection.connect(url) as correction:
        await correction.execute("SELECT FROM lesions WHERE id = %s FOR UPDATE", [UUID(lesion_id)])
        waiting = asyncio.ensure_future(call)
        await asyncio.sleep(REACHES_THE_LESION_SECONDS)
        await correction.execute(
            "INSERT INTO audit (at, event, clinic_id, detail, request_id, client_address)"
            " VALUES (now(), 'lesion.updated', %s, '{}', '', '')",
            [clinician.clinic],
        )
    return await waiting
