"""What is drawn over a photo is kept with its author and time, measured, and never lost."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from dermis.patient.v1 import patient_pb2 as pb
from patient_service.tests.conftest import Caller, Service
from patient_service.tests.merging import merge, part, two_patients
from patient_service.tests.test_image_corrections import correct, void

# The photo of these tests, `conftest.make_photo`.
WIDTH, HEIGHT = 765, 572
LINE = [(0.2, 0.5), (0.6, 0.5)]
SQUARE = [(0.25, 0.25), (0.75, 0.25), (0.75, 0.75), (0.25, 0.75)]


@pytest.fixture
async def image(clinician: Caller, photo: bytes) -> pb.Image:
    patient = await clinician.add_patient()
    lesion = await clinician.add_lesion(patient.id)
    return (await clinician.upload(photo, patient_id=patient.id, lesion_id=lesion.id)).image


async def test_a_length_is_kept_with_author_and_time(clinician: Caller, image: pb.Image) -> None:
    drawn = await mark(clinician, image, "LENGTH", LINE, text="base")
    (kept,) = (await listed(clinician, image)).markings
    assert kept == drawn
    assert (kept.kind, kept.text) == (pb.MARKING_KIND_LENGTH, "base")
    assert UUID(kept.author_id)
    assert kept.HasField("created_at")
    assert not kept.HasField("withdrawn_at")
    assert kept.measures.length == pytest.approx(0.4 * WIDTH)
    assert [(point.x, point.y) for point in kept.points] == LINE


async def test_without_a_scale_a_pixel_has_no_size(clinician: Caller, image: pb.Image) -> None:
    await mark(clinician, image, "LENGTH", LINE)
    assert (await listed(clinician, image)).millimetres_per_pixel == 0
    assert await sizes(clinician, image) == {}


async def test_a_ruler_gives_the_photo_its_scale(clinician: Caller, image: pb.Image) -> None:
    await mark(clinician, image, "RULER", LINE, millimetres=10)
    found = await listed(clinician, image)
    assert found.millimetres_per_pixel == pytest.approx(10 / (0.4 * WIDTH))


async def test_a_field_of_view_spans_the_longer_side_and_is_remembered(
    clinician: Caller, image: pb.Image, photo: bytes
) -> None:
    await mark(clinician, image, "FIELD_OF_VIEW", [], millimetres=22)
    found = await listed(clinician, image)
    assert found.millimetres_per_pixel == pytest.approx(22 / WIDTH)
    other = (await clinician.upload(photo, patient_id=image.patient_id)).image
    found = await listed(clinician, other)
    assert (found.millimetres_per_pixel, found.usual_field_of_view) == (0, 22)


async def test_a_new_scale_replaces_the_one_that_stood(clinician: Caller, image: pb.Image) -> None:
    first = await mark(clinician, image, "FIELD_OF_VIEW", [], millimetres=22)
    second = await mark(clinician, image, "RULER", LINE, millimetres=5)
    assert [one.id for one in (await listed(clinician, image)).markings] == [second.id]
    (former,) = (await listed(clinician, image, withdrawn=True)).markings
    assert former.id == first.id
    assert former.withdrawn_by == second.author_id


async def test_a_withdrawn_marking_stays_in_the_record(clinician: Caller, image: pb.Image) -> None:
    drawn = await mark(clinician, image, "ARROW", LINE)
    taken_back = await withdraw(clinician, drawn)
    assert taken_back.HasField("withdrawn_at")
    assert (await listed(clinician, image)).markings == []
    assert (await listed(clinician, image, withdrawn=True)).markings == [taken_back]
    assert await withdraw(clinician, drawn) == taken_back


async def test_a_size_is_of_the_newest_outline_else_of_the_newest_length(
    clinician: Caller, image: pb.Image
) -> None:
    await mark(clinician, image, "FIELD_OF_VIEW", [], millimetres=WIDTH / 10)
    await mark(clinician, image, "OUTLINE", [(0.1, 0.1), (0.2, 0.1), (0.2, 0.2)])
    newest = await mark(clinician, image, "OUTLINE", SQUARE)
    length = await mark(clinician, image, "LENGTH", LINE)
    size = (await sizes(clinician, image))[image.id]
    assert (size.marking_id, size.author_id) == (newest.id, newest.author_id)
    assert size.area == pytest.approx(0.25 * WIDTH * HEIGHT / 100)
    assert size.longest == pytest.approx((WIDTH**2 + HEIGHT**2) ** 0.5 / 20)
    assert size.across == pytest.approx(2 * size.area / size.longest)
    for marking in (await listed(clinician, image)).markings:
        if marking.kind == pb.MARKING_KIND_OUTLINE:
            await withdraw(clinician, marking)
    size = (await sizes(clinician, image))[image.id]
    assert (size.marking_id, size.across, size.area) == (length.id, 0, 0)
    assert size.longest == pytest.approx(0.4 * WIDTH / 10)


@pytest.mark.parametrize(
    ("kind", "points", "more", "reason"),
    [
        ("LENGTH", LINE[:1], {}, "MARKING_INVALID"),
        ("LENGTH", [(0.5, 0.5), (0.5, 0.5)], {}, "MARKING_INVALID"),
        ("LENGTH", [(0.5, 0.5), (1.01, 0.5)], {}, "MARKING_INVALID"),
        ("LENGTH", [(0.5, 0.5), (float("nan"), 0.5)], {}, "MARKING_INVALID"),
        ("LENGTH", [(0.5, 0.5), (float("-inf"), 0.5)], {}, "MARKING_INVALID"),
        ("ANGLE", [*LINE, LINE[1]], {}, "MARKING_INVALID"),
        ("OUTLINE", LINE, {}, "MARKING_INVALID"),
        ("OUTLINE", [(0.1, 0.1)] * 3, {}, "MARKING_INVALID"),
        ("OUTLINE", [(0.5, y / 101) for y in range(101)], {}, "MARKING_INVALID"),
        ("OUTLINE", [SQUARE[0], SQUARE[2], SQUARE[1], SQUARE[3]], {}, "OUTLINE_CROSSES_ITSELF"),
        ("TEXT", LINE[:1], {"text": "  "}, "TEXT_REQUIRED"),
        ("TEXT", LINE[:1], {"text": "x" * 201}, "TEXT_TOO_LONG"),
        ("TEXT", LINE[:1], {"text": "a\u202eb"}, "TEXT_NOT_ALLOWED"),
        ("RULER", LINE, {}, "SCALE_INVALID"),
        ("RULER", LINE, {"millimetres": float("nan")}, "SCALE_INVALID"),
        ("FIELD_OF_VIEW", [], {"millimetres": 2001}, "SCALE_INVALID"),
        ("FIELD_OF_VIEW", LINE, {"millimetres": 22}, "MARKING_INVALID"),
        ("LENGTH", LINE, {"millimetres": 22}, "SCALE_INVALID"),
        ("UNSPECIFIED", LINE, {}, "MARKING_INVALID"),
    ],
    ids=str,
)
async def test_what_makes_no_marking_is_refused(
    clinician: Caller,
    image: pb.Image,
    refusal: type,
    kind: str,
    points: list[tuple[float, float]],
    more: dict[str, Any],
    reason: str,
) -> None:
    with refusal(reason):
        await mark(clinician, image, kind, points, **more)
    assert (await listed(clinician, image)).markings == []


async def test_a_photo_carries_a_hundred_markings_and_a_scale_may_still_be_replaced(
    clinician: Caller, image: pb.Image, refusal: type
) -> None:
    await mark(clinician, image, "FIELD_OF_VIEW", [], millimetres=22)
    for _ in range(99):
        await mark(clinician, image, "ARROW", LINE)
    with refusal("TOO_MANY_MARKINGS"):
        await mark(clinician, image, "ARROW", LINE)
    await mark(clinician, image, "RULER", LINE, millimetres=5)
    assert len((await listed(clinician, image)).markings) == 100


async def test_two_authors_at_once_leave_one_scale(
    service: Service, clinician: Caller, image: pb.Image
) -> None:
    colleagues = [service.clinician(clinician.clinic) for _ in range(6)]
    await asyncio.gather(
        *(
            mark(colleague, image, "FIELD_OF_VIEW", [], millimetres=10 + number)
            for number, colleague in enumerate(colleagues)
        )
    )
    (standing,) = (await listed(clinician, image)).markings
    former = (await listed(clinician, image, withdrawn=True)).markings
    assert len({one.author_id for one in (standing, *former)}) == 6


async def test_two_authors_at_once_stay_within_the_limit(
    service: Service, clinician: Caller, image: pb.Image
) -> None:
    for _ in range(98):
        await mark(clinician, image, "ARROW", LINE)
    colleagues = [service.clinician(clinician.clinic) for _ in range(6)]
    answers = await asyncio.gather(
        *(mark(colleague, image, "ARROW", LINE) for colleague in colleagues),
        return_exceptions=True,
    )
    assert sum(isinstance(answer, pb.Marking) for answer in answers) == 2
    assert len((await listed(clinician, image)).markings) == 100


async def test_two_who_withdraw_at_once_both_hear_who_was_first(
    service: Service, clinician: Caller, image: pb.Image
) -> None:
    drawn = await mark(clinician, image, "LENGTH", LINE)
    colleagues = [service.clinician(clinician.clinic) for _ in range(4)]
    answers = await asyncio.gather(*(withdraw(one, drawn) for one in colleagues))
    assert len({answer.withdrawn_by for answer in answers}) == 1


async def test_markings_go_with_their_photo_to_another_patient(
    clinician: Caller, image: pb.Image
) -> None:
    right = await clinician.add_patient()
    drawn = await mark(clinician, image, "OUTLINE", SQUARE)
    await mark(clinician, image, "FIELD_OF_VIEW", [], millimetres=22)
    await correct(clinician, image.id, patient_id=right.id)
    assert drawn in (await listed(clinician, image)).markings
    assert await sizes(clinician, image) == {}
    moved = await clinician.call(pb.ListSizesRequest(patient_id=right.id))
    assert [size.image_id for size in moved.sizes] == [image.id]


async def test_a_photo_in_error_keeps_its_markings_but_takes_no_more(
    clinician: Caller, image: pb.Image, refusal: type
) -> None:
    drawn = await mark(clinician, image, "OUTLINE", SQUARE)
    await mark(clinician, image, "FIELD_OF_VIEW", [], millimetres=22)
    await void(clinician, image.id, "another patient's")
    assert await sizes(clinician, image) == {}
    for refused in (mark(clinician, image, "LENGTH", LINE), withdraw(clinician, drawn)):
        with refusal("IMAGE_VOIDED"):
            await refused
    await clinician.call(pb.RestoreImageRequest(image_id=image.id))
    assert drawn in (await listed(clinician, image)).markings


async def test_markings_are_merged_and_parted_with_their_patients(
    clinician: Caller, photo: bytes, refusal: type
) -> None:
    kept, moved = await two_patients(clinician)
    image = (await clinician.upload(photo, patient_id=moved.id)).image
    drawn = await mark(clinician, image, "LENGTH", LINE)
    await part(clinician, await merge(clinician, kept.id, moved.id))
    assert (await listed(clinician, image)).markings == [drawn]
    patient = (await clinician.call(pb.GetPatientRequest(patient_id=moved.id))).patient
    merged = await merge(clinician, kept.id, patient.id)
    await mark(clinician, image, "ARROW", LINE)
    with refusal("MERGE_ADDED_TO"):
        await part(clinician, merged)


async def test_an_archived_patients_photos_are_not_drawn_on(
    clinician: Caller, image: pb.Image, refusal: type
) -> None:
    await clinician.call(pb.ArchivePatientRequest(patient_id=image.patient_id))
    with refusal("PATIENT_ARCHIVED"):
        await mark(clinician, image, "LENGTH", LINE)


async def test_drawing_withdrawing_and_looking_are_in_the_audit(
    service: Service, clinician: Caller, image: pb.Image
) -> None:
    drawn = await mark(clinician, image, "TEXT", LINE[:1], text="regression?")
    await listed(clinician, image)
    await withdraw(clinician, drawn)
    await sizes(clinician, image)
    request = pb.ListAuditRequest(patient_id=image.patient_id, limit=4)
    entries = (await service.caller("admin").call(request)).entries
    assert [entry.event for entry in entries] == [
        "sizes.listed", "marking.withdrawn", "markings.viewed", "marking.added",
    ]  # fmt: skip
    assert dict(entries[-1].detail) == {"kind": "text"}


@pytest.mark.parametrize(
    "values",
    [
        {"kind": "'doodle'"},
        {"points": "'{0.5}'"},
        {"points": "'{0.5,1.5}'"},
        {"points": "'{0.5,NaN}'"},
        {"text": "repeat('x', 201)"},
        {"millimetres": "10"},
        {"withdrawn_at": "now()"},
    ],
    ids=str,
)
async def test_the_database_itself_refuses_what_makes_no_marking(
    service: Service, clinician: Caller, image: pb.Image, values: dict[str, str]
) -> None:
    sound = {
        "id": "gen_random_uuid()", "clinic_id": f"'{clinician.clinic}'",
        "patient_id": f"'{image.patient_id}'", "image_id": f"'{image.id}'", "kind": "'text'",
        "points": "'{0.5,0.5}'", "text": "'x'", "author_id": f"'{uuid4()}'",
        "created_at": "now()",
    }  # fmt: skip
    row = sound | values
    insert = f"INSERT INTO markings ({', '.join(row)}) VALUES ({', '.join(row.values())})"
    with service.raw(as_owner=True) as connection, pytest.raises(psycopg.errors.CheckViolation):
        connection.execute(insert)


async def mark(
    caller: Caller, image: pb.Image, kind: str, points: list[tuple[float, float]], **more: Any
) -> pb.Marking:
    request = pb.AddMarkingRequest(
        image_id=image.id,
        kind=pb.MarkingKind.Value(f"MARKING_KIND_{kind}"),
        points=[pb.MarkingPoint(x=x, y=y) for x, y in points],
        **more,
    )
    return (await caller.call(request)).marking


async def withdraw(caller: Caller, marking: pb.Marking) -> pb.Marking:
    request = pb.WithdrawMarkingRequest(marking_id=marking.id)
    return (await caller.call(request)).marking


async def listed(
    caller: Caller, image: pb.Image, *, withdrawn: bool = False
) -> pb.ListMarkingsResponse:
    return await caller.call(pb.ListMarkingsRequest(image_id=image.id, withdrawn=withdrawn))


async def sizes(caller: Caller, image: pb.Image) -> dict[str, pb.Size]:
    request = pb.ListSizesRequest(patient_id=image.patient_id, lesion_id=image.lesion_id)
    return {size.image_id: size for size in (await caller.call(request)).sizes}
