"""AuthService: from an email address to a session, and what other services ask."""

from collections.abc import Mapping, Sequence
from typing import Any

from auth_service.credentials import password_changes, sign_in
from auth_service.credentials.sign_in import Authenticator, Challenged
from auth_service.mail import requests
from auth_service.people import accounts, registrations
from auth_service.people.registrations import Registration
from auth_service.servicers.messages import tokens_message
from auth_service.session import refresh_tokens, sessions
from auth_service.session.sessions import SignedIn
from auth_service.session.signing_keys import SigningKeys
from auth_service.session.tokens import TokenSigner, check_service_secret
from dermis.auth.v1 import auth_pb2, auth_pb2_grpc
from service_kit.clock import to_timestamp
from service_kit.database import Database
from service_kit.ids import parse_id


class AuthServicer(auth_pb2_grpc.AuthServiceServicer):
    """gRPC in, rules called, gRPC out."""

    def __init__(
        self,
        *,
        database: Database,
        authenticator: Authenticator,
        signer: TokenSigner,
        signing_keys: SigningKeys,
        service_secrets: Mapping[str, Sequence[str]],
    ) -> None:
        self._database = database
        self._authenticator = authenticator
        self._signer = signer
        self._signing_keys = signing_keys
        self._service_secrets = service_secrets

    async def Register(
        self, request: auth_pb2.RegisterRequest, context: Any
    ) -> auth_pb2.RegisterResponse:
        """Keep a registration until it is verified, or tell an account's owner of it by mail."""
        registration = Registration(
            email=request.email,
            password=request.password,
            full_name=request.full_name,
            clinic_name=request.clinic_name,
            invitation_token=request.invitation_token,
            owner_email=request.owner_email,
        )
        async with self._database.session() as session:
            await registrations.register(
                session, registration, passwords=self._authenticator.passwords
            )
        return auth_pb2.RegisterResponse()

    async def VerifyEmail(
        self, request: auth_pb2.VerifyEmailRequest, context: Any
    ) -> auth_pb2.VerifyEmailResponse:
        """Verify an address by a mailed link."""
        async with self._database.session() as session:
            waits = await accounts.verify_email(session, request.token)
        return auth_pb2.VerifyEmailResponse(awaits_approval=waits)

    async def ResendVerification(
        self, request: auth_pb2.ResendVerificationRequest, context: Any
    ) -> auth_pb2.ResendVerificationResponse:
        """Send another verification link."""
        async with self._database.session() as session:
            await requests.request_verification(session, request.email)
        return auth_pb2.ResendVerificationResponse()

    async def Login(self, request: auth_pb2.LoginRequest, context: Any) -> auth_pb2.LoginResponse:
        """Check the first factor."""
        async with self._database.session() as session:
            outcome = await sign_in.login(
                session,
                email=request.email,
                password=request.password,
                authenticator=self._authenticator,
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
        async with self._database.session() as session:
            signed_in = await sign_in.verify_two_factor(
                session,
                token=request.challenge_token,
                code=request.code,
                recovery_code=request.recovery_code,
                authenticator=self._authenticator,
            )
        return auth_pb2.VerifyTwoFactorResponse(tokens=await self._tokens(signed_in))

    async def Refresh(
        self, request: auth_pb2.RefreshRequest, context: Any
    ) -> auth_pb2.RefreshResponse:
        """Exchange a refresh token."""
        async with self._database.session() as session:
            signed_in = await refresh_tokens.exchange(
                session, request.refresh_token, self._authenticator.policy
            )
        return auth_pb2.RefreshResponse(tokens=await self._tokens(signed_in))

    async def Logout(
        self, request: auth_pb2.LogoutRequest, context: Any
    ) -> auth_pb2.LogoutResponse:
        """End a session."""
        async with self._database.session() as session:
            await refresh_tokens.sign_out(session, request.refresh_token)
        return auth_pb2.LogoutResponse()

    async def ForgotPassword(
        self, request: auth_pb2.ForgotPasswordRequest, context: Any
    ) -> auth_pb2.ForgotPasswordResponse:
        """Send a link to reset the password."""
        async with self._database.session() as session:
            await requests.request_password_reset(session, request.email)
        return auth_pb2.ForgotPasswordResponse()

    async def ResetPassword(
        self, request: auth_pb2.ResetPasswordRequest, context: Any
    ) -> auth_pb2.ResetPasswordResponse:
        """Set a new password by a mailed link."""
        async with self._database.session() as session:
            await password_changes.reset(
                session,
                request.token,
                request.new_password,
                passwords=self._authenticator.passwords,
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
        async with self._database.session() as session:
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
        return tokens_message(signed_in, access)
