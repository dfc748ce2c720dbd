"""Merging two records: what the gateway refuses before it asks."""

import pytest

from dermis.patient.v1 import patient_pb2 as pb
from gateway.tests.conftest import Gateway
from gateway.tests.test_record import MOMENT, patient

MERGES = "/patients/01a20817-f471-731e-896b-230f70989781/merges"
OTHER = "01a20817-f471-731e-896b-230f70989782"


@pytest.mark.parametrize("field", ["version", "other_version"])
async def test_a_version_that_no_record_can_have_is_refused(gateway: Gateway, field: str) -> None:
    answer = await gateway.post(MERGES, {"other_patient_id": OTHER, field: 10**34})
    assert (answer.status_code, answer.json()["reason"]) == (422, "INVALID_REQUEST")
    assert gateway.patients.count("MergePatients") == 0


async def test_whatever_was_added_since_a_merge_is_told(gateway: Gateway) -> None:
    # All that patient_service counts (`merging.merged_rows.count`), and a later merge.
    added = ["lesions", "images", "reviews", "markings", "pins", "notes", "changes", "merges"]
    merged = pb.Merge(
        id="m-1", kept=patient(), moved=patient(), author_id="ada", created_at=MOMENT, added=added
    )
    gateway.patients.answers["ListMerges"] = pb.ListMergesResponse(merges=[merged])
    answer = await gateway.get(MERGES)
    assert answer.status_code == 200
    assert added == answer.json()["items"][0]["added"]
