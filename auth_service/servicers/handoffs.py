"""HandoffService: a phone hands in photos of one lesion in somebody's name."""

from typing import Any

from auth_service.credentials.qr_codes import qr_svg
from auth_service.session import handoffs
from auth_service.session.handoffs import Opened
from auth_service.session.tokens import TokenSigner
from dermis.auth.v1 import auth_pb2 as pb
from dermis.auth.v1 import auth_pb2_grpc
from service_kit.clock import to_timestamp
from service_kit.database import Database
from service_kit.ids import parse_id


class HandoffServicer(auth_pb2_grpc.HandoffServiceServicer):
    """gRPC in, rules called, gRPC out."""

    def __init__(self, database: Database, signer: TokenSigner, public_url: str) -> None:
        self._database = database
        self._signer = signer
        self._public_url = public_url.rstrip("/")

    async def CreateHandoff(
        self, request: pb.CreateHandoffRequest, context: Any
    ) -> pb.CreateHandoffResponse:
        """Make a link."""
        patient_id = parse_id(request.patient_id, "patient")
        lesion_id = parse_id(request.lesion_id, "lesion")
        async with self._database.session() as session:
            made, secret = await handoffs.create(
                session, patient_id=patient_id, lesion_id=lesion_id
            )
        # Browsers send no fragment, so the secret is in no log between here and the phone.
        link = f"{self._public_url}/hand-in#{secret}"
        return pb.CreateHandoffResponse(handoff=_message(made), link=link, qr_svg=qr_svg(link))

    async def ListHandoffs(
        self, request: pb.ListHandoffsRequest, context: Any
    ) -> pb.ListHandoffsResponse:
        """The caller's open ones."""
        async with self._database.session() as session:
            found = await handoffs.open_ones(session)
        return pb.ListHandoffsResponse(handoffs=[_message(one) for one in found])

    async def EndHandoff(
        self, request: pb.EndHandoffRequest, context: Any
    ) -> pb.EndHandoffResponse:
        """End one of the caller's."""
        async with self._database.session() as session:
            await handoffs.revoke(session, parse_id(request.handoff_id, "handoff"))
        return pb.EndHandoffResponse()

    async def ClaimHandoff(
        self, request: pb.ClaimHandoffRequest, context: Any
    ) -> pb.ClaimHandoffResponse:
        """A token for the phone that has the link."""
        async with self._database.session() as session:
            account, opened = await handoffs.claim(session, request.secret, request.key)
        signed = await self._signer.for_handoff(account, opened.session, opened.handoff)
        return pb.ClaimHandoffResponse(
            token=signed.token, expires_at=to_timestamp(opened.session.expires_at)
        )


def _message(opened: Opened) -> pb.Handoff:
    handoff = opened.handoff
    return pb.Handoff(
        id=str(handoff.session_id),
        lesion_id=str(handoff.lesion_id),
        expires_at=to_timestamp(opened.session.expires_at),
        claimed_at=to_timestamp(handoff.claimed_at) if handoff.claimed_at else None,
        agent=handoff.agent,
    )
