"""Lists of patients show and sort by figures that follow everything that is done to a record."""

from typing import Any

import pytest

from dermis.patient.v1 import patient_pb2 as pb
from patient_service.tests.conftest import Caller, Service, finding, make_photo
from patient_service.tests.merging import merge, part
from patient_service.tests.test_image_corrections import correct, void
from patient_service.tests.test_verdicts import again, assessed, review
from service_kit.clock import now, to_timestamp

ORDERS = (
    pb.PATIENT_SORT_NAME, pb.PATIENT_SORT_LAST_VISIT, pb.PATIENT_SORT_OPEN_ITEMS,
    pb.PATIENT_SORT_HIGHEST_RISK,
)  # fmt: skip


async def test_a_summary_follows_photos_answers_verdicts_and_corrections(
    service: Service, clinician: Caller, photo: bytes
) -> None:
    patient = await clinician.add_patient()
    empty = await summary_of(clinician, patient.id)
    assert not empty.HasField("highest_risk")
    assert (empty.lesions, empty.open_items, empty.last_image_id) == (0, 0, "")
    await clinician.add_lesion(patient.id)
    low = await assessed(clinician, photo, finding(0.4), patient_id=patient.id)
    high = await assessed(clinician, make_photo(2), finding(0.9), patient_id=patient.id)
    shown = await summary_of(clinician, patient.id)
    assert (shown.lesions, shown.open_items, shown.highest_risk) == (1, 2, 0.9)
    assert shown.last_image_id == high.image_id
    await review(clinician, high, pb.VERDICT_BIOPSY_BENIGN)
    shown = await summary_of(clinician, patient.id)
    assert (shown.open_items, shown.highest_risk) == (1, 0.4)
    await again(clinician, low.image_id)
    await correct(clinician, low.image_id, captured_at=to_timestamp(now()))
    assert (await summary_of(clinician, patient.id)).last_image_id == low.image_id
    await void(clinician, low.image_id, "blurred")
    shown = await summary_of(clinician, patient.id)
    assert (shown.open_items, shown.last_image_id) == (0, high.image_id)
    assert_figures_are_true(service)


async def test_figures_go_with_moves_and_merges(
    service: Service, clinician: Caller, photo: bytes
) -> None:
    one, other = await clinician.add_patient(), await clinician.add_patient()
    detection = await assessed(clinician, photo, finding(0.7), patient_id=one.id)
    await clinician.add_lesion(other.id)
    await correct(clinician, detection.image_id, patient_id=other.id)
    assert (await summary_of(clinician, one.id)).open_items == 0
    assert (await summary_of(clinician, other.id)).highest_risk == 0.7
    merged = await merge(clinician, one.id, other.id)
    shown = await summary_of(clinician, one.id)
    assert (shown.lesions, shown.open_items, shown.last_image_id) == (1, 1, detection.image_id)
    await part(clinician, merged)
    assert (await summary_of(clinician, one.id)).lesions == 0
    assert_figures_are_true(service)


@pytest.mark.parametrize("sort", ORDERS)
@pytest.mark.parametrize("descending", [False, True])
async def test_every_order_pages_through_all_patients_once(
    clinician: Caller, photo: bytes, sort: Any, descending: bool
) -> None:
    for number in range(7):
        patient = await clinician.add_patient(full_name=f"Patient {7 - number}")
        for seed in range(number % 3):
            found = finding(0.1 * (number + seed))
            await assessed(clinician, make_photo(10 * number + seed), found, patient_id=patient.id)
    listed = await paged(clinician, sort=sort, descending=descending)
    assert len({patient.id for patient in listed}) == len(listed) == 7
    values = [_value(patient, sort) for patient in listed]
    assert values == sorted(values, reverse=descending)


async def test_a_patient_who_changes_between_two_pages_moves_nobody_else(
    clinician: Caller, photo: bytes
) -> None:
    patients = [await clinician.add_patient() for _ in range(4)]
    for patient in patients:
        await assessed(clinician, photo, patient_id=patient.id)
    order: dict[str, Any] = {"sort": pb.PATIENT_SORT_OPEN_ITEMS, "descending": True, "limit": 2}
    first = await clinician.call(pb.ListPatientsRequest(**order))
    await assessed(clinician, make_photo(2), patient_id=first.patients[0].id)
    second = await clinician.call(pb.ListPatientsRequest(**order, cursor=first.next_cursor))
    seen = [patient.id for page in (first, second) for patient in page.patients]
    assert sorted(seen) == sorted(patient.id for patient in patients)


async def test_a_cursor_of_one_order_is_none_of_another(clinician: Caller, refusal: type) -> None:
    for _ in range(2):
        await clinician.add_patient()
    page = await clinician.call(pb.ListPatientsRequest(limit=1))
    with refusal("CURSOR_INVALID"):
        await clinician.call(
            pb.ListPatientsRequest(
                limit=1, cursor=page.next_cursor, sort=pb.PATIENT_SORT_LAST_VISIT
            )
        )


def assert_figures_are_true(service: Service) -> None:
    """What triggers keep is what counting everything anew gives."""
    with service.raw(as_owner=True) as connection:
        kept, counted = (
            connection.execute(f"SELECT * FROM {name} ORDER BY patient_id").fetchall()
            for name in ("patient_figures", "patient_figures_now")
        )
    assert kept == counted


async def summary_of(caller: Caller, patient_id: str) -> pb.PatientSummary:
    listed = (await caller.call(pb.ListPatientsRequest(limit=200))).patients
    return next(patient.summary for patient in listed if patient.id == patient_id)


async def paged(caller: Caller, **order: Any) -> list[pb.Patient]:
    found, cursor = [], ""
    while True:
        page = await caller.call(pb.ListPatientsRequest(limit=2, cursor=cursor, **order))
        found += page.patients
        cursor = page.next_cursor
        if not cursor:
            return found


def _value(patient: pb.Patient, sort: Any) -> Any:
    summary = patient.summary
    return {
        pb.PATIENT_SORT_NAME: patient.profile.full_name,
        pb.PATIENT_SORT_LAST_VISIT: summary.last_photo_at.ToNanoseconds(),
        pb.PATIENT_SORT_OPEN_ITEMS: summary.open_items,
        pb.PATIENT_SORT_HIGHEST_RISK: (
            summary.highest_risk if summary.HasField("highest_risk") else -1
        ),
    }[sort]
