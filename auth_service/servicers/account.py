"""AccountService: one's own account."""

from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from auth_service import (
    accounts,
    audit,
    clinics,
    enrolment,
    password_changes,
    profiles,
    sessions,
    two_factor,
)
from auth_service.audit import Filter
from auth_service.events import Event
from auth_service.reauthentication import prove_password
from auth_service.servicers.presentation import (
    present_entry,
    present_session,
    present_tokens,
    present_user,
)
from auth_service.servicers.transaction import Transactions
from auth_service.sign_in import Door
from auth_service.tokens import TokenSigner
from dermis.auth.v1 import auth_pb2, auth_pb2_grpc
from service_kit.cursors import Cursors, page_size
from service_kit.ids import parse_id
from service_kit.paging import id_position, next_cursor
from service_kit.principal import current_principal


class AccountServicer(auth_pb2_grpc.AccountServiceServicer):
    """gRPC in, domain out."""

    def __init__(
        self, *, transactions: Transactions, door: Door, signer: TokenSigner, cursors: Cursors
    ) -> None:
        self._transactions = transactions
        self._door = door
        self._signer = signer
        self._cursors = cursors

    async def GetMe(self, request: auth_pb2.GetMeRequest, context: Any) -> auth_pb2.GetMeResponse:
        """Oneself."""
        async with self._transactions.begin() as session:
            return auth_pb2.GetMeResponse(user=await self._me(session))

    async def UpdateMe(
        self, request: auth_pb2.UpdateMeRequest, context: Any
    ) -> auth_pb2.UpdateMeResponse:
        """Change name or address."""
        principal = enrolment.full_principal()
        async with self._transactions.begin() as session:
            if request.HasField("email"):
                account = await prove_password(
                    session, principal.user_id, request.current_password, door=self._door
                )
                await accounts.request_email_change(session, account, request.email)
            if request.HasField("full_name"):
                account = await accounts.locked(session, principal.user_id)
                await accounts.change_name(session, account, request.full_name)
            await session.flush()
            return auth_pb2.UpdateMeResponse(user=await self._me(session))

    async def ChangePassword(
        self, request: auth_pb2.ChangePasswordRequest, context: Any
    ) -> auth_pb2.ChangePasswordResponse:
        """Change one's password."""
        principal = enrolment.full_principal()
        async with self._transactions.begin() as session:
            account = await prove_password(
                session, principal.user_id, request.current_password, door=self._door
            )
            password_hash = await self._door.passwords.accept(
                request.new_password, personal=[account.email, account.full_name]
            )
            await password_changes.change(
                session, account, password_hash, but_session=principal.session_id
            )
        return auth_pb2.ChangePasswordResponse()

    async def SetUpTwoFactor(
        self, request: auth_pb2.SetUpTwoFactorRequest, context: Any
    ) -> auth_pb2.SetUpTwoFactorResponse:
        """Begin to enrol."""
        principal = current_principal()
        async with self._transactions.begin() as session:
            if principal.kind == "enrolment":  # the password was given a moment ago
                account = await accounts.locked(session, principal.user_id)
            else:
                account = await prove_password(
                    session, principal.user_id, request.password, door=self._door
                )
            offer = await two_factor.set_up(session, account, keys=self._door.keys)
        return auth_pb2.SetUpTwoFactorResponse(
            otpauth_uri=offer.otpauth_uri, secret=offer.secret, qr_svg=offer.qr_svg
        )

    async def ConfirmTwoFactor(
        self, request: auth_pb2.ConfirmTwoFactorRequest, context: Any
    ) -> auth_pb2.ConfirmTwoFactorResponse:
        """Turn 2FA on; a caller who had to enrol is signed in."""
        async with self._transactions.begin() as session:
            enrolled = await enrolment.confirm(session, request.code, door=self._door)
        tokens = None
        if enrolled.signed_in is not None:
            access = await self._signer.for_session(
                enrolled.signed_in.account, enrolled.signed_in.session
            )
            tokens = present_tokens(enrolled.signed_in, access)
        return auth_pb2.ConfirmTwoFactorResponse(
            recovery_codes=enrolled.recovery_codes, tokens=tokens
        )

    async def RemoveTwoFactor(
        self, request: auth_pb2.RemoveTwoFactorRequest, context: Any
    ) -> auth_pb2.RemoveTwoFactorResponse:
        """Turn 2FA off."""
        principal = enrolment.full_principal()
        async with self._transactions.begin() as session:
            account = await prove_password(
                session, principal.user_id, request.password, door=self._door
            )
            await enrolment.remove(session, account, request.code, door=self._door)
        return auth_pb2.RemoveTwoFactorResponse()

    async def RegenerateRecoveryCodes(
        self, request: auth_pb2.RegenerateRecoveryCodesRequest, context: Any
    ) -> auth_pb2.RegenerateRecoveryCodesResponse:
        """Ten new recovery codes."""
        principal = enrolment.full_principal()
        async with self._transactions.begin() as session:
            account = await prove_password(
                session, principal.user_id, request.password, door=self._door
            )
            codes = await two_factor.regenerate_recovery_codes(session, account)
        return auth_pb2.RegenerateRecoveryCodesResponse(recovery_codes=codes)

    async def ListSessions(
        self, request: auth_pb2.ListSessionsRequest, context: Any
    ) -> auth_pb2.ListSessionsResponse:
        """Where one is signed in."""
        principal = enrolment.full_principal()
        async with self._transactions.begin() as session:
            found = await sessions.active(session, principal.user_id, self._door.policy)
        return auth_pb2.ListSessionsResponse(
            sessions=[present_session(s, current=s.id == principal.session_id) for s in found]
        )

    async def EndSession(
        self, request: auth_pb2.EndSessionRequest, context: Any
    ) -> auth_pb2.EndSessionResponse:
        """End one session."""
        principal = enrolment.full_principal()
        session_id = parse_id(request.session_id, "session")
        async with self._transactions.begin() as session:
            await sessions.end_one(session, principal.user_id, session_id)
        return auth_pb2.EndSessionResponse()

    async def EndOtherSessions(
        self, request: auth_pb2.EndOtherSessionsRequest, context: Any
    ) -> auth_pb2.EndOtherSessionsResponse:
        """End all sessions but this one."""
        principal = enrolment.full_principal()
        async with self._transactions.begin() as session:
            ended = await sessions.end_all(session, principal.user_id, but=principal.session_id)
            await audit.record(session, Event.SESSIONS_ENDED, subject_id=principal.user_id)
        return auth_pb2.EndOtherSessionsResponse(ended=len(ended))

    async def ListSecurityEvents(
        self, request: auth_pb2.ListSecurityEventsRequest, context: Any
    ) -> auth_pb2.ListSecurityEventsResponse:
        """One's own sign-ins and changes."""
        principal = enrolment.full_principal()
        collection = f"security events of {principal.user_id}"
        before = self._cursors.read(collection, request.cursor)
        async with self._transactions.begin() as session:
            page = await audit.page(
                session,
                Filter(subject_id=principal.user_id),
                before=int(before) if before else None,
                size=page_size(request.limit),
            )
        return auth_pb2.ListSecurityEventsResponse(
            events=[present_entry(record) for record in page.rows],
            next_cursor=next_cursor(self._cursors, collection, page),
        )

    async def ListColleagues(
        self, request: auth_pb2.ListColleaguesRequest, context: Any
    ) -> auth_pb2.ListColleaguesResponse:
        """The people of one's own clinic."""
        clinic_id = enrolment.full_principal().clinic_id
        if clinic_id is None:  # whoever may read patients belongs to a clinic
            return auth_pb2.ListColleaguesResponse()
        collection = f"colleagues at {clinic_id}"
        after = id_position(self._cursors.read(collection, request.cursor))
        async with self._transactions.begin() as session:
            page = await clinics.colleagues(
                session, clinic_id, after=after, size=page_size(request.limit)
            )
        return auth_pb2.ListColleaguesResponse(
            colleagues=[
                auth_pb2.Colleague(id=str(one.id), full_name=one.full_name) for one in page.rows
            ],
            next_cursor=next_cursor(self._cursors, collection, page),
        )

    async def _me(self, session: AsyncSession) -> auth_pb2.User:
        profile = await profiles.find(session, current_principal().user_id)
        return present_user(profile, two_factor_by_role=self._door.two_factor_by_role)
