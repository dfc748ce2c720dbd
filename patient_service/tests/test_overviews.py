"""Overview photos: of a part of the body, never assessed, with pins that stand for lesions."""

import asyncio
from typing import Any
from uuid import UUID

import pytest

from dermis.patient.v1 import patient_pb2 as pb
from patient_service.images.orphaned_objects import sweep
from patient_service.patients.erasure import erase
from patient_service.tests.conftest import Caller, Service, finding, make_photo
from patient_service.tests.merging import merge, part, two_patients
from patient_service.tests.test_image_corrections import correct, void
from service_kit.database import Database

BACK = pb.OverviewRegion(body_site=pb.BODY_SITE_POSTERIOR_TORSO)
SHOULDER = pb.OverviewRegion(
    body_site=pb.BODY_SITE_UPPER_EXTREMITY, region=pb.BODY_REGION_SHOULDER, side=pb.BODY_SIDE_LEFT
)


@pytest.fixture
async def patient(clinician: Caller) -> pb.Patient:
    return await clinician.add_patient()


@pytest.fixture
async def overview(clinician: Caller, patient: pb.Patient, photo: bytes) -> pb.Image:
    return (await clinician.upload(photo, patient_id=patient.id, overview=BACK)).image


async def test_an_overview_photo_says_which_part_of_the_body_it_shows(
    clinician: Caller, overview: pb.Image
) -> None:
    assert overview.overview == BACK
    shown = await clinician.call(pb.GetImageInfoRequest(image_id=overview.id))
    assert shown.image.overview == BACK
    entries = await clinician.call(pb.ListTimelineRequest(patient_id=overview.patient_id))
    assert [e.image.overview for e in entries.entries if e.HasField("image")] == [BACK]


async def test_overview_photos_have_a_list_of_their_own_and_are_never_unsorted(
    clinician: Caller, overview: pb.Image
) -> None:
    patient_id = overview.patient_id
    plain = (await clinician.upload(make_photo(2), patient_id=patient_id)).image
    assert await ids(clinician, patient_id, overviews=True) == [overview.id]
    assert await ids(clinician, patient_id, unsorted=True) == [plain.id]
    assert set(await ids(clinician, patient_id)) == {plain.id, overview.id}


async def test_an_overview_photo_is_never_assessed_and_waits_for_no_verdict(
    clinician: Caller, overview: pb.Image, refusal: Any
) -> None:
    for rediagnosis in (False, True):
        with refusal("IMAGE_IS_OVERVIEW"):
            await clinician.call(
                pb.RecordDetectionRequest(
                    image_id=overview.id, finding=finding(), rediagnosis=rediagnosis
                )
            )
    counts = await clinician.call(pb.CountOpenRequest(patient_id=overview.patient_id))
    assert counts == pb.CountOpenResponse()


async def test_an_overview_photo_belongs_to_no_lesion(
    clinician: Caller, patient: pb.Patient, overview: pb.Image, photo: bytes, refusal: Any
) -> None:
    lesion = await clinician.add_lesion(patient.id)
    header: dict[str, Any] = {"patient_id": patient.id, "overview": BACK}
    for more in ({"lesion_id": lesion.id}, {"diagnose": True}):
        with refusal("IMAGE_IS_OVERVIEW"):
            await clinician.upload(photo, **header | more)
    with refusal("IMAGE_IS_OVERVIEW"):
        await clinician.call(pb.MoveImageRequest(image_id=overview.id, lesion_id=lesion.id))
    with refusal("OVERVIEW_REGION_REQUIRED"):
        await clinician.upload(photo, patient_id=patient.id, overview=pb.OverviewRegion())


async def test_which_part_it_shows_can_be_corrected(
    clinician: Caller, overview: pb.Image, refusal: Any
) -> None:
    corrected = await correct(clinician, overview.id, overview=SHOULDER)
    assert (corrected.overview, corrected.version) == (SHOULDER, 2)
    assert (await correct(clinician, overview.id, overview=SHOULDER)).version == 2
    plain = (await clinician.upload(make_photo(2), patient_id=overview.patient_id)).image
    with refusal("IMAGE_NOT_OVERVIEW"):
        await correct(clinician, plain.id, overview=SHOULDER)


async def test_a_pin_is_placed_moved_and_removed(
    clinician: Caller, patient: pb.Patient, overview: pb.Image
) -> None:
    one, other = [await clinician.add_lesion(patient.id) for _ in range(2)]
    await place(clinician, overview, one, 0.25, 0.5)
    first = await place(clinician, overview, other, 0.75, 0.125)
    await place(clinician, overview, one, 0.5, 0.5)
    pins = await listed(clinician, overview)
    assert [(p.lesion_id, p.x, p.y) for p in pins] == [
        (other.id, 0.75, 0.125), (one.id, 0.5, 0.5),
    ]  # fmt: skip
    assert await place(clinician, overview, other, 0.75, 0.125) == first
    await remove(clinician, overview, one)
    await remove(clinician, overview, one)
    assert [p.lesion_id for p in await listed(clinician, overview)] == [other.id]


async def test_two_who_place_the_same_pin_at_once_leave_one(
    clinician: Caller, patient: pb.Patient, overview: pb.Image
) -> None:
    lesion = await clinician.add_lesion(patient.id)
    places = [(number / 10, 0.5) for number in range(6)]
    await asyncio.gather(*(place(clinician, overview, lesion, x, y) for x, y in places))
    (pin,) = await listed(clinician, overview)
    assert (pin.x, pin.y) in places


@pytest.mark.parametrize("x", [-0.01, 1.01, float("nan"), float("inf")])
async def test_a_pin_beside_the_photo_is_refused(
    clinician: Caller, patient: pb.Patient, overview: pb.Image, refusal: Any, x: float
) -> None:
    lesion = await clinician.add_lesion(patient.id)
    with refusal("PIN_INVALID"):
        await place(clinician, overview, lesion, x, 0.5)


async def test_pins_go_on_overview_photos_and_stand_for_the_patients_own_lesions(
    clinician: Caller, patient: pb.Patient, overview: pb.Image, refusal: Any
) -> None:
    lesion = await clinician.add_lesion(patient.id)
    plain = (await clinician.upload(make_photo(2), patient_id=patient.id)).image
    with refusal("IMAGE_NOT_OVERVIEW"):
        await place(clinician, plain, lesion, 0.5, 0.5)
    stranger = await clinician.add_patient()
    foreign = await clinician.add_lesion(stranger.id)
    with refusal("LESION_NOT_FOUND"):
        await place(clinician, overview, foreign, 0.5, 0.5)


async def test_a_photo_carries_two_hundred_pins(
    service: Service, clinician: Caller, patient: pb.Patient, overview: pb.Image, refusal: Any
) -> None:
    lesions = [await clinician.add_lesion(patient.id) for _ in range(2)]
    await place(clinician, overview, lesions[0], 0.5, 0.5)
    with service.raw(as_owner=True) as connection:
        connection.execute(
            "WITH more AS (INSERT INTO lesions (id, clinic_id, patient_id, body_site, label,"
            " status, version, created_at, updated_at)"
            " SELECT gen_random_uuid(), clinic_id, patient_id, '', '', 'observed', 1, now(), now()"
            " FROM pins, generate_series(1, 199) WHERE image_id = %(image)s"
            " RETURNING id, clinic_id, patient_id)"
            " INSERT INTO pins (id, clinic_id, patient_id, image_id, lesion_id, x, y, author_id,"
            " created_at) SELECT gen_random_uuid(), clinic_id, patient_id, %(image)s, id, 0, 0, id,"
            " now() FROM more",
            {"image": overview.id},
        )
    assert len(await listed(clinician, overview)) == 200
    with refusal("TOO_MANY_PINS"):
        await place(clinician, overview, lesions[1], 0.5, 0.5)
    # One that is there can still be moved.
    await place(clinician, overview, lesions[0], 0.25, 0.5)


async def test_an_overview_photo_in_error_keeps_its_pins_and_takes_no_more(
    clinician: Caller, patient: pb.Patient, overview: pb.Image, refusal: Any
) -> None:
    lesion = await clinician.add_lesion(patient.id)
    pin = await place(clinician, overview, lesion, 0.5, 0.5)
    await void(clinician, overview.id, "blurred")
    assert await ids(clinician, patient.id, overviews=True) == []
    with refusal("IMAGE_VOIDED"):
        await place(clinician, overview, lesion, 0.25, 0.5)
    with refusal("IMAGE_VOIDED"):
        await remove(clinician, overview, lesion)
    await clinician.call(pb.RestoreImageRequest(image_id=overview.id))
    assert await listed(clinician, overview) == [pin]


async def test_a_photo_that_goes_to_another_patient_leaves_its_pins_behind(
    service: Service, clinician: Caller, patient: pb.Patient, overview: pb.Image
) -> None:
    await place(clinician, overview, await clinician.add_lesion(patient.id), 0.5, 0.5)
    other = await clinician.add_patient()
    moved = await correct(clinician, overview.id, patient_id=other.id)
    assert (moved.patient_id, moved.overview) == (other.id, BACK)
    assert await listed(clinician, overview) == []
    # The pin that was withdrawn keeps neither of the two from being erased.
    database = Database(service.owner_url)
    for whose in (other.id, patient.id):
        await erase(database, service.blobs, UUID(whose), reason="request 7")
    await database.close()


async def test_overview_photos_and_pins_go_where_records_are_merged_and_back(
    clinician: Caller, photo: bytes, refusal: Any
) -> None:
    kept, moved = await two_patients(clinician)
    shown = (await clinician.upload(photo, patient_id=moved.id, overview=BACK)).image
    lesion = await clinician.add_lesion(moved.id)
    await place(clinician, shown, lesion, 0.5, 0.25)
    merged = await merge(clinician, kept.id, moved.id)
    assert await ids(clinician, kept.id, overviews=True) == [shown.id]
    assert [pin.lesion_id for pin in await listed(clinician, shown)] == [lesion.id]
    await part(clinician, merged)
    assert await ids(clinician, moved.id, overviews=True) == [shown.id]
    assert [pin.lesion_id for pin in await listed(clinician, shown)] == [lesion.id]
    merged = await merge(clinician, kept.id, moved.id)
    await place(clinician, shown, lesion, 0.25, 0.25)
    with refusal("MERGE_ADDED_TO"):
        await part(clinician, merged)


async def test_what_is_done_with_pins_is_in_the_audit(
    service: Service, clinician: Caller, patient: pb.Patient, overview: pb.Image
) -> None:
    lesion = await clinician.add_lesion(patient.id)
    await place(clinician, overview, lesion, 0.5, 0.5)
    await listed(clinician, overview)
    await remove(clinician, overview, lesion)
    request = pb.ListAuditRequest(patient_id=patient.id, limit=20)
    entries = (await service.caller("admin").call(request)).entries
    pins = [entry for entry in entries if entry.event.startswith("pin")]
    assert [entry.event for entry in pins] == ["pin.removed", "pins.viewed", "pin.placed"]
    assert {entry.subject_id for entry in pins} == {overview.id}
    assert pins[0].detail["lesion"] == lesion.id


async def test_a_sweep_leaves_overview_photos_alone(
    service: Service, clinician: Caller, overview: pb.Image
) -> None:
    database = Database(service.owner_url)
    await sweep(database, service.blobs)
    await database.close()
    parts = await clinician.parts(pb.GetImageRequest(image_id=overview.id))
    assert sum(len(found.chunk) for found in parts) == overview.size


async def ids(clinician: Caller, patient_id: str, **filters: Any) -> list[str]:
    request = pb.ListImagesRequest(patient_id=patient_id, **filters)
    return [image.id for image in (await clinician.call(request)).images]


async def place(
    clinician: Caller, image: pb.Image, lesion: pb.Lesion, x: float, y: float
) -> pb.Pin:
    request = pb.PlacePinRequest(image_id=image.id, lesion_id=lesion.id, x=x, y=y)
    return (await clinician.call(request)).pin


async def remove(clinician: Caller, image: pb.Image, lesion: pb.Lesion) -> None:
    await clinician.call(pb.RemovePinRequest(image_id=image.id, lesion_id=lesion.id))


async def listed(clinician: Caller, image: pb.Image) -> list[pb.Pin]:
    return list((await clinician.call(pb.ListPinsRequest(image_id=image.id))).pins)
