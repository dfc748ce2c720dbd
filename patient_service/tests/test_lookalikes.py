"""Who is added twice, and whose photo another patient has, is said; nobody is refused for it."""

from typing import Any

import pytest

from dermis.patient.v1 import patient_pb2 as pb
from patient_service.tests.conftest import Caller
from patient_service.tests.merging import merge
from patient_service.tests.test_image_corrections import correct, void
from patient_service.tests.test_verdicts import record_of

INGRID = {"full_name": "Ingrid Solheim", "birth_date": "1961-04-30"}


@pytest.mark.parametrize(
    ("typed", "is_found"),
    [
        (INGRID, True),
        ({"full_name": "Solheim, Ingrid", "birth_date": "1961-04-30"}, True),
        ({"full_name": "Ingrid Solhjem", "birth_date": "1961-04-30"}, True),
        ({"full_name": "Ingrid Solheim-Berg", "birth_date": "1961-04-30"}, True),
        ({"full_name": "INGRID SOLHEIM"}, True),
        ({"full_name": "Ingrid Solheim", "birth_date": "1961-04-29"}, False),
        ({"full_name": "Noor Haddad", "birth_date": "1961-04-30"}, False),
        ({"full_name": "Noor Haddad", "record_number": "h 2041"}, False),
        ({"full_name": "Noor Haddad", "record_number": "h-2041"}, True),
        ({"birth_date": "1961-04-30"}, False),
        ({}, False),
    ],
)
async def test_who_might_be_the_same_person_is_named(
    clinician: Caller, stranger: Caller, typed: dict[str, str], is_found: bool
) -> None:
    known = await clinician.add_patient(**INGRID, record_number="H-2041")
    assert [one.patient.id for one in await lookalikes(clinician, **typed)] == [known.id] * is_found
    assert await lookalikes(stranger, **typed) == []


async def test_a_namesake_without_birth_date_is_named(clinician: Caller) -> None:
    known = await clinician.add_patient(full_name="Ingrid Solheim")
    (found,) = await lookalikes(clinician, **INGRID)
    assert (found.patient.id, found.like_person, found.same_record_number) == (
        known.id, True, False,
    )  # fmt: skip


async def test_archived_and_merged_lookalikes_are_named_by_who_holds_the_record(
    clinician: Caller,
) -> None:
    kept = await clinician.add_patient(full_name="I Berg")
    moved = await clinician.add_patient(**INGRID)
    await merge(clinician, kept.id, moved.id)
    await clinician.call(pb.ArchivePatientRequest(patient_id=kept.id))
    (found,) = await lookalikes(clinician, record_number=moved.profile.record_number)
    assert (found.patient.id, found.same_record_number) == (kept.id, True)
    assert found.patient.HasField("archived_at")


async def test_a_photo_that_another_patient_has_says_so_while_both_have_it(
    clinician: Caller, photo: bytes
) -> None:
    one, other = await clinician.add_patient(), await clinician.add_patient()
    first = (await clinician.upload(photo, patient_id=one.id)).image
    assert first.also_of_patient_id == ""
    key = {"patient_id": other.id, "idempotency_key": "twice"}
    second = (await clinician.upload(photo, **key)).image
    assert second.also_of_patient_id == one.id
    assert (await clinician.upload(photo, **key)).image.also_of_patient_id == one.id
    assert (await record_of(clinician, first.id)).image.also_of_patient_id == other.id
    await void(clinician, second.id, "not hers")
    assert (await record_of(clinician, first.id)).image.also_of_patient_id == ""
    third = (await clinician.upload(photo, patient_id=other.id)).image
    moved = await correct(clinician, third.id, patient_id=one.id)
    assert moved.duplicate_of == first.id
    assert (await record_of(clinician, first.id)).image.also_of_patient_id == ""


async def test_another_clinics_photo_is_never_named(
    clinician: Caller, stranger: Caller, photo: bytes
) -> None:
    theirs, ours = await stranger.add_patient(), await clinician.add_patient()
    await stranger.upload(photo, patient_id=theirs.id)
    added = (await clinician.upload(photo, patient_id=ours.id)).image
    assert added.also_of_patient_id == ""
    assert (await record_of(clinician, added.id)).image.also_of_patient_id == ""


async def lookalikes(caller: Caller, **typed: Any) -> list[pb.Lookalike]:
    return list((await caller.call(pb.FindLookalikesRequest(**typed))).lookalikes)
