"""Two records of one person become one, and are parted again while nothing was added."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from dermis.patient.v1 import patient_pb2 as pb
from patient_service.tests.conftest import Caller, Service, finding, make_photo
from patient_service.tests.merging import (
    PROFILE,
    everything_of,
    found,
    labels_of,
    merge,
    note,
    part,
    preview_of,
    two_patients,
)
from patient_service.tests.test_image_corrections import correct, kinds_of, photos_of, void
from patient_service.tests.test_verdicts import (
    again,
    assert_worklists_are_true,
    assessed,
    counts,
    monitor,
    record_of,
    review,
)
from service_kit.errors import DomainError


async def test_a_merged_record_is_whole_and_every_word_stays(
    service: Service, clinician: Caller, photo: bytes
) -> None:
    kept, moved = await two_patients(clinician)
    lesion = await clinician.add_lesion(moved.id, label="shoulder")
    sorted_one = await assessed(clinician, photo, patient_id=moved.id, lesion_id=lesion.id)
    loose = await assessed(clinician, make_photo(2), patient_id=moved.id)
    own = await assessed(clinician, make_photo(3), patient_id=kept.id)
    wrong = await assessed(clinician, make_photo(4), patient_id=moved.id)
    await void(clinician, wrong.image_id, "blurred")
    given = await review(clinician, sorted_one, pb.VERDICT_MALIGNANT)
    await again(clinician, sorted_one.image_id)
    for about in ("", lesion.id):
        await note(clinician, moved.id, about)
    merged = await merge(clinician, kept.id, moved.id)
    assert (merged.kept.id, merged.moved.id, list(merged.added)) == (kept.id, moved.id, [])
    found = await photos_of(clinician, kept.id)
    assert set(found) == {own.image_id, loose.image_id, sorted_one.image_id}
    assert await photos_of(clinician, kept.id, voided=True) == [wrong.image_id]
    assert await photos_of(clinician, moved.id) == []
    assert await kinds_of(clinician, moved.id) == ["change merged", "change created"]
    kinds = await kinds_of(clinician, kept.id)
    assert kinds.count("note") == 2
    assert kinds[0] == "change merged"
    record = await record_of(clinician, sorted_one.image_id)
    assert record.standing_review_id == given.id
    assert {one.patient_id for one in record.detections} == {kept.id}
    (shown,) = (await clinician.call(pb.ListLesionsRequest(patient_id=kept.id))).lesions
    assert (shown.id, shown.profile.label) == (lesion.id, "shoulder")
    assert (await counts(clinician)).follow_up == 1
    assert_worklists_are_true(service)


async def test_parted_again_both_have_what_they_had(
    service: Service, clinician: Caller, photo: bytes
) -> None:
    kept, moved = await two_patients(clinician, risk_notes="burnt easily", contact="Oslo")
    theirs = await clinician.add_lesion(moved.id, label="Shoulder", body_site=1)
    await clinician.add_lesion(kept.id, label="shoulder", body_site=1)
    for patient in (kept, moved):
        await assessed(clinician, photo, patient_id=patient.id)
        await note(clinician, patient.id)
    monitored = await assessed(clinician, make_photo(5), patient_id=moved.id, lesion_id=theirs.id)
    await monitor(clinician, monitored, 30)
    before = [await everything_of(clinician, patient.id) for patient in (kept, moved)]
    merged = await merge(clinician, kept.id, moved.id)
    assert merged.kept.profile.risk_notes == "burnt easily"
    parted = await part(clinician, merged)
    assert parted.HasField("parted_at")
    assert not parted.moved.HasField("archived_at")
    after = [await everything_of(clinician, patient.id) for patient in (kept, moved)]
    assert after == before
    assert (await part(clinician, merged)).parted_at == parted.parted_at
    assert_worklists_are_true(service)
    second = await merge(clinician, moved.id, kept.id)
    assert second.kept.id == moved.id


async def test_what_the_kept_profile_lacks_comes_from_the_other(clinician: Caller) -> None:
    kept = await clinician.add_patient(full_name="I Solheim", contact="Bergen", risk_notes="one")
    moved = await clinician.add_patient(
        **PROFILE, contact="Oslo", risk_notes="two", fitzpatrick_type=2, sex=pb.SEX_FEMALE
    )
    preview = await preview_of(clinician, kept.id, moved.id)
    merged = await merge(clinician, kept.id, moved.id)
    profile = merged.kept.profile
    assert preview.profile == profile
    assert (profile.full_name, profile.contact) == ("I Solheim", "Bergen")
    assert (profile.birth_date, profile.sex) == ("1961-04-30", pb.SEX_FEMALE)
    assert (profile.fitzpatrick_type, profile.risk_notes) == (2, "one\n\ntwo")
    assert merged.moved.profile == moved.profile
    await part(clinician, merged)
    again_kept = (await clinician.call(pb.GetPatientRequest(patient_id=kept.id))).patient
    assert again_kept.profile == kept.profile


async def test_a_preview_says_what_goes_where_and_changes_nothing(
    clinician: Caller, photo: bytes
) -> None:
    kept, moved = await two_patients(clinician)
    lesion = await clinician.add_lesion(moved.id, label="nævus left")
    detection = await assessed(clinician, photo, patient_id=moved.id, lesion_id=lesion.id)
    await review(clinician, detection, pb.VERDICT_BENIGN)
    wrong = await clinician.upload(make_photo(2), patient_id=moved.id)
    await void(clinician, wrong.image.id, "blurred")
    await note(clinician, moved.id)
    preview = await preview_of(clinician, kept.id, moved.id)
    assert preview.kept.record == pb.RecordSize()
    assert preview.moved.record == pb.RecordSize(
        lesions=1, images=1, voided_images=1, reviews=1, notes=1
    )
    assert len(await photos_of(clinician, moved.id)) == 1


async def test_lesions_of_the_same_name_stay_apart_and_are_told_apart(clinician: Caller) -> None:
    kept, moved = await two_patients(clinician)
    number = moved.profile.record_number
    for patient in (kept, moved):
        await clinician.add_lesion(patient.id, label="Left fore-arm", body_site=2)
        await clinician.add_lesion(patient.id, body_site=1)
    await clinician.add_lesion(moved.id, label="left fore-arm", body_site=3)
    preview = await preview_of(clinician, kept.id, moved.id)
    renamed = [one.new_label for one in preview.renamed]
    assert renamed == [f"Left fore-arm ({number})", number]
    merged = await merge(clinician, kept.id, moved.id)
    labels = await labels_of(clinician, kept.id)
    assert labels == ["Left fore-arm", "", f"Left fore-arm ({number})", number, "left fore-arm"]
    await part(clinician, merged)
    assert await labels_of(clinician, moved.id) == ["Left fore-arm", "", "left fore-arm"]


async def test_search_finds_the_kept_patient_by_either_name_and_number(clinician: Caller) -> None:
    kept = await clinician.add_patient(full_name="Ingrid Solheim")
    moved = await clinician.add_patient(full_name="Ingrid Nygård")
    merged = await merge(clinician, kept.id, moved.id)
    for typed in ("nygard", moved.profile.record_number, "solheim", ""):
        assert await found(clinician, typed) == [kept.id], typed
        assert await found(clinician, typed, archived=True) == []
    request = pb.UpdatePatientRequest(
        patient_id=kept.id, version=merged.kept.version, profile=kept.profile
    )
    request.profile.full_name = "Ingrid Solheim-Berg"
    await clinician.call(request)
    assert await found(clinician, "nygard") == [kept.id]


async def test_parted_patients_are_found_by_their_own_names(clinician: Caller) -> None:
    kept = await clinician.add_patient(full_name="Ingrid Solheim")
    moved = await clinician.add_patient(full_name="Ingrid Nygård")
    await part(clinician, await merge(clinician, kept.id, moved.id))
    assert await found(clinician, "nygard") == [moved.id]
    assert await found(clinician, "solheim") == [kept.id]


async def test_the_address_of_who_was_merged_leads_to_the_record(
    clinician: Caller, photo: bytes, refusal: type
) -> None:
    kept, moved = await two_patients(clinician)
    lesion = await clinician.add_lesion(moved.id)
    await merge(clinician, kept.id, moved.id)
    shown = (await clinician.call(pb.GetPatientRequest(patient_id=moved.id))).patient
    assert shown.merged_into == kept.id
    # What waited in a browser meanwhile still arrives.
    late = await clinician.upload(
        photo, patient_id=moved.id, lesion_id=lesion.id, idempotency_key="k", diagnose=True
    )
    assert (late.image.patient_id, late.detection.patient_id) == (kept.id, kept.id)
    repeated = await clinician.upload(
        photo, patient_id=moved.id, lesion_id=lesion.id, idempotency_key="k", diagnose=True
    )
    assert (repeated.replayed, repeated.image.id) == (True, late.image.id)
    for refused in (
        note(clinician, moved.id),
        clinician.add_lesion(moved.id),
        correct(clinician, late.image.id, patient_id=moved.id),
        clinician.call(pb.RestorePatientRequest(patient_id=moved.id)),
    ):
        with refusal("PATIENT_MERGED"):
            await refused


async def test_an_upload_of_before_the_merge_still_replays(clinician: Caller, photo: bytes) -> None:
    kept, moved = await two_patients(clinician)
    header = {"patient_id": moved.id, "idempotency_key": str(uuid4())}
    first = await clinician.upload(photo, **header)
    merged = await merge(clinician, kept.id, moved.id)
    second = await clinician.upload(photo, **header)
    assert (second.replayed, second.image.id) == (True, first.image.id)
    assert second.image.patient_id == kept.id
    await part(clinician, merged)
    assert (await clinician.upload(photo, **header)).image.patient_id == moved.id


async def test_an_answer_that_comes_after_the_merge_lands_in_the_merged_record(
    clinician: Caller, photo: bytes
) -> None:
    kept, moved = await two_patients(clinician)
    pending = await clinician.upload(photo, patient_id=moved.id, diagnose=True)
    merged = await merge(clinician, kept.id, moved.id)
    request = pb.RecordDetectionRequest(image_id=pending.image.id, finding=finding())
    assert (await clinician.call(request)).detection.patient_id == kept.id
    # It goes with its photo, so it is nothing that was added.
    await part(clinician, merged)
    assert await photos_of(clinician, moved.id) == [pending.image.id]


async def test_copies_are_known_across_both_records_and_forgotten_when_parted(
    clinician: Caller, photo: bytes
) -> None:
    kept, moved = await two_patients(clinician)
    first = await clinician.upload(photo, patient_id=kept.id)
    second = await clinician.upload(photo, patient_id=moved.id)
    merged = await merge(clinician, kept.id, moved.id)
    assert (await record_of(clinician, second.image.id)).image.duplicate_of == first.image.id
    await part(clinician, merged)
    assert (await record_of(clinician, second.image.id)).image.duplicate_of == ""


async def test_both_patients_audits_name_the_merge(service: Service, clinician: Caller) -> None:
    kept, moved = await two_patients(clinician)
    merged = await merge(clinician, kept.id, moved.id)
    await part(clinician, merged)
    for event in ("patient.merged", "patient.parted"):
        for patient in (kept, moved):
            request = pb.ListAuditRequest(patient_id=patient.id, event=event)
            (entry,) = (await service.caller("admin").call(request)).entries
            assert entry.subject_id == merged.id
            assert entry.detail == {"moved_from": moved.id, "moved_to": kept.id}


ADDED: dict[str, Any] = {
    "images": lambda c, kept, _: c.upload(make_photo(9), patient_id=kept.id),
    "notes": lambda c, kept, _: note(c, kept.id),
    "lesions": lambda c, kept, _: c.add_lesion(kept.id),
    "reviews": lambda c, _, detection: review(c, detection, pb.VERDICT_BENIGN),
    "changes": lambda c, _, detection: void(c, detection.image_id, "blurred"),
}


@pytest.mark.parametrize("what", ADDED)
async def test_what_was_added_since_forbids_parting(
    clinician: Caller, photo: bytes, refusal: type, what: str
) -> None:
    kept, moved = await two_patients(clinician)
    detection = await assessed(clinician, photo, patient_id=moved.id)
    merged = await merge(clinician, kept.id, moved.id)
    await ADDED[what](clinician, kept, detection)
    with refusal("MERGE_ADDED_TO") as refused:
        await part(clinician, merged)
    assert what in refused.error.metadata["added"].split(",")
    (listed,) = (await clinician.call(pb.ListMergesRequest(patient_id=kept.id))).merges
    assert what in listed.added
    assert await photos_of(clinician, moved.id) == []


async def test_merges_are_parted_in_the_opposite_order(clinician: Caller, refusal: type) -> None:
    kept, moved = await two_patients(clinician)
    third = await clinician.add_patient()
    first = await merge(clinician, kept.id, moved.id)
    second = await merge(clinician, kept.id, third.id)
    with refusal("MERGE_ADDED_TO") as refused:
        await part(clinician, first)
    assert refused.error.metadata["added"] == "merges"
    await part(clinician, second)
    await part(clinician, first)


async def test_a_record_of_merged_patients_is_merged_further(
    clinician: Caller, photo: bytes, refusal: type
) -> None:
    first, second = await two_patients(clinician)
    third = await clinician.add_patient()
    image = (await clinician.upload(photo, patient_id=first.id)).image
    inner = await merge(clinician, second.id, first.id)
    outer = await merge(clinician, third.id, second.id)
    assert await photos_of(clinician, third.id) == [image.id]
    assert await found(clinician, first.profile.record_number) == [third.id]
    with refusal("PATIENT_MERGED"):
        await part(clinician, inner)
    late = await clinician.upload(make_photo(2), patient_id=first.id)
    assert late.image.patient_id == third.id
    with refusal("MERGE_ADDED_TO"):
        await part(clinician, outer)


async def test_who_can_not_be_merged(clinician: Caller, stranger: Caller, refusal: type) -> None:
    kept, moved = await two_patients(clinician)
    foreign = await stranger.add_patient()
    for call in (merge, preview_of):
        with refusal("MERGE_WITH_ITSELF"):
            await call(clinician, kept.id, kept.id)
        with refusal("PATIENT_NOT_FOUND"):
            await call(clinician, kept.id, foreign.id)
        with refusal("PATIENT_NOT_FOUND"):
            await call(clinician, foreign.id, kept.id)
    await clinician.call(pb.ArchivePatientRequest(patient_id=moved.id))
    for ids in ((kept.id, moved.id), (moved.id, kept.id)):
        for call in (merge, preview_of):
            with refusal("PATIENT_ARCHIVED"):
                await call(clinician, *ids)


async def test_a_merge_of_another_patient_or_clinic_is_not_found(
    clinician: Caller, stranger: Caller, refusal: type
) -> None:
    kept, moved = await two_patients(clinician)
    merged = await merge(clinician, kept.id, moved.id)
    with refusal("MERGE_NOT_FOUND"):
        await clinician.call(pb.PartPatientsRequest(patient_id=moved.id, merge_id=merged.id))
    with refusal("PATIENT_NOT_FOUND"):
        await stranger.call(pb.PartPatientsRequest(patient_id=kept.id, merge_id=merged.id))


async def test_a_merge_on_older_versions_is_refused(clinician: Caller, refusal: type) -> None:
    kept, moved = await two_patients(clinician)
    for versions in ({"version": 2}, {"other_version": 7}):
        with refusal("VERSION_CONFLICT"):
            await merge(clinician, kept.id, moved.id, **versions)
    await merge(clinician, kept.id, moved.id, version=1, other_version=1)


async def test_risk_notes_too_long_together_are_refused(clinician: Caller, refusal: type) -> None:
    kept = await clinician.add_patient(risk_notes="a" * 2500)
    moved = await clinician.add_patient(risk_notes="b" * 2500)
    with refusal("TEXT_TOO_LONG"):
        await merge(clinician, kept.id, moved.id)


async def test_two_clinicians_who_merge_at_once_get_one_merge(
    service: Service, clinician: Caller, photo: bytes
) -> None:
    for _ in range(5):
        kept, moved = await two_patients(clinician)
        await clinician.upload(photo, patient_id=moved.id)
        colleague = service.clinician(clinician.clinic)
        first, second = await asyncio.gather(
            merge(clinician, kept.id, moved.id), merge(colleague, kept.id, moved.id)
        )
        assert first.id == second.id
        assert len(await photos_of(clinician, kept.id)) == 1


async def test_two_who_merge_in_opposite_directions_lose_nothing(
    service: Service, clinician: Caller, photo: bytes
) -> None:
    for _ in range(5):
        one, other = await two_patients(clinician)
        for patient in (one, other):
            await clinician.upload(photo, patient_id=patient.id)
        colleague = service.clinician(clinician.clinic)
        answers = await asyncio.gather(
            merge(clinician, one.id, other.id),
            merge(colleague, other.id, one.id),
            return_exceptions=True,
        )
        refused = [one for one in answers if isinstance(one, DomainError)]
        assert [error.reason for error in refused] == ["PATIENT_MERGED"]
        sizes = [len(await photos_of(clinician, patient.id)) for patient in (one, other)]
        assert sorted(sizes) == [0, 2]


async def test_work_on_a_record_that_is_being_merged_is_done_or_refused_never_lost(
    service: Service, clinician: Caller
) -> None:
    kept, moved = await two_patients(clinician)
    lesion = await clinician.add_lesion(moved.id)
    pending = [
        await clinician.upload(
            make_photo(seed), patient_id=moved.id, lesion_id=lesion.id, diagnose=True
        )
        for seed in range(6)
    ]
    answered = await assessed(clinician, make_photo(30), patient_id=moved.id)
    answers = await asyncio.gather(
        merge(clinician, kept.id, moved.id),
        *(
            clinician.call(pb.RecordDetectionRequest(image_id=p.image.id, finding=finding()))
            for p in pending
        ),
        *(note(clinician, moved.id, lesion.id) for _ in range(4)),
        *(clinician.upload(make_photo(20 + n), patient_id=moved.id) for n in range(4)),
        again(clinician, answered.image_id),
        review(clinician, answered, pb.VERDICT_BENIGN),
        return_exceptions=True,
    )
    refused = [a for a in answers if isinstance(a, BaseException)]
    assert {getattr(e, "reason", e) for e in refused} <= {
        "PATIENT_MERGED", "VERSION_CONFLICT", "RECORD_BUSY",
    }  # fmt: skip
    if isinstance(answers[0], DomainError):
        await merge(clinician, kept.id, moved.id)
    assert len(await photos_of(clinician, kept.id)) == 11
    assert await photos_of(clinician, moved.id) == []
    notes = [n for n in answers if isinstance(n, pb.AddNoteResponse)]
    assert (await kinds_of(clinician, kept.id)).count("note") == len(notes)
    assert_worklists_are_true(service)
