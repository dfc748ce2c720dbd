from typing import Any

import pytest

from dermis.patient.v1 import patient_pb2 as pb
from patient_service.tests.conftest import Caller, finding, make_photo


async def test_a_lesion_comes_back_as_stored(clinician: Caller) -> None:
    patient = await clinician.add_patient()
    position = pb.BodyPosition(view=pb.BODY_VIEW_BACK, x=0.25, y=0.5)
    lesion = await clinician.add_lesion(
        patient.id, body_site=pb.BODY_SITE_POSTERIOR_TORSO, position=position,
        label="left shoulder blade", first_noted="2024-05-01",
    )  # fmt: skip
    assert lesion.profile.position == position
    assert lesion.profile.status == pb.LESION_STATUS_OBSERVED
    listed = (await clinician.call(pb.ListLesionsRequest(patient_id=patient.id))).lesions
    assert list(listed) == [lesion]


@pytest.mark.parametrize("view", list(pb.BodyView.values())[1:])
async def test_a_lesion_lies_in_a_region_of_one_side_on_any_drawing(
    clinician: Caller, view: pb.BodyView.ValueType
) -> None:
    lesion = await clinician.add_lesion(
        (await clinician.add_patient()).id, body_site=pb.BODY_SITE_PALMS_SOLES,
        region=pb.BODY_REGION_GREAT_TOE_PLANTAR, side=pb.BODY_SIDE_LEFT,
        position=pb.BodyPosition(view=view, x=0.25, y=0.5),
    )  # fmt: skip
    profile = lesion.profile
    assert (profile.region, profile.side) == (pb.BODY_REGION_GREAT_TOE_PLANTAR, pb.BODY_SIDE_LEFT)
    assert profile.position.view == view


async def test_a_position_off_the_map_is_refused(clinician: Caller, refusal: type) -> None:
    patient = await clinician.add_patient()
    for position in (
        pb.BodyPosition(view=pb.BODY_VIEW_FRONT, x=1.1, y=0.5),
        pb.BodyPosition(view=pb.BODY_VIEW_FRONT, x=float("nan"), y=0.5),
        pb.BodyPosition(x=0.5, y=0.5),
    ):
        with refusal("POSITION_INVALID"):
            await clinician.add_lesion(patient.id, position=position)


async def test_a_lesions_change_from_an_old_version_is_refused(
    clinician: Caller, stranger: Caller, refusal: type
) -> None:
    lesion = await clinician.add_lesion((await clinician.add_patient()).id)
    lesion.profile.status = pb.LESION_STATUS_EXCISED
    request = pb.UpdateLesionRequest(lesion_id=lesion.id, version=1, profile=lesion.profile)
    with refusal("LESION_NOT_FOUND"):
        await stranger.call(request)
    changed = (await clinician.call(request)).lesion
    assert (changed.version, changed.profile.status) == (2, pb.LESION_STATUS_EXCISED)
    with refusal("VERSION_CONFLICT"):
        await clinician.call(request)


async def test_photos_move_between_the_tray_and_lesions_of_the_same_patient(
    clinician: Caller, photo: bytes, refusal: type
) -> None:
    patient, other = await clinician.add_patient(), await clinician.add_patient()
    lesion = await clinician.add_lesion(patient.id)
    elsewhere = await clinician.add_lesion(other.id)
    image = (await clinician.upload(photo, patient_id=patient.id)).image
    assert await _images(clinician, patient.id, unsorted=True) == [image.id]
    with refusal("LESION_NOT_FOUND"):
        await clinician.call(pb.MoveImageRequest(image_id=image.id, lesion_id=elsewhere.id))
    move = pb.MoveImageRequest(image_id=image.id, lesion_id=lesion.id)
    assert (await clinician.call(move)).image.lesion_id == lesion.id
    assert await _images(clinician, patient.id, unsorted=True) == []
    assert await _images(clinician, patient.id, lesion_id=lesion.id) == [image.id]
    listed = (await clinician.call(pb.ListLesionsRequest(patient_id=patient.id))).lesions
    assert [found.image_count for found in listed] == [1]
    back = pb.MoveImageRequest(image_id=image.id)
    assert (await clinician.call(back)).image.lesion_id == ""


async def test_two_photos_of_one_lesion_are_compared(
    clinician: Caller, photo: bytes, refusal: type
) -> None:
    patient = await clinician.add_patient()
    lesion = await clinician.add_lesion(patient.id)
    left = (await clinician.upload(photo, patient_id=patient.id, lesion_id=lesion.id)).image
    later = make_photo(seed=9)
    right = (await clinician.upload(later, patient_id=patient.id, lesion_id=lesion.id)).image
    await clinician.call(pb.RecordDetectionRequest(image_id=right.id, finding=finding(0.6)))
    request = pb.CompareImagesRequest(
        lesion_id=lesion.id, left_image_id=left.id, right_image_id=right.id
    )
    compared = await clinician.call(request)
    assert compared.left.image == left
    assert not compared.left.HasField("detection")
    assert compared.right.detection.finding.probability_malignant == 0.6
    stray = (await clinician.upload(photo, patient_id=patient.id)).image
    request.right_image_id = stray.id
    with refusal("IMAGE_NOT_FOUND"):
        await clinician.call(request)


async def _images(caller: Caller, patient_id: str, **filters: Any) -> list[str]:
    page = await caller.call(pb.ListImagesRequest(patient_id=patient_id, **filters))
    return [image.id for image in page.images]
