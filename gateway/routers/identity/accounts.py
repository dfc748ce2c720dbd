"""/admin/users, /admin/invitations and /admin/clinics: other people's accounts."""

from typing import Annotated

from fastapi import Query

from dermis.auth.v1 import auth_pb2 as pb
from dermis.options.v1 import access_pb2
from gateway.http.answers import answers
from gateway.routers.dependencies import ClientsDep, Cursor, Limit
from gateway.routers.guards import Router, limited, permit
from gateway.schemas.accounts import Ended, User
from gateway.schemas.admin import Clinic, Invitation, InvitationDraft, UserChange
from gateway.schemas.fields import Page, role_value
from service_kit.clock import from_timestamp
from service_kit.reasons import Reason

ONE = (Reason.USER_NOT_FOUND, Reason.INVALID_ID, 422)

router = Router(
    prefix="/admin",
    tags=["admin"],
    dependencies=[permit(access_pb2.PERMISSION_MANAGE_ACCOUNTS), limited("api")],
    responses=answers(401, 403, 429, 503),
)


@router.get("/users", responses=answers(422, Reason.CURSOR_INVALID))
async def list_users(
    clients: ClientsDep,
    search: Annotated[str, Query(max_length=200, description="Part of a name or address.")] = "",
    limit: Limit = 50,
    cursor: Cursor = "",
) -> Page[User]:
    """Accounts, newest first."""
    page = await clients.account_admin.ListUsers(
        pb.ListUsersRequest(search=search, limit=limit, cursor=cursor)
    )
    return Page.of([User.of(user) for user in page.users], page.next_cursor)


@router.patch(
    "/users/{user_id}",
    responses=answers(
        *ONE, Reason.CLINIC_NOT_FOUND, Reason.CLINIC_REQUIRED, Reason.LAST_ADMINISTRATOR
    ),
)
async def update_user(user_id: str, body: UserChange, clients: ClientsDep) -> User:
    """Change role, clinic, active state or required 2FA; a change ends the account's sessions."""
    answer = await clients.account_admin.UpdateUser(
        pb.UpdateUserRequest(
            user_id=user_id,
            role=role_value(body.role) if body.role else None,
            active=body.active,
            owns_clinic=body.owns_clinic,
            require_two_factor=body.require_two_factor,
            clinic_id=body.clinic_id,
        )
    )
    return User.of(answer.user)


@router.post("/users/{user_id}/reset-2fa", status_code=204, responses=answers(*ONE))
async def reset_user_two_factor(user_id: str, clients: ClientsDep) -> None:
    """Remove a lost second factor; the account enrols again at its next sign-in."""
    await clients.account_admin.ResetUserTwoFactor(pb.ResetUserTwoFactorRequest(user_id=user_id))


@router.delete("/users/{user_id}/sessions", responses=answers(*ONE))
async def end_user_sessions(user_id: str, clients: ClientsDep) -> Ended:
    """End all sessions of an account."""
    answer = await clients.account_admin.EndUserSessions(pb.EndUserSessionsRequest(user_id=user_id))
    return Ended(ended=answer.ended)


@router.post(
    "/invitations",
    status_code=201,
    responses=answers(
        Reason.CLINIC_NOT_FOUND,
        Reason.EMAIL_TAKEN,
        Reason.EMAIL_INVALID,
        Reason.CLINIC_REQUIRED,
        Reason.INVALID_ID,
        422,
    ),
)
async def create_invitation(body: InvitationDraft, clients: ClientsDep) -> Invitation:
    """Invite someone by mail to open an account with a role."""
    answer = await clients.account_admin.CreateInvitation(
        pb.CreateInvitationRequest(
            email=body.email, role=role_value(body.role), clinic_id=body.clinic_id or ""
        )
    )
    return Invitation(id=answer.invitation_id, expires_at=from_timestamp(answer.expires_at))


@router.get("/clinics", responses=answers(422, Reason.CURSOR_INVALID))
async def list_clinics(
    clients: ClientsDep,
    search: Annotated[str, Query(max_length=200, description="Part of a name.")] = "",
    limit: Limit = 50,
    cursor: Cursor = "",
) -> Page[Clinic]:
    """Clinics that people can be invited or moved to, newest first."""
    page = await clients.account_admin.ListClinics(
        pb.ListClinicsRequest(search=search, limit=limit, cursor=cursor)
    )
    return Page.of(
        [Clinic.of(one) for one in page.clinics],
        page.next_cursor,
    )
