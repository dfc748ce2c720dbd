"""Merges: two records of one person made one, and parted again."""

from typing import Annotated

from fastapi import Query

from dermis.patient.v1 import patient_pb2 as pb
from gateway.http.answers import answers
from gateway.routers.dependencies import ClientsDep
from gateway.routers.guards import READ_PATIENTS, WRITE_PATIENTS, Router, limited
from gateway.schemas.fields import Page
from gateway.schemas.merges import Merge, MergeDraft, MergePreview
from service_kit.reasons import Reason

# What previews and merges refuse.
BOTH = (
    Reason.PATIENT_NOT_FOUND, Reason.MERGE_WITH_ITSELF, Reason.PATIENT_ARCHIVED,
    Reason.PATIENT_MERGED, Reason.TEXT_TOO_LONG, Reason.INVALID_ID, 422,
)  # fmt: skip

router = Router(prefix="/patients", tags=["patients"], responses=answers(401, 403, 422, 429, 503))


@router.get(
    "/{patient_id}/merge-preview",
    dependencies=[READ_PATIENTS, limited("api")],
    responses=answers(*BOTH),
)
async def preview_merge(
    patient_id: str,
    clients: ClientsDep,
    other_patient_id: Annotated[
        str, Query(max_length=64, description="Whose record would move to this patient.")
    ],
) -> MergePreview:
    """What a merge would bring together; nothing changes."""
    answer = await clients.merges.PreviewMerge(
        pb.PreviewMergeRequest(patient_id=patient_id, other_patient_id=other_patient_id)
    )
    return MergePreview.of(answer)


@router.post(
    "/{patient_id}/merges",
    status_code=201,
    dependencies=[WRITE_PATIENTS, limited("api")],
    responses=answers(*BOTH, Reason.VERSION_CONFLICT, Reason.RECORD_BUSY),
)
async def merge_patients(patient_id: str, body: MergeDraft, clients: ClientsDep) -> Merge:
    """Move another patient's whole record to this one; once more changes nothing."""
    answer = await clients.merges.MergePatients(
        pb.MergePatientsRequest(
            patient_id=patient_id,
            other_patient_id=str(body.other_patient_id),
            version=body.version,
            other_version=body.other_version,
        )
    )
    return Merge.of(answer.merge)


@router.get(
    "/{patient_id}/merges",
    dependencies=[READ_PATIENTS, limited("api")],
    responses=answers(Reason.PATIENT_NOT_FOUND, Reason.INVALID_ID, 422),
)
async def list_merges(patient_id: str, clients: ClientsDep) -> Page[Merge]:
    """Whose records were merged into a patient's and not parted since, newest first."""
    answer = await clients.merges.ListMerges(pb.ListMergesRequest(patient_id=patient_id))
    return Page.of([Merge.of(merge) for merge in answer.merges], "")


@router.post(
    "/{patient_id}/merges/{merge_id}/part",
    dependencies=[WRITE_PATIENTS, limited("api")],
    responses=answers(
        Reason.PATIENT_NOT_FOUND,
        Reason.MERGE_NOT_FOUND,
        Reason.MERGE_ADDED_TO,
        Reason.PATIENT_ARCHIVED,
        Reason.PATIENT_MERGED,
        Reason.RECORD_BUSY,
        Reason.INVALID_ID,
        422,
    ),
)
async def part_patients(patient_id: str, merge_id: str, clients: ClientsDep) -> Merge:
    """Give two patients their own records back; refused once anything was added."""
    answer = await clients.merges.PartPatients(
        pb.PartPatientsRequest(patient_id=patient_id, merge_id=merge_id)
    )
    return Merge.of(answer.merge)
