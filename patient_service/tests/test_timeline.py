from typing import Any

from dermis.patient.v1 import patient_pb2 as pb
from patient_service.tests.conftest import Caller, finding


async def test_everything_that_happened_stands_in_one_stream_newest_first(
    clinician: Caller, photo: bytes
) -> None:
    patient, _ = await _record_with_everything(clinician, photo)
    entries = await _timeline(clinician, patient.id)
    kinds = [entry.WhichOneof("subject") for entry in entries]
    assert kinds == ["note", "change", "review", "detection", "image", "change", "change"]
    actions = [entry.change.action for entry in entries if entry.HasField("change")]
    assert actions == ["updated", "created", "created"]
    assert list(entries[1].change.fields) == ["risk_notes"]
    times = [entry.at.ToDatetime() for entry in entries]
    assert times == sorted(times, reverse=True)


async def test_a_timeline_is_filtered_by_lesion_and_kind(clinician: Caller, photo: bytes) -> None:
    patient, lesion = await _record_with_everything(clinician, photo)
    of_lesion = await _timeline(clinician, patient.id, lesion_id=lesion.id)
    kinds = [entry.WhichOneof("subject") for entry in of_lesion]
    assert kinds == ["note", "review", "detection", "image", "change"]
    notes = await _timeline(clinician, patient.id, kinds=[pb.TIMELINE_KIND_NOTE])
    assert [entry.note.text for entry in notes] == ["seen again in May"]


async def test_pages_of_a_timeline_join_without_gap_or_repetition(
    clinician: Caller, photo: bytes
) -> None:
    patient, _ = await _record_with_everything(clinician, photo)
    whole = await _timeline(clinician, patient.id)
    paged, cursor = [], ""
    while True:
        request = pb.ListTimelineRequest(patient_id=patient.id, limit=2, cursor=cursor)
        page = await clinician.call(request)
        paged += page.entries
        cursor = page.next_cursor
        if not cursor:
            break
    assert paged == whole


async def test_a_cursor_of_another_patients_timeline_is_refused(
    clinician: Caller, photo: bytes, refusal: type
) -> None:
    patient, _ = await _record_with_everything(clinician, photo)
    other = await clinician.add_patient()
    request = pb.ListTimelineRequest(patient_id=patient.id, limit=1)
    cursor = (await clinician.call(request)).next_cursor
    with refusal("CURSOR_INVALID"):
        await clinician.call(pb.ListTimelineRequest(patient_id=other.id, cursor=cursor))


async def test_a_note_about_another_patients_lesion_is_refused(
    clinician: Caller, refusal: type
) -> None:
    patient, other = await clinician.add_patient(), await clinician.add_patient()
    lesion = await clinician.add_lesion(other.id)
    with refusal("LESION_NOT_FOUND"):
        await clinician.call(
            pb.AddNoteRequest(patient_id=patient.id, lesion_id=lesion.id, text="?")
        )
    with refusal("TEXT_REQUIRED"):
        await clinician.call(pb.AddNoteRequest(patient_id=patient.id, text=" "))


async def _record_with_everything(caller: Caller, photo: bytes) -> tuple[pb.Patient, pb.Lesion]:
    patient = await caller.add_patient()
    lesion = await caller.add_lesion(patient.id, label="mole")
    image = (await caller.upload(photo, patient_id=patient.id, lesion_id=lesion.id)).image
    request = pb.RecordDetectionRequest(image_id=image.id, finding=finding())
    detection = (await caller.call(request)).detection
    await caller.call(pb.AddReviewRequest(detection_id=detection.id, verdict=pb.VERDICT_AGREES))
    patient.profile.risk_notes = "sunburns in childhood"
    await caller.call(
        pb.UpdatePatientRequest(patient_id=patient.id, version=1, profile=patient.profile)
    )
    note = pb.AddNoteRequest(patient_id=patient.id, lesion_id=lesion.id, text="seen again in May")
    await caller.call(note)
    return patient, lesion


async def _timeline(caller: Caller, patient_id: str, **filters: Any) -> list[pb.TimelineEntry]:
    page = await caller.call(pb.ListTimelineRequest(patient_id=patient_id, **filters))
    return list(page.entries)
