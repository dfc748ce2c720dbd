"""/clinic: one's own clinic, its letterhead and its team."""

import asyncio
import io

from dermis.auth.v1 import auth_pb2 as pb
from dermis.options.v1 import access_pb2
from gateway.http.answers import answers
from gateway.routers.dependencies import ClientsDep
from gateway.routers.guards import READ_PATIENTS, Router, limited, permit
from gateway.schemas.clinic import (
    ColleagueInvitation,
    JoinDecision,
    JoinRequest,
    Letterhead,
    LetterheadChange,
    Member,
    MemberChange,
    PendingInvitation,
    Team,
)
from imaging.decoding import decode
from service_kit.errors import DomainError
from service_kit.reasons import Reason

KEEP_CLINIC = permit(access_pb2.PERMISSION_KEEP_CLINIC)
OWNER = (403, Reason.NOT_CLINIC_OWNER)
# Printed 60 mm wide at most: 250 dots per inch.
_LOGO_PIXELS = (600, 300)

router = Router(
    prefix="/clinic",
    tags=["clinic"],
    dependencies=[limited("api")],
    responses=answers(401, 403, 422, 429, 503),
)


@router.get("", dependencies=[READ_PATIENTS], responses=answers(403, Reason.NO_CLINIC))
async def get_clinic(clients: ClientsDep) -> Letterhead:
    """My clinic as its reports show it."""
    return Letterhead.of((await clients.clinic.GetClinic(pb.GetClinicRequest())).letterhead)


@router.patch(
    "",
    dependencies=[KEEP_CLINIC],
    responses=answers(
        *OWNER,
        422,
        Reason.CLINIC_NAME_INVALID,
        Reason.ADDRESS_INVALID,
        Reason.TIME_ZONE_INVALID,
        Reason.LOGO_INVALID,
    ),
)
async def update_clinic(body: LetterheadChange, clients: ClientsDep) -> Letterhead:
    """Change the letterhead or the time zone; for owners."""
    logo = body.logo and await asyncio.to_thread(_logo, body.logo)
    answer = await clients.clinic.UpdateClinic(
        pb.UpdateClinicRequest(
            name=body.name, address=body.address, time_zone=body.time_zone, logo=logo
        )
    )
    return Letterhead.of(answer.letterhead)


@router.get("/team", dependencies=[KEEP_CLINIC], responses=answers(*OWNER))
async def get_team(clients: ClientsDep) -> Team:
    """Members, pending invitations and who asks to join; for owners."""
    answer = await clients.clinic.GetTeam(pb.GetTeamRequest())
    return Team(
        members=[Member.of(one) for one in answer.members],
        invitations=[PendingInvitation.of(one) for one in answer.invitations],
        join_requests=[JoinRequest.of(one) for one in answer.join_requests],
    )


@router.patch(
    "/team/{user_id}",
    dependencies=[KEEP_CLINIC],
    responses=answers(*OWNER, Reason.USER_NOT_FOUND, Reason.LAST_OWNER, Reason.INVALID_ID, 422),
)
async def update_member(user_id: str, body: MemberChange, clients: ClientsDep) -> Member:
    """Remove a colleague or take one back, share or end ownership; for owners."""
    answer = await clients.clinic.UpdateMember(
        pb.UpdateMemberRequest(user_id=user_id, active=body.active, owns_clinic=body.owns_clinic)
    )
    return Member.of(answer.member)


@router.post(
    "/invitations",
    status_code=201,
    dependencies=[KEEP_CLINIC],
    responses=answers(*OWNER, Reason.EMAIL_INVALID, 422),
)
async def invite_colleague(body: ColleagueInvitation, clients: ClientsDep) -> PendingInvitation:
    """Invite a clinician by mail; for owners."""
    answer = await clients.clinic.InviteColleague(pb.InviteColleagueRequest(email=body.email))
    return PendingInvitation.of(answer.invitation)


@router.delete(
    "/invitations/{invitation_id}",
    status_code=204,
    dependencies=[KEEP_CLINIC],
    responses=answers(*OWNER, Reason.INVITATION_NOT_FOUND, Reason.INVALID_ID, 422),
)
async def revoke_invitation(invitation_id: str, clients: ClientsDep) -> None:
    """Make a pending invitation void; for owners."""
    await clients.clinic.RevokeInvitation(pb.RevokeInvitationRequest(invitation_id=invitation_id))


@router.post(
    "/join-requests/{join_request_id}",
    status_code=204,
    dependencies=[KEEP_CLINIC],
    responses=answers(
        *OWNER, Reason.JOIN_REQUEST_NOT_FOUND, Reason.EMAIL_TAKEN, Reason.INVALID_ID, 422
    ),
)
async def decide_join_request(
    join_request_id: str, body: JoinDecision, clients: ClientsDep
) -> None:
    """Let somebody join who registered for my clinic, or decline; for owners."""
    await clients.clinic.DecideJoinRequest(
        pb.DecideJoinRequestRequest(join_request_id=join_request_id, approve=body.approve)
    )


def _logo(picture: bytes) -> bytes:
    """A logo written anew, so that nothing but its pixels is kept.

    Raises:
        DomainError: INVALID_ARGUMENT / LOGO_INVALID.
    """
    try:
        image = decode(picture)
    except DomainError:
        raise DomainError(Reason.LOGO_INVALID) from None
    image.thumbnail(_LOGO_PIXELS)
    out = io.BytesIO()
    image.save(out, "PNG", optimize=True)
    return out.getvalue()
