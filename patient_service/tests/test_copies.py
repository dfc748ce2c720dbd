"""Photos that the clinic has already are named before they are sent."""

import hashlib

import pytest

from dermis.patient.v1 import patient_pb2 as pb
from patient_service.tests.conftest import Caller, Service, make_photo
from patient_service.tests.test_image_corrections import correct, void


def digest_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


async def copies_of(caller: Caller, *files: bytes) -> list[pb.Copy]:
    request = pb.FindCopiesRequest(digests=[digest_of(data) for data in files])
    return list((await caller.call(request)).copies)


async def test_a_photo_is_named_with_its_patient_its_lesion_and_since_when(
    clinician: Caller, photo: bytes
) -> None:
    patient = await clinician.add_patient(full_name="Ingrid Solheim", record_number="H-2041")
    site = pb.BODY_SITE_UPPER_EXTREMITY
    lesion = await clinician.add_lesion(patient.id, label="left forearm", body_site=site)
    image = (await clinician.upload(photo, patient_id=patient.id, lesion_id=lesion.id)).image
    unknown = make_photo(seed=21)
    assert await copies_of(clinician, unknown, photo) == [
        pb.Copy(
            digest=digest_of(photo),
            image_id=image.id,
            patient_id=patient.id,
            full_name="Ingrid Solheim",
            record_number="H-2041",
            lesion_id=lesion.id,
            lesion_label="left forearm",
            body_site=site,
            created_at=image.created_at,
        )
    ]


async def test_a_photo_that_was_saved_from_the_record_is_known_too(clinician: Caller) -> None:
    patient = await clinician.add_patient()
    # What is stored is not what was sent: a TIFF becomes a PNG.
    image = (await clinician.upload(make_photo(seed=22, kind="TIFF"), patient_id=patient.id)).image
    (found,) = (await clinician.call(pb.FindCopiesRequest(digests=[image.sha256]))).copies
    assert (found.image_id, found.lesion_id, found.lesion_label) == (image.id, "", "")


async def test_copies_come_by_file_with_the_oldest_first_and_at_most_five(
    clinician: Caller, photo: bytes
) -> None:
    other = make_photo(seed=23)
    one, two = await clinician.add_patient(), await clinician.add_patient()
    first = (await clinician.upload(photo, patient_id=two.id)).image
    for _ in range(5):
        await clinician.upload(photo, patient_id=one.id)
    last = (await clinician.upload(other, patient_id=one.id)).image
    found = await copies_of(clinician, other, photo)
    assert [copy.image_id for copy in found][:2] == [last.id, first.id]
    assert len(found) == 6


async def test_a_photo_that_was_moved_is_named_where_it_is_and_one_in_error_not_at_all(
    clinician: Caller, photo: bytes
) -> None:
    one, other = await clinician.add_patient(), await clinician.add_patient()
    image = (await clinician.upload(photo, patient_id=one.id)).image
    moved = await correct(clinician, image.id, patient_id=other.id)
    (found,) = await copies_of(clinician, photo)
    assert found.patient_id == other.id
    await void(clinician, moved.id, "not hers")
    assert await copies_of(clinician, photo) == []


async def test_another_clinics_photo_is_never_named(
    clinician: Caller, stranger: Caller, photo: bytes
) -> None:
    theirs = await stranger.add_patient()
    await stranger.upload(photo, patient_id=theirs.id)
    assert await copies_of(clinician, photo) == []
    assert len(await copies_of(stranger, photo)) == 1


@pytest.mark.parametrize(
    "digests",
    [
        [],
        [""],
        ["g" * 64],
        ["A" * 64],
        ["a" * 64, "a" * 64],
        [f"{number:064x}" for number in range(51)],
    ],
)
async def test_only_a_few_digests_are_looked_up_at_once(
    clinician: Caller, digests: list[str], refusal: type
) -> None:
    with refusal("DIGESTS_INVALID"):
        await clinician.call(pb.FindCopiesRequest(digests=digests))


async def test_that_somebody_asked_is_in_the_audit(
    service: Service, clinician: Caller, photo: bytes
) -> None:
    patient = await clinician.add_patient()
    await clinician.upload(photo, patient_id=patient.id)
    await copies_of(clinician, photo)
    with service.raw(as_owner=True) as connection:
        rows = connection.execute(
            "SELECT detail FROM audit WHERE clinic_id = %s AND event = 'images.listed'",
            [clinician.clinic],
        ).fetchall()
    assert [row[0] for row in rows] == [{"rows": "1", "searched": "copies"}]
