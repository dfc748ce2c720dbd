"""AuthService: from an e-mail address to a session, and what other services ask."""

from typing import Any

from auth_service import accounts, mail_requests, password_changes, sessions, sign_in
from auth_service.accounts import Application
from auth_service.attempts import Action
from auth_service.people import email_key
from auth_service.servicers.presentation import present_tokens
from auth_service.servicers.transaction import Transactions
from auth_service.sessions import SignedIn
from auth_service.sign_in import Challenged, Door
from auth_service.signing_keys import SigningKeys
from auth_service.tokens import TokenSigner, check_service_secret
from dermis.auth.v1 import auth_pb2, auth_pb2_grpc
from service_kit.clock import to_timestamp
from service_kit.ids import parse_id


class AuthServicer(auth_pb2_grpc.AuthServiceServicer):
    """gRPC in, domain out."""

    def __init__(
        self,
        *,
        transactions: Transactions,
        door: Door,
        signer: TokenSigner,
        signing_keys: SigningKeys,
        service_secrets: dict[str, str],
    ) -> None:
        self._transactions = transactions
        self._door = door
        self._signer = signer
        self._signing_keys = signing_keys
        self._service_secrets = service_secrets

    async def Register(
        self, request: auth_pb2.RegisterRequest, context: Any
    ) -> auth_pb2.RegisterResponse:
        """Open an account, or tell its owner that there is one."""
        await self._door.attempts.reserve(Action.REGISTER, email_key(request.email))
        application = Application(
            email=request.email,
            password=request.password,
            full_name=request.full_name,
            clinic_name=request.clinic_name,
            invitation_token=request.invitation_token,
        )
        async with self._transactions.begin() as session:
            await accounts.register(session, application, passwords=self._door.passwords)
        return auth_pb2.RegisterResponse()

    async def VerifyEmail(
        self, request: auth_pb2.VerifyEmailRequest, context: Any
    ) -> auth_pb2.VerifyEmailResponse:
        """Accept a mailed link."""
        async with self._transactions.begin() as session:
            await accounts.verify_email(session, request.token)
        return auth_pb2.VerifyEmailResponse()

    async def ResendVerification(
        self, request: auth_pb2.ResendVerificationRequest, context: Any
    ) -> auth_pb2.ResendVerificationResponse:
        """Have another link sent."""
        async with self._transactions.begin() as session:
            await mail_requests.request_verification(
                session, request.email, attempts=self._door.attempts
            )
        return auth_pb2.ResendVerificationResponse()

    async def Login(self, request: auth_pb2.LoginRequest, context: Any) -> auth_pb2.LoginResponse:
        """Check the first factor."""
        async with self._transactions.begin() as session:
            outcome = await sign_in.login(
                session, email=request.email, password=request.password, door=self._door
            )
        if isinstance(outcome, SignedIn):
            return auth_pb2.LoginResponse(authenticated=await self._tokens(outcome))
        if isinstance(outcome, Challenged):
            challenge = auth_pb2.Challenge(
                challenge_token=outcome.token, expires_at=to_timestamp(outcome.expires_at)
            )
            return auth_pb2.LoginResponse(two_factor_required=challenge)
        signed = await self._signer.for_session(outcome.account, outcome.session)
        enrolment = auth_pb2.Enrolment(
            enrolment_token=signed.token, expires_at=to_timestamp(signed.expires_at)
        )
        return auth_pb2.LoginResponse(two_factor_setup_required=enrolment)

    async def VerifyTwoFactor(
        self, request: auth_pb2.VerifyTwoFactorRequest, context: Any
    ) -> auth_pb2.VerifyTwoFactorResponse:
        """Check the second factor."""
        async with self._transactions.begin() as session:
            signed_in = await sign_in.verify_two_factor(
                session,
                token=request.challenge_token,
                code=request.code,
                recovery_code=request.recovery_code,
                door=self._door,
            )
        return auth_pb2.VerifyTwoFactorResponse(tokens=await self._tokens(signed_in))

    async def Refresh(
        self, request: auth_pb2.RefreshRequest, context: Any
    ) -> auth_pb2.RefreshResponse:
        """Exchange a refresh token."""
        async with self._transactions.begin() as session:
            signed_in = await sessions.refresh(session, request.refresh_token, self._door.policy)
        return auth_pb2.RefreshResponse(tokens=await self._tokens(signed_in))

    async def Logout(
        self, request: auth_pb2.LogoutRequest, context: Any
    ) -> auth_pb2.LogoutResponse:
        """End a session."""
        async with self._transactions.begin() as session:
            await sessions.end_by_refresh_token(session, request.refresh_token)
        return auth_pb2.LogoutResponse()

    async def ForgotPassword(
        self, request: auth_pb2.ForgotPasswordRequest, context: Any
    ) -> auth_pb2.ForgotPasswordResponse:
        """Have a link to reset the password sent."""
        async with self._transactions.begin() as session:
            await mail_requests.request_password_reset(
                session, request.email, attempts=self._door.attempts
            )
        return auth_pb2.ForgotPasswordResponse()

    async def ResetPassword(
        self, request: auth_pb2.ResetPasswordRequest, context: Any
    ) -> auth_pb2.ResetPasswordResponse:
        """Set a new password by a mailed link."""
        async with self._transactions.begin() as session:
            await password_changes.reset(
                session, request.token, request.new_password, passwords=self._door.passwords
            )
        return auth_pb2.ResetPasswordResponse()

    async def GetSigningKeys(
        self, request: auth_pb2.GetSigningKeysRequest, context: Any
    ) -> auth_pb2.GetSigningKeysResponse:
        """The public keys."""
        keys = await self._signing_keys.published()
        return auth_pb2.GetSigningKeysResponse(
            keys=[auth_pb2.SigningKey(kid=key.kid, public_key=key.public_key) for key in keys]
        )

    async def CheckSession(
        self, request: auth_pb2.CheckSessionRequest, context: Any
    ) -> auth_pb2.CheckSessionResponse:
        """Whether a session has ended."""
        session_id = parse_id(request.session_id, "session")
        async with self._transactions.begin() as session:
            ended = await sessions.has_ended(session, session_id)
        return auth_pb2.CheckSessionResponse(revoked=ended)

    async def IssueServiceToken(
        self, request: auth_pb2.IssueServiceTokenRequest, context: Any
    ) -> auth_pb2.IssueServiceTokenResponse:
        """A token for another Dermis service."""
        check_service_secret(self._service_secrets, request.service, request.secret)
        signed = await self._signer.for_service(request.service)
        return auth_pb2.IssueServiceTokenResponse(
            token=signed.token, expires_at=to_timestamp(signed.expires_at)
        )

    async def _tokens(self, signed_in: SignedIn) -> auth_pb2.Tokens:
        access = await self._signer.for_session(signed_in.account, signed_in.session)
        return present_tokens(signed_in, access)
