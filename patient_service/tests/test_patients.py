import asyncio
from typing import Any

from dermis.patient.v1 import patient_pb2 as pb
from patient_service.tests.conftest import Caller, Service
from service_kit.codes import Code
from service_kit.errors import DomainError


async def test_a_patient_comes_back_as_stored(clinician: Caller) -> None:
    made = await clinician.add_patient(
        full_name="Zoë Ångström", birth_date="1980-02-29", sex=pb.SEX_FEMALE,
        fitzpatrick_type=2, contact="+1 555", risk_notes="line one\nline two",
    )  # fmt: skip
    got = (await clinician.call(pb.GetPatientRequest(patient_id=made.id))).patient
    assert got == made
    assert got.version == 1
    assert got.profile.risk_notes == "line one\nline two"
    assert not got.HasField("archived_at")


async def test_another_clinics_patient_is_not_found(
    clinician: Caller, stranger: Caller, refusal: type
) -> None:
    patient = await clinician.add_patient()
    profile = pb.PatientProfile(record_number="1", full_name="x")
    for request in (
        pb.GetPatientRequest(patient_id=patient.id),
        pb.UpdatePatientRequest(patient_id=patient.id, version=1, profile=profile),
        pb.ArchivePatientRequest(patient_id=patient.id),
        pb.ListLesionsRequest(patient_id=patient.id),
        pb.ListImagesRequest(patient_id=patient.id),
        pb.ListDetectionsRequest(patient_id=patient.id),
        pb.ListTimelineRequest(patient_id=patient.id),
        pb.AddNoteRequest(patient_id=patient.id, text="hello"),
        pb.CreateLesionRequest(patient_id=patient.id),
    ):
        with refusal("PATIENT_NOT_FOUND") as refused:
            await stranger.call(request)
        assert refused.error.code == Code.NOT_FOUND


async def test_a_record_number_is_unique_in_its_clinic_whatever_its_case(
    clinician: Caller, stranger: Caller, refusal: type
) -> None:
    await clinician.add_patient(record_number="AB-1")
    with refusal("RECORD_NUMBER_TAKEN"):
        await clinician.add_patient(record_number="ab-1")
    assert await stranger.add_patient(record_number="AB-1")


async def test_of_ten_patients_with_one_number_at_once_one_is_added(clinician: Caller) -> None:
    answers = await asyncio.gather(
        *(clinician.add_patient(record_number="RACE") for _ in range(10)), return_exceptions=True
    )
    refused = [answer.reason for answer in answers if isinstance(answer, DomainError)]
    assert refused == ["RECORD_NUMBER_TAKEN"] * 9


async def test_of_two_changes_at_once_one_is_refused(clinician: Caller) -> None:
    patient = await clinician.add_patient()
    requests = []
    for name in ("One", "Two"):
        profile = pb.PatientProfile(record_number=patient.profile.record_number, full_name=name)
        requests.append(pb.UpdatePatientRequest(patient_id=patient.id, version=1, profile=profile))
    answers = await asyncio.gather(*map(clinician.call, requests), return_exceptions=True)
    refused = [answer.reason for answer in answers if isinstance(answer, DomainError)]
    assert refused == ["VERSION_CONFLICT"]


async def test_a_change_from_an_old_version_is_refused(clinician: Caller, refusal: type) -> None:
    patient = await clinician.add_patient(full_name="Before")
    patient.profile.full_name = "After"
    request = pb.UpdatePatientRequest(
        patient_id=patient.id, version=patient.version, profile=patient.profile
    )
    changed = (await clinician.call(request)).patient
    assert (changed.version, changed.profile.full_name) == (2, "After")
    request.profile.full_name = "Too late"
    with refusal("VERSION_CONFLICT") as refused:
        await clinician.call(request)
    assert refused.error.code == Code.ABORTED
    assert refused.error.metadata == {"version": "2"}


async def test_a_change_that_changes_nothing_makes_no_version(clinician: Caller) -> None:
    patient = await clinician.add_patient()
    request = pb.UpdatePatientRequest(
        patient_id=patient.id, version=patient.version, profile=patient.profile
    )
    assert (await clinician.call(request)).patient.version == 1


async def test_an_archived_patient_leaves_the_list_and_takes_nothing_new(
    clinician: Caller, refusal: type, photo: bytes
) -> None:
    patient = await clinician.add_patient(full_name="Gone Away")
    archived = (await clinician.call(pb.ArchivePatientRequest(patient_id=patient.id))).patient
    assert archived.HasField("archived_at")
    assert await _names(clinician) == []
    assert await _names(clinician, archived=True) == ["Gone Away"]
    with refusal("PATIENT_ARCHIVED"):
        await clinician.upload(photo, patient_id=patient.id)
    with refusal("PATIENT_ARCHIVED"):
        await clinician.add_lesion(patient.id)
    restored = (await clinician.call(pb.RestorePatientRequest(patient_id=patient.id))).patient
    assert not restored.HasField("archived_at")
    assert await _names(clinician) == ["Gone Away"]


async def test_search_finds_any_word_and_the_number_without_case_and_accents(
    clinician: Caller,
) -> None:
    await clinician.add_patient(full_name="Renée Müller-Straße", record_number="K-0042")
    await clinician.add_patient(full_name="Ana María Ørsted", record_number="K-0043")
    assert await _names(clinician, search="renee") == ["Renée Müller-Straße"]
    assert await _names(clinician, search="MULLER-STRASS") == ["Renée Müller-Straße"]
    assert await _names(clinician, search="maria o") == ["Ana María Ørsted"]
    assert await _names(clinician, search="k-004") == ["Renée Müller-Straße", "Ana María Ørsted"]
    assert await _names(clinician, search="ller") == []
    assert await _names(clinician, search="%") == []


async def test_a_renamed_patient_is_found_by_the_new_name_only(clinician: Caller) -> None:
    patient = await clinician.add_patient(full_name="Old Name")
    patient.profile.full_name = "New Name"
    await clinician.call(
        pb.UpdatePatientRequest(patient_id=patient.id, version=1, profile=patient.profile)
    )
    assert await _names(clinician, search="old") == []
    assert await _names(clinician, search="new") == ["New Name"]


async def test_pages_show_every_patient_once_in_order(clinician: Caller) -> None:
    names = [f"Person {number:02}" for number in range(7)]
    for name in reversed(names):
        await clinician.add_patient(full_name=name)
    for search in ("", "person"):
        seen, cursor = [], ""
        while True:
            request = pb.ListPatientsRequest(search=search, limit=3, cursor=cursor)
            page = await clinician.call(request)
            seen += [patient.profile.full_name for patient in page.patients]
            cursor = page.next_cursor
            if not cursor:
                break
        assert seen == names


async def test_a_patient_found_by_two_words_stands_in_the_list_once(clinician: Caller) -> None:
    await clinician.add_patient(full_name="Anna Andersson")
    assert await _names(clinician, search="an") == ["Anna Andersson"]


async def test_a_cursor_that_was_edited_or_belongs_to_another_list_is_refused(
    clinician: Caller, refusal: type
) -> None:
    for _ in range(3):
        await clinician.add_patient()
    cursor = (await clinician.call(pb.ListPatientsRequest(limit=1))).next_cursor
    for request in (
        pb.ListPatientsRequest(cursor=cursor[:-2] + "AA"),
        pb.ListPatientsRequest(cursor="not a cursor"),
        pb.ListPatientsRequest(cursor=cursor, search="ana"),
        pb.ListPatientsRequest(cursor=cursor, archived=True),
    ):
        with refusal("CURSOR_INVALID"):
            await clinician.call(request)


async def test_bad_profiles_are_refused_with_the_field_named(
    clinician: Caller, refusal: type
) -> None:
    for reason, field, value in (
        ("TEXT_REQUIRED", "full_name", "  "),
        ("TEXT_REQUIRED", "record_number", ""),
        ("TEXT_TOO_LONG", "full_name", "x" * 201),
        ("TEXT_NOT_ALLOWED", "full_name", "Anna\u202eanA"),
        ("TEXT_NOT_ALLOWED", "full_name", "Anna\x00"),
        ("TEXT_NOT_ALLOWED", "full_name", "Two\nlines"),
        ("DATE_INVALID", "birth_date", "2023-02-30"),
        ("DATE_INVALID", "birth_date", "20200101"),
        ("DATE_IN_FUTURE", "birth_date", "2999-01-01"),
        ("DATE_TOO_EARLY", "birth_date", "1850-01-01"),
        ("FITZPATRICK_TYPE_INVALID", "fitzpatrick_type", 7),
        ("ENUM_INVALID", "sex", 99),
    ):
        with refusal(reason) as refused:
            await clinician.add_patient(**{field: value})
        assert refused.error.code == Code.INVALID_ARGUMENT
        assert refused.error.metadata == {"field": field}


async def test_names_of_any_script_and_emoji_are_kept_and_found(clinician: Caller) -> None:
    for name in ("محمد علي", "王小明", "Jo 👩🏽‍⚕️", "ﷺ" * 200):
        await clinician.add_patient(full_name=name)
        assert name in await _names(clinician, search=name)


async def test_an_account_without_a_clinic_adds_no_patient(service: Service, refusal: type) -> None:
    with refusal("NO_CLINIC"):
        await service.caller("clinician").add_patient()


async def _names(caller: Caller, **filters: Any) -> list[str]:
    page = await caller.call(pb.ListPatientsRequest(**filters))
    return [patient.profile.full_name for patient in page.patients]


async def test_a_list_says_what_there_is_of_a_patient(clinician: Caller, photo: bytes) -> None:
    empty = await clinician.add_patient(full_name="Empty")
    shown = await clinician.add_patient(full_name="Shown")
    await clinician.add_lesion(shown.id)
    await clinician.upload(photo, patient_id=shown.id, diagnose=True)
    page = await clinician.call(pb.ListPatientsRequest())
    summaries = {patient.id: patient.summary for patient in page.patients}
    assert (summaries[empty.id].lesions, summaries[empty.id].open_items) == (0, 0)
    assert not summaries[empty.id].HasField("last_photo_at")
    assert (summaries[shown.id].lesions, summaries[shown.id].open_items) == (1, 1)
    assert summaries[shown.id].HasField("last_photo_at")
    searched = await clinician.call(pb.ListPatientsRequest(search="shown"))
    assert searched.patients[0].summary == summaries[shown.id]
    one = await clinician.call(pb.GetPatientRequest(patient_id=shown.id))
    assert not one.patient.HasField("summary")
