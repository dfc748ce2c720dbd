"""Merging two records: what the gateway refuses before it asks."""

import pytest

from gateway.tests.conftest import Gateway

MERGES = "/patients/01a20817-f471-731e-896b-230f70989781/merges"
OTHER = "01a20817-f471-731e-896b-230f70989782"


@pytest.mark.parametrize("field", ["version", "other_version"])
async def test_a_version_that_no_record_can_have_is_refused(gateway: Gateway, field: str) -> None:
    answer = await gateway.post(MERGES, {"other_patient_id": OTHER, field: 10**34})
    assert (answer.status_code, answer.json()["reason"]) == (422, "INVALID_REQUEST")
    assert gateway.patients.count("MergePatients") == 0
