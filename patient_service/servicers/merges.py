"""MergeService: two patients made one, and parted again."""

from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from dermis.patient.v1 import patient_pb2 as pb
from dermis.patient.v1 import patient_pb2_grpc
from patient_service.merging import merges, previews
from patient_service.merging.merged_rows import RecordSize
from patient_service.models import Merge, Patient
from patient_service.patients import profiles
from patient_service.servicers.messages import optional_time, patient_message, profile_message
from service_kit.database import Database
from service_kit.ids import parse_id


class MergeServicer(patient_pb2_grpc.MergeServiceServicer):
    """Merges of the caller's clinic."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def PreviewMerge(
        self, request: pb.PreviewMergeRequest, context: Any
    ) -> pb.PreviewMergeResponse:
        """What a merge would bring together."""
        async with self._database.session() as session:
            preview = await previews.preview(
                session,
                parse_id(request.patient_id, "patient"),
                parse_id(request.other_patient_id, "patient"),
            )
        return pb.PreviewMergeResponse(
            kept=_side(preview.kept, preview.kept_size),
            moved=_side(preview.moved, preview.moved_size),
            profile=profile_message(preview.kept, preview.plan.profile),
            renamed=[
                pb.RenamedLesion(
                    lesion_id=str(one.lesion_id), label=one.label, new_label=one.new_label
                )
                for one in preview.plan.renamed
            ],
        )

    async def MergePatients(
        self, request: pb.MergePatientsRequest, context: Any
    ) -> pb.MergePatientsResponse:
        """Move another patient's record to this one."""
        async with self._database.session() as session:
            merge = await merges.merge(
                session,
                parse_id(request.patient_id, "patient"),
                parse_id(request.other_patient_id, "patient"),
                version=request.version,
                other_version=request.other_version,
            )
            return pb.MergePatientsResponse(merge=await _whole(session, merge))

    async def PartPatients(
        self, request: pb.PartPatientsRequest, context: Any
    ) -> pb.PartPatientsResponse:
        """Give both their own records back."""
        async with self._database.session() as session:
            merge = await merges.part(
                session,
                parse_id(request.patient_id, "patient"),
                parse_id(request.merge_id, "merge"),
            )
            return pb.PartPatientsResponse(merge=await _whole(session, merge))

    async def ListMerges(
        self, request: pb.ListMergesRequest, context: Any
    ) -> pb.ListMergesResponse:
        """Who was merged into a patient and not parted since."""
        async with self._database.session() as session:
            patient_id = parse_id(request.patient_id, "patient")
            found = [
                await _whole(session, merge)
                for merge, _ in await merges.standing(session, patient_id)
            ]
        return pb.ListMergesResponse(merges=found)


def _side(patient: Patient, size: RecordSize) -> pb.MergeSide:
    record = pb.RecordSize(
        lesions=size.lesions,
        images=size.images,
        voided_images=size.voided_images,
        reviews=size.reviews,
        notes=size.notes,
    )
    return pb.MergeSide(patient=patient_message(patient), record=record)


async def _whole(session: AsyncSession, merge: Merge) -> pb.Merge:
    """A merge with both patients as they are now."""
    return pb.Merge(
        id=str(merge.id),
        kept=patient_message(await profiles.find(session, merge.patient_id)),
        moved=patient_message(await profiles.find(session, merge.merged_id)),
        author_id=str(merge.author_id),
        created_at=optional_time(merge.created_at),
        added=[] if merge.parted_at else await merges.added(session, merge),
        parted_at=optional_time(merge.parted_at),
    )
