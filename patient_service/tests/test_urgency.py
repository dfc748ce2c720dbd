"""What a clinician is shown first, and the clinic's last weeks in figures."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import jwt
import pytest

from dermis.patient.v1 import patient_pb2 as pb
from patient_service.tests.conftest import Caller, Service, finding
from patient_service.worklists import figures, urgency
from service_kit.ids import earliest_id

REASONS = {
    pb.URGENCY_ASSIGNED: "assigned",
    pb.URGENCY_OVERDUE: "overdue",
    pb.URGENCY_CONSIDERED_MALIGNANT: "malignant",
    pb.URGENCY_NOT_ASSESSABLE: "unassessable",
}


async def test_what_is_mine_comes_first_then_what_is_overdue_malignant_or_not_assessable(
    service: Service, clinician: Caller, photo: bytes
) -> None:
    blank = await _assessed(clinician, photo, assessable=False)
    malignant = await _assessed(clinician, photo)
    late = await _assessed(clinician, photo, label="benign", probability=0.1)
    await _monitor(service, clinician, late, days_ago=3)
    mine = await _assessed(clinician, photo, label="benign", probability=0.2)
    await _assessed(clinician, photo, label="benign", probability=0.1)
    await _assign(clinician, mine, to=_me(clinician))
    assert await _first(clinician) == [
        ("assigned", mine.id),
        ("overdue", late.id),
        ("malignant", malignant.id),
        ("unassessable", blank.id),
    ]


async def test_what_is_a_colleagues_is_not_mine_however_urgent(
    clinician: Caller, photo: bytes
) -> None:
    await _assign(clinician, await _assessed(clinician, photo), to=str(uuid4()))
    assert await _first(clinician) == []


async def test_a_photo_is_shown_for_its_first_reason_only(clinician: Caller, photo: bytes) -> None:
    malignant = await _assessed(clinician, photo)
    await _assign(clinician, malignant, to=_me(clinician))
    assert await _first(clinician) == [("assigned", malignant.id)]


async def test_of_each_reason_the_likeliest_few_are_shown(clinician: Caller, photo: bytes) -> None:
    for probability in (0.6, 0.9, 0.5, 0.8, 0.7):
        await _assessed(clinician, photo, probability=probability)
    answer = await clinician.call(pb.ListUrgentRequest())
    shown = [one.entry.detection.finding.probability_malignant for one in answer.entries]
    assert shown == pytest.approx([0.9, 0.8, 0.7])
    assert len(shown) == urgency.MOST_OF_EACH


async def test_what_is_reviewed_is_no_longer_urgent(clinician: Caller, photo: bytes) -> None:
    detection = await _assessed(clinician, photo)
    await _verdict(clinician, detection, pb.VERDICT_BENIGN)
    assert await _first(clinician) == []


async def test_figures_say_who_agreed_what_was_found_and_how_long_it_took(
    service: Service, clinician: Caller, photo: bytes
) -> None:
    verdicts = [
        pb.VERDICT_AGREES, pb.VERDICT_BENIGN, pb.VERDICT_BIOPSY_MALIGNANT, None,
    ]  # fmt: skip
    for verdict, hours in zip(verdicts, (1, 5, 2, 0), strict=True):
        detection = await _assessed(clinician, photo)
        if verdict:
            await _verdict(clinician, detection, verdict)
            _given_later(service, detection, hours)
    blank = await _assessed(clinician, photo, assessable=False)
    await _verdict(clinician, blank, pb.VERDICT_BENIGN)
    answer = await clinician.call(pb.GetClinicFiguresRequest())
    assert (answer.all.images, answer.all.verdicts, answer.all.agreed) == (5, 3, 2)
    assert answer.all.malignant == 2
    # The blank photo's verdict came at once: the median of 0, 1, 2 and 5 hours.
    assert answer.all.hours == pytest.approx(1.5, abs=0.1)
    assert len(answer.weeks) == figures.WEEKS
    assert answer.weeks[-1].figures == answer.all
    assert not answer.is_cut


async def test_photos_of_archived_patients_count_and_older_ones_do_not(
    service: Service, clinician: Caller, photo: bytes
) -> None:
    archived, of_last_week, old = [await _assessed(clinician, photo) for _ in range(3)]
    await clinician.call(pb.ArchivePatientRequest(patient_id=archived.patient_id))
    _assessed_earlier(service, of_last_week, days=8)
    _assessed_earlier(service, old, days=57)
    answer = await clinician.call(pb.GetClinicFiguresRequest())
    assert answer.all.images == 2
    assert [week.figures.images for week in answer.weeks] == [0, 0, 0, 0, 0, 0, 1, 1]


async def test_without_photos_there_are_no_figures(clinician: Caller) -> None:
    answer = await clinician.call(pb.GetClinicFiguresRequest())
    assert (answer.all.images, answer.all.HasField("hours")) == (0, False)
    assert len(answer.weeks) == figures.WEEKS


async def test_another_clinics_photos_are_neither_urgent_nor_counted(
    clinician: Caller, stranger: Caller, photo: bytes
) -> None:
    await _assessed(clinician, photo)
    assert await _first(stranger) == []
    assert (await stranger.call(pb.GetClinicFiguresRequest())).all.images == 0


async def _assessed(
    clinician: Caller,
    photo: bytes,
    *,
    probability: float = 0.8,
    label: str = "malignant",
    assessable: bool = True,
) -> pb.Detection:
    patient = await clinician.add_patient()
    image = (await clinician.upload(photo, patient_id=patient.id)).image
    found = finding(probability, label=label, assessable=assessable)
    request = pb.RecordDetectionRequest(image_id=image.id, finding=found)
    detection: pb.Detection = (await clinician.call(request)).detection
    return detection


async def _verdict(
    clinician: Caller, detection: pb.Detection, verdict: pb.Verdict.ValueType
) -> None:
    await clinician.call(pb.AddReviewRequest(detection_id=detection.id, verdict=verdict))


async def _monitor(
    service: Service, clinician: Caller, detection: pb.Detection, *, days_ago: int
) -> None:
    """A verdict that said to look again by a day that is past."""
    day = datetime.now(UTC).date() + timedelta(days=1)
    await clinician.call(
        pb.AddReviewRequest(
            detection_id=detection.id,
            verdict=pb.VERDICT_AGREES,
            management=pb.MANAGEMENT_MONITOR,
            monitor_until=day.isoformat(),
        )
    )
    with service.raw(as_owner=True) as connection:
        connection.execute(
            "UPDATE reviews SET monitor_until = current_date - %s::integer WHERE detection_id = %s",
            [days_ago, detection.id],
        )
        connection.execute("SELECT refresh_worklist(%s)", [detection.image_id])


async def _assign(clinician: Caller, detection: pb.Detection, *, to: str) -> None:
    taken = pb.Assignment(image_id=detection.image_id, assigned_to=to)
    await clinician.call(pb.AssignImagesRequest(assignments=[taken]))


def _given_later(service: Service, detection: pb.Detection, hours: int) -> None:
    """As if the verdict had been given so many hours later."""
    with service.raw(as_owner=True) as connection:
        connection.execute(
            "UPDATE reviews SET created_at = created_at + make_interval(hours => %s)"
            " WHERE detection_id = %s",
            [hours, detection.id],
        )


def _assessed_earlier(service: Service, detection: pb.Detection, *, days: int) -> None:
    """As if the answer had been given so many days ago."""
    chance = UUID(detection.id).int % 2**80
    earlier = UUID(int=earliest_id(datetime.now(UTC) - timedelta(days=days)).int | chance)
    with service.raw(as_owner=True) as connection, connection.transaction():
        # A finished answer never changes, and nothing refers to one but its entry in the list.
        connection.execute("ALTER TABLE detections DISABLE TRIGGER USER")
        connection.execute("DELETE FROM worklist WHERE detection_id = %s", [detection.id])
        connection.execute("UPDATE detections SET id = %s WHERE id = %s", [earlier, detection.id])
        connection.execute(
            "INSERT INTO worklist SELECT * FROM worklist_now WHERE detection_id = %s", [earlier]
        )
        connection.execute("ALTER TABLE detections ENABLE TRIGGER USER")


def _me(clinician: Caller) -> str:
    return str(jwt.decode(clinician.token, options={"verify_signature": False})["sub"])


async def _first(clinician: Caller) -> list[tuple[str, str]]:
    answer = await clinician.call(pb.ListUrgentRequest())
    return [(REASONS[one.urgency], one.entry.detection.id) for one in answer.entries]
