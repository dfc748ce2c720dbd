"""AccountService: one's own account."""

from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from auth_service.audit import trail
from auth_service.audit.events import Event
from auth_service.audit.trail import Filter
from auth_service.clinic import clinics
from auth_service.credentials import enrolment, password_changes, two_factor
from auth_service.credentials.reauthentication import prove_password
from auth_service.credentials.sign_in import Authenticator
from auth_service.people import accounts, profiles
from auth_service.people.profiles import Profile
from auth_service.servicers.messages import (
    audit_message,
    session_message,
    tokens_message,
    user_message,
)
from auth_service.session import sessions
from auth_service.session.tokens import TokenSigner
from dermis.auth.v1 import auth_pb2, auth_pb2_grpc
from service_kit.cursors import Cursors
from service_kit.database import Database
from service_kit.ids import parse_id
from service_kit.paging import PageRequest
from service_kit.principal import current_principal


class AccountServicer(auth_pb2_grpc.AccountServiceServicer):
    """gRPC in, rules called, gRPC out."""

    def __init__(
        self,
        *,
        database: Database,
        authenticator: Authenticator,
        signer: TokenSigner,
        cursors: Cursors,
    ) -> None:
        self._database = database
        self._authenticator = authenticator
        self._signer = signer
        self._cursors = cursors

    async def GetMe(self, request: auth_pb2.GetMeRequest, context: Any) -> auth_pb2.GetMeResponse:
        """Oneself."""
        profile = await profiles.find_at_once(self._database, current_principal().user_id)
        return auth_pb2.GetMeResponse(user=self._user(profile))

    async def UpdateMe(
        self, request: auth_pb2.UpdateMeRequest, context: Any
    ) -> auth_pb2.UpdateMeResponse:
        """Change name, address or whether to be reminded by mail."""
        principal = enrolment.full_principal()
        async with self._database.session() as session:
            if request.HasField("email"):
                account = await prove_password(
                    session,
                    principal.user_id,
                    request.current_password,
                    authenticator=self._authenticator,
                )
                await accounts.request_email_change(session, account, request.email)
            if request.HasField("full_name"):
                account = await accounts.locked(session, principal.user_id)
                await accounts.change_name(session, account, request.full_name)
            if request.HasField("reminders"):
                account = await accounts.locked(session, principal.user_id)
                accounts.want_reminders(session, account, request.reminders)
            await session.flush()
            return auth_pb2.UpdateMeResponse(user=await self._me(session))

    async def ChangePassword(
        self, request: auth_pb2.ChangePasswordRequest, context: Any
    ) -> auth_pb2.ChangePasswordResponse:
        """Change one's password."""
        principal = enrolment.full_principal()
        async with self._database.session() as session:
            await password_changes.change(
                session,
                principal.user_id,
                request.current_password,
                request.new_password,
                but_session=principal.session_id,
                authenticator=self._authenticator,
            )
        return auth_pb2.ChangePasswordResponse()

    async def SetUpTwoFactor(
        self, request: auth_pb2.SetUpTwoFactorRequest, context: Any
    ) -> auth_pb2.SetUpTwoFactorResponse:
        """Begin to set 2FA up, or to move it to a new phone."""
        principal = current_principal()
        async with self._database.session() as session:
            if request.code:
                new = await enrolment.begin_move(
                    session,
                    enrolment.full_principal().user_id,
                    request.password,
                    request.code,
                    authenticator=self._authenticator,
                )
                return _setup_message(new)
            if principal.kind == "enrolment":  # whoever enrols gave the password a moment ago
                account = await accounts.locked(session, principal.user_id)
            else:
                account = await prove_password(
                    session, principal.user_id, request.password, authenticator=self._authenticator
                )
            new = await two_factor.set_up(
                session, account, begun_in=principal.session_id, keys=self._authenticator.keys
            )
        return _setup_message(new)

    async def ConfirmTwoFactor(
        self, request: auth_pb2.ConfirmTwoFactorRequest, context: Any
    ) -> auth_pb2.ConfirmTwoFactorResponse:
        """Turn 2FA on; a caller who had to set it up first is then signed in."""
        async with self._database.session() as session:
            enrolled = await enrolment.confirm(
                session, request.code, authenticator=self._authenticator
            )
        tokens = None
        if enrolled.signed_in is not None:
            access = await self._signer.for_session(
                enrolled.signed_in.account, enrolled.signed_in.session
            )
            tokens = tokens_message(enrolled.signed_in, access)
        return auth_pb2.ConfirmTwoFactorResponse(
            recovery_codes=enrolled.recovery_codes, tokens=tokens
        )

    async def RemoveTwoFactor(
        self, request: auth_pb2.RemoveTwoFactorRequest, context: Any
    ) -> auth_pb2.RemoveTwoFactorResponse:
        """Turn 2FA off."""
        principal = enrolment.full_principal()
        async with self._database.session() as session:
            await enrolment.remove(
                session,
                principal.user_id,
                request.password,
                request.code,
                authenticator=self._authenticator,
            )
        return auth_pb2.RemoveTwoFactorResponse()

    async def RegenerateRecoveryCodes(
        self, request: auth_pb2.RegenerateRecoveryCodesRequest, context: Any
    ) -> auth_pb2.RegenerateRecoveryCodesResponse:
        """Ten new recovery codes."""
        principal = enrolment.full_principal()
        async with self._database.session() as session:
            account = await prove_password(
                session, principal.user_id, request.password, authenticator=self._authenticator
            )
            codes = await two_factor.regenerate_recovery_codes(session, account)
        return auth_pb2.RegenerateRecoveryCodesResponse(recovery_codes=codes)

    async def ListSessions(
        self, request: auth_pb2.ListSessionsRequest, context: Any
    ) -> auth_pb2.ListSessionsResponse:
        """One's own sessions."""
        principal = enrolment.full_principal()
        async with self._database.session() as session:
            found = await sessions.active(session, principal.user_id, self._authenticator.policy)
        return auth_pb2.ListSessionsResponse(
            sessions=[session_message(s, current=s.id == principal.session_id) for s in found]
        )

    async def EndSession(
        self, request: auth_pb2.EndSessionRequest, context: Any
    ) -> auth_pb2.EndSessionResponse:
        """End one session."""
        principal = enrolment.full_principal()
        session_id = parse_id(request.session_id, "session")
        async with self._database.session() as session:
            await sessions.end_one(session, principal.user_id, session_id)
        return auth_pb2.EndSessionResponse()

    async def EndOtherSessions(
        self, request: auth_pb2.EndOtherSessionsRequest, context: Any
    ) -> auth_pb2.EndOtherSessionsResponse:
        """End all sessions but this one."""
        principal = enrolment.full_principal()
        async with self._database.session() as session:
            ended = await sessions.end_all(session, principal.user_id, but=principal.session_id)
            await trail.append(session, Event.SESSIONS_ENDED, subject_id=principal.user_id)
        return auth_pb2.EndOtherSessionsResponse(ended=len(ended))

    async def ListSecurityEvents(
        self, request: auth_pb2.ListSecurityEventsRequest, context: Any
    ) -> auth_pb2.ListSecurityEventsResponse:
        """One's own sign-ins and security changes."""
        principal = enrolment.full_principal()
        collection = f"security events of {principal.user_id}"
        asked = PageRequest.of(request, collection, self._cursors)
        async with self._database.session() as session:
            page = await trail.page(
                session,
                Filter(subject_id=principal.user_id),
                size=asked.size,
                position=asked.position,
            )
        return auth_pb2.ListSecurityEventsResponse(
            events=[audit_message(record) for record in page.rows],
            next_cursor=asked.next_cursor(page),
        )

    async def ListColleagues(
        self, request: auth_pb2.ListColleaguesRequest, context: Any
    ) -> auth_pb2.ListColleaguesResponse:
        """The members of one's own clinic."""
        clinic_id = enrolment.full_principal().clinic_id
        if clinic_id is None:  # only members of a clinic may read patients
            return auth_pb2.ListColleaguesResponse()
        collection = f"colleagues at {clinic_id}"
        asked = PageRequest.of(request, collection, self._cursors)
        async with self._database.session() as session:
            page = await clinics.colleagues(
                session, clinic_id, size=asked.size, position=asked.position
            )
        return auth_pb2.ListColleaguesResponse(
            colleagues=[
                auth_pb2.Colleague(id=str(one.id), full_name=one.full_name, has_left=not one.active)
                for one in page.rows
            ],
            next_cursor=asked.next_cursor(page),
        )

    async def _me(self, session: AsyncSession) -> auth_pb2.User:
        return self._user(await profiles.find(session, current_principal().user_id))

    def _user(self, profile: Profile) -> auth_pb2.User:
        return user_message(profile, two_factor_by_role=self._authenticator.two_factor_by_role)


def _setup_message(new: two_factor.NewSecret) -> auth_pb2.SetUpTwoFactorResponse:
    return auth_pb2.SetUpTwoFactorResponse(
        otpauth_uri=new.otpauth_uri, secret=new.secret, qr_svg=new.qr_svg
    )
