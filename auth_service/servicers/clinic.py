"""ClinicService: one's own clinic, its letterhead and its team."""

from typing import Any

from auth_service.clinic import join_requests, letterheads, team
from auth_service.clinic.letterheads import LetterheadChange
from auth_service.clinic.team import MemberChange
from auth_service.credentials.enrolment import full_principal
from auth_service.models import Account, Clinic, Invitation, PendingRegistration
from dermis.auth.v1 import auth_pb2, auth_pb2_grpc
from service_kit.clock import to_timestamp
from service_kit.database import Database
from service_kit.errors import DomainError
from service_kit.ids import parse_id
from service_kit.reasons import Reason


class ClinicServicer(auth_pb2_grpc.ClinicServiceServicer):
    """gRPC in, rules called, gRPC out."""

    def __init__(self, *, database: Database) -> None:
        self._database = database

    async def GetClinic(
        self, request: auth_pb2.GetClinicRequest, context: Any
    ) -> auth_pb2.GetClinicResponse:
        """The caller's clinic."""
        clinic_id = full_principal().clinic_id
        if clinic_id is None:
            raise DomainError(Reason.NO_CLINIC)
        async with self._database.session() as session:
            clinic = await letterheads.of(session, clinic_id)
        return auth_pb2.GetClinicResponse(letterhead=_letterhead(clinic))

    async def UpdateClinic(
        self, request: auth_pb2.UpdateClinicRequest, context: Any
    ) -> auth_pb2.UpdateClinicResponse:
        """Change the letterhead or the time zone."""
        given = {field.name: value for field, value in request.ListFields()}
        empty = {name: "" for name in ("address",) if request.HasField(name)}
        if request.HasField("logo"):
            given.setdefault("logo", b"")
        async with self._database.session() as session:
            by = await team.owner(session)
            clinic = await letterheads.change(session, by, LetterheadChange(**(empty | given)))
        return auth_pb2.UpdateClinicResponse(letterhead=_letterhead(clinic))

    async def GetTeam(
        self, request: auth_pb2.GetTeamRequest, context: Any
    ) -> auth_pb2.GetTeamResponse:
        """Members, pending invitations, and who asks to join."""
        async with self._database.session() as session:
            by = await team.owner(session)
            members = await team.members(session, by.clinic_id)
            invitations = await team.pending_invitations(session, by.clinic_id)
            waiting = await join_requests.waiting(session, by)
        return auth_pb2.GetTeamResponse(
            members=map(_member, members),
            invitations=map(_invitation, invitations),
            join_requests=map(_join_request, waiting),
        )

    async def UpdateMember(
        self, request: auth_pb2.UpdateMemberRequest, context: Any
    ) -> auth_pb2.UpdateMemberResponse:
        """Remove a colleague, take one back, or make one an owner."""
        member_id = parse_id(request.user_id, "user")
        wanted = MemberChange(
            active=request.active if request.HasField("active") else None,
            owns_clinic=request.owns_clinic if request.HasField("owns_clinic") else None,
        )
        async with self._database.session() as session:
            member = await team.change(session, await team.owner(session), member_id, wanted)
        return auth_pb2.UpdateMemberResponse(member=_member(member))

    async def InviteColleague(
        self, request: auth_pb2.InviteColleagueRequest, context: Any
    ) -> auth_pb2.InviteColleagueResponse:
        """Invite a clinician to the caller's clinic."""
        async with self._database.session() as session:
            invitation = await team.invite(session, await team.owner(session), request.email)
        return auth_pb2.InviteColleagueResponse(invitation=_invitation(invitation))

    async def RevokeInvitation(
        self, request: auth_pb2.RevokeInvitationRequest, context: Any
    ) -> auth_pb2.RevokeInvitationResponse:
        """Make a pending invitation void."""
        invitation_id = parse_id(request.invitation_id, "invitation")
        async with self._database.session() as session:
            await team.revoke(session, await team.owner(session), invitation_id)
        return auth_pb2.RevokeInvitationResponse()

    async def DecideJoinRequest(
        self, request: auth_pb2.DecideJoinRequestRequest, context: Any
    ) -> auth_pb2.DecideJoinRequestResponse:
        """Let somebody join, or not."""
        request_id = parse_id(request.join_request_id, "join_request")
        decide = join_requests.approve if request.approve else join_requests.decline
        async with self._database.session() as session:
            await decide(session, await team.owner(session), request_id)
        return auth_pb2.DecideJoinRequestResponse()


def _letterhead(clinic: Clinic) -> auth_pb2.Letterhead:
    return auth_pb2.Letterhead(
        clinic_id=str(clinic.id),
        name=clinic.name,
        address=clinic.address,
        time_zone=clinic.time_zone,
        logo=clinic.logo or b"",
    )


def _member(account: Account) -> auth_pb2.Member:
    last = account.last_sign_in_at
    return auth_pb2.Member(
        id=str(account.id),
        full_name=account.full_name,
        email=account.email,
        owns_clinic=account.owns_clinic,
        active=account.active,
        last_sign_in_at=to_timestamp(last) if last else None,
    )


def _invitation(invitation: Invitation) -> auth_pb2.PendingInvitation:
    return auth_pb2.PendingInvitation(
        id=str(invitation.id),
        email=invitation.email_key,
        expires_at=to_timestamp(invitation.expires_at),
    )


def _join_request(pending: PendingRegistration) -> auth_pb2.JoinRequest:
    return auth_pb2.JoinRequest(
        id=str(pending.id),
        full_name=pending.full_name,
        email=pending.email,
        asked_at=to_timestamp(pending.verified_at or pending.created_at),
    )
