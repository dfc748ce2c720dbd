"""HandInService: what a hand-off's phone may do, in somebody's name and to one lesion."""

import dataclasses
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

from dermis.patient.v1 import patient_pb2 as pb
from dermis.patient.v1 import patient_pb2_grpc
from patient_service import lesions
from patient_service.images import copies, uploads
from patient_service.servicers.enum_words import BODY_SITE
from patient_service.servicers.received_photo import receive
from service_kit.blobs import Blobs
from service_kit.database import Database
from service_kit.errors import DomainError
from service_kit.principal import HandInTarget, current_principal
from service_kit.reasons import Reason


class HandInServicer(patient_pb2_grpc.HandInServiceServicer):
    """One lesion, which the caller's token names."""

    def __init__(self, database: Database, blobs: Blobs) -> None:
        self._database = database
        self._blobs = blobs

    async def GetHandInLesion(
        self, request: pb.GetHandInLesionRequest, context: Any
    ) -> pb.GetHandInLesionResponse:
        """Where it is."""
        target, handoff = _target()
        async with self._database.session() as session:
            lesion = await lesions.view(session, target.lesion_id, handoff=str(handoff))
        return pb.GetHandInLesionResponse(body_site=BODY_SITE.number(lesion.body_site))

    async def HandInPhoto(
        self, request_iterator: AsyncIterator[pb.HandInPhotoRequest], context: Any
    ) -> pb.HandInPhotoResponse:
        """Store a photo of it."""
        target, handoff = _target()
        header, data = await receive(_addressed(request_iterator, target, handoff))
        header = dataclasses.replace(header, handoff=handoff)
        await uploads.store(self._database, self._blobs, header, data)
        return pb.HandInPhotoResponse()

    async def FindHandedIn(
        self, request: pb.FindHandedInRequest, context: Any
    ) -> pb.FindHandedInResponse:
        """Which files it has already."""
        target, handoff = _target()
        async with self._database.session() as session:
            found = await copies.find_in_lesion(
                session, target.lesion_id, request.digests, handoff=handoff
            )
        return pb.FindHandedInResponse(digests=found)


def _target() -> tuple[HandInTarget, UUID]:
    """The lesion, and the hand-off, of the caller's token.

    Raises:
        DomainError: PERMISSION_DENIED NOT_PERMITTED for any other token.
    """
    principal = current_principal()
    if principal.target is None:
        raise DomainError(Reason.NOT_PERMITTED)
    return principal.target, principal.session_id


async def _addressed(
    messages: AsyncIterator[pb.HandInPhotoRequest], target: HandInTarget, handoff: UUID
) -> AsyncIterator[pb.AddImageRequest]:
    """The same upload as one to the token's lesion; only here is it said where it goes."""
    async for message in messages:
        if message.WhichOneof("part") != "header":
            yield pb.AddImageRequest(chunk=message.chunk)
            continue
        said = message.header
        yield pb.AddImageRequest(
            header=pb.ImageHeader(
                patient_id=str(target.patient_id),
                lesion_id=str(target.lesion_id),
                captured_at=said.captured_at if said.HasField("captured_at") else None,
                # Keys are an account's; a phone's can't meet those of its account's other uploads.
                idempotency_key=said.idempotency_key and f"{handoff}/{said.idempotency_key}",
                size=said.size,
                diagnose=True,
            )
        )
