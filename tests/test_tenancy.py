"""Another clinic's record is as unknown as one that does not exist."""

import uuid

import pytest

from local_stack.api_client import Clinician
from tests.conftest import NewClinician, profile
from tests.photos import malignant
from tests.problems import assert_problem


@pytest.fixture(scope="module")
async def stranger(new_clinician: NewClinician) -> Clinician:
    return await new_clinician()


async def test_an_upload_for_an_unknown_patient_is_refused(clinician: Clinician) -> None:
    answer = await clinician.upload(str(uuid.uuid4()), malignant())
    assert_problem(answer, 404, "PATIENT_NOT_FOUND")


async def test_an_upload_for_something_that_is_no_id_is_refused(clinician: Clinician) -> None:
    assert_problem(await clinician.upload("1 OR 1=1", malignant()), 422, "INVALID_ID")


async def test_an_upload_for_another_clinics_patient_is_refused(
    clinician: Clinician, stranger: Clinician
) -> None:
    theirs = await stranger.add_patient(profile())
    assert_problem(await clinician.upload(theirs, malignant()), 404, "PATIENT_NOT_FOUND")
    assert (await stranger.call("GET", f"/patients/{theirs}/images"))["items"] == []


async def test_nothing_of_another_clinic_can_be_read(
    clinician: Clinician, stranger: Clinician
) -> None:
    theirs = await stranger.add_patient(profile())
    detection = (await stranger.upload(theirs, malignant())).json()
    for path, reason in [
        (f"/patients/{theirs}", "PATIENT_NOT_FOUND"),
        (f"/patients/{theirs}/detections", "PATIENT_NOT_FOUND"),
        (f"/images/{detection['image_id']}", "IMAGE_NOT_FOUND"),
        (f"/images/{detection['image_id']}/thumbnail", "IMAGE_NOT_FOUND"),
        (f"/detections/{detection['id']}", "DETECTION_NOT_FOUND"),
        (f"/detections/{detection['id']}/overlay.png", "DETECTION_NOT_FOUND"),
    ]:
        assert_problem(await clinician.http.get(path), 404, reason)
    explained = await clinician.http.post(f"/predict/gradcam/{detection['id']}")
    assert_problem(explained, 404, "DETECTION_NOT_FOUND")


async def test_lists_hold_the_own_clinic_only(clinician: Clinician, stranger: Clinician) -> None:
    theirs = await stranger.add_patient(profile())
    mine = (await clinician.call("GET", "/patients/?limit=200"))["items"]
    assert theirs not in {found["id"] for found in mine}


async def test_the_same_photo_in_two_clinics_is_a_duplicate_in_neither(
    clinician: Clinician, stranger: Clinician, patient: str
) -> None:
    theirs = await stranger.add_patient(profile())
    assert (await stranger.upload(theirs, malignant())).status_code == 201
    image_id = (await clinician.upload(patient, malignant())).json()["image_id"]
    info = await clinician.call("GET", f"/images/{image_id}/info")
    assert info["duplicate_of"] is None
