"""Merging patients as a clinician does, and looking at what came of it."""

from typing import Any

from dermis.patient.v1 import patient_pb2 as pb
from patient_service.tests.conftest import Caller
from patient_service.tests.test_image_corrections import kinds_of, photos_of

PROFILE = {"full_name": "Ingrid Solheim", "birth_date": "1961-04-30"}


async def two_patients(clinician: Caller, **theirs: Any) -> tuple[pb.Patient, pb.Patient]:
    """Whose record stays, and whose moves."""
    kept = await clinician.add_patient(**PROFILE)
    return kept, await clinician.add_patient(**PROFILE | theirs)


async def merge(clinician: Caller, kept: str, moved: str, **versions: int) -> pb.Merge:
    request = pb.MergePatientsRequest(patient_id=kept, other_patient_id=moved, **versions)
    return (await clinician.call(request)).merge


async def part(clinician: Caller, merged: pb.Merge) -> pb.Merge:
    request = pb.PartPatientsRequest(patient_id=merged.kept.id, merge_id=merged.id)
    return (await clinician.call(request)).merge


async def preview_of(clinician: Caller, kept: str, moved: str) -> pb.PreviewMergeResponse:
    request = pb.PreviewMergeRequest(patient_id=kept, other_patient_id=moved)
    return await clinician.call(request)


async def note(clinician: Caller, patient_id: str, lesion_id: str = "") -> pb.AddNoteResponse:
    request = pb.AddNoteRequest(patient_id=patient_id, lesion_id=lesion_id, text="itches")
    return await clinician.call(request)


async def found(clinician: Caller, search: str, *, archived: bool = False) -> list[str]:
    request = pb.ListPatientsRequest(search=search, archived=archived)
    return [patient.id for patient in (await clinician.call(request)).patients]


async def labels_of(clinician: Caller, patient_id: str) -> list[str]:
    listed = (await clinician.call(pb.ListLesionsRequest(patient_id=patient_id))).lesions
    return [lesion.profile.label for lesion in listed]


async def everything_of(clinician: Caller, patient_id: str) -> tuple[Any, ...]:
    """A record as its patient's page shows it, without what merging adds to its history."""
    patient = (await clinician.call(pb.GetPatientRequest(patient_id=patient_id))).patient
    kinds = await kinds_of(clinician, patient_id)
    due = await clinician.call(pb.CountOpenRequest(patient_id=patient_id))
    return (
        patient.profile,
        await photos_of(clinician, patient_id),
        await labels_of(clinician, patient_id),
        [kind for kind in kinds if kind not in ("change merged", "change parted")],
        due,
    )
