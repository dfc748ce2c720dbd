"""AdminService: other people's accounts."""

from typing import Any

from auth_service.clinic import clinics, invitations
from auth_service.people import administration, profiles
from auth_service.people.administration import AccountChange
from auth_service.people.profiles import Profile
from auth_service.people.roles import Role
from auth_service.servicers.messages import user_message
from dermis.auth.v1 import auth_pb2, auth_pb2_grpc
from service_kit.clock import to_timestamp
from service_kit.cursors import Cursors
from service_kit.database import Database
from service_kit.ids import parse_id
from service_kit.paging import PageRequest
from service_kit.postgres_values import without_nul
from service_kit.principal import current_principal


class AdminServicer(auth_pb2_grpc.AdminServiceServicer):
    """gRPC in, rules called, gRPC out."""

    def __init__(self, *, database: Database, cursors: Cursors, two_factor_by_role: bool) -> None:
        self._database = database
        self._cursors = cursors
        self._two_factor_by_role = two_factor_by_role

    async def ListUsers(
        self, request: auth_pb2.ListUsersRequest, context: Any
    ) -> auth_pb2.ListUsersResponse:
        """Accounts, newest first."""
        search = without_nul(request.search)
        collection = f"users search={search}"
        asked = PageRequest.of(request, collection, self._cursors)
        async with self._database.session() as session:
            page = await profiles.page(
                session, search=search, size=asked.size, position=asked.position
            )
        return auth_pb2.ListUsersResponse(
            users=[self._present(profile) for profile in page.rows],
            next_cursor=asked.next_cursor(page),
        )

    async def UpdateUser(
        self, request: auth_pb2.UpdateUserRequest, context: Any
    ) -> auth_pb2.UpdateUserResponse:
        """Change role, clinic, activity or whether 2FA is required."""
        user_id = parse_id(request.user_id, "user")
        wanted = AccountChange(
            role=Role.from_number(request.role) if request.HasField("role") else None,
            active=request.active if request.HasField("active") else None,
            owns_clinic=request.owns_clinic if request.HasField("owns_clinic") else None,
            require_two_factor=(
                request.require_two_factor if request.HasField("require_two_factor") else None
            ),
            clinic_id=parse_id(request.clinic_id, "clinic") if request.clinic_id else None,
        )
        async with self._database.session() as session:
            await administration.change(session, user_id, wanted)
            profile = await profiles.find(session, user_id)
        return auth_pb2.UpdateUserResponse(user=self._present(profile))

    async def ResetUserTwoFactor(
        self, request: auth_pb2.ResetUserTwoFactorRequest, context: Any
    ) -> auth_pb2.ResetUserTwoFactorResponse:
        """Remove a lost second factor from an account."""
        user_id = parse_id(request.user_id, "user")
        async with self._database.session() as session:
            await administration.reset_two_factor(session, user_id)
        return auth_pb2.ResetUserTwoFactorResponse()

    async def EndUserSessions(
        self, request: auth_pb2.EndUserSessionsRequest, context: Any
    ) -> auth_pb2.EndUserSessionsResponse:
        """Sign an account out everywhere."""
        user_id = parse_id(request.user_id, "user")
        async with self._database.session() as session:
            ended = await administration.end_sessions(session, user_id)
        return auth_pb2.EndUserSessionsResponse(ended=ended)

    async def CreateInvitation(
        self, request: auth_pb2.CreateInvitationRequest, context: Any
    ) -> auth_pb2.CreateInvitationResponse:
        """Invite someone by mail."""
        async with self._database.session() as session:
            invitation = await invitations.invite(
                session,
                email=request.email,
                role=Role.from_number(request.role),
                clinic_id=parse_id(request.clinic_id, "clinic") if request.clinic_id else None,
                invited_by=current_principal().user_id,
            )
        return auth_pb2.CreateInvitationResponse(
            invitation_id=str(invitation.id), expires_at=to_timestamp(invitation.expires_at)
        )

    async def ListClinics(
        self, request: auth_pb2.ListClinicsRequest, context: Any
    ) -> auth_pb2.ListClinicsResponse:
        """Clinics, newest first."""
        search = without_nul(request.search)
        collection = f"clinics search={search}"
        asked = PageRequest.of(request, collection, self._cursors)
        async with self._database.session() as session:
            page = await clinics.page(
                session, search=search, size=asked.size, position=asked.position
            )
        return auth_pb2.ListClinicsResponse(
            clinics=[
                auth_pb2.Clinic(id=str(one.id), name=one.name, clinicians=one.clinicians)
                for one in page.rows
            ],
            next_cursor=asked.next_cursor(page),
        )

    def _present(self, profile: Profile) -> auth_pb2.User:
        return user_message(profile, two_factor_by_role=self._two_factor_by_role)
