"""/auth: everything before someone is signed in."""

from base64 import urlsafe_b64encode

from fastapi import Response

from dermis.auth.v1 import auth_pb2 as pb
from dermis.options.v1 import access_pb2
from gateway.http.answers import answers
from gateway.routers.dependencies import ClientsDep
from gateway.routers.guards import OWN_ORIGIN, Router, limited, permit
from gateway.routers.identity.refresh_cookie import PREFIX, RefreshCookieDep
from gateway.schemas.auth import (
    Credentials,
    EmailOnly,
    PasswordReset,
    Registration,
    SecondFactor,
    SignedIn,
    SigningKey,
    SigningKeys,
    SignInStep,
    TokenOnly,
    TwoFactorRequired,
    TwoFactorSetupRequired,
)
from gateway.schemas.handoffs import ClaimedHandoff, HandoffClaim
from service_kit.clock import from_timestamp
from service_kit.codes import Code
from service_kit.errors import DomainError
from service_kit.reasons import Reason

NEW_PASSWORD = (
    Reason.PASSWORD_TOO_SHORT, Reason.PASSWORD_TOO_LONG, Reason.PASSWORD_TOO_COMMON,
)  # fmt: skip
ATTEMPTS = (429, Reason.TOO_MANY_ATTEMPTS)

router = Router(
    prefix=PREFIX,
    tags=["auth"],
    dependencies=[permit(access_pb2.PERMISSION_PUBLIC)],
    responses=answers(429, 503),
)


@router.post(
    "/register",
    status_code=202,
    dependencies=[limited("register")],
    responses=answers(
        422,
        Reason.EMAIL_INVALID,
        Reason.NAME_INVALID,
        Reason.CLINIC_NAME_INVALID,
        Reason.INVITATION_INVALID,
        *NEW_PASSWORD,
    ),
)
async def register(body: Registration, clients: ClientsDep) -> None:
    """Request an account. Always the same answer; the verification link comes by mail."""
    message = pb.RegisterRequest(email=body.email, password=body.password, full_name=body.full_name)
    if body.invitation:
        message.invitation_token = body.invitation
    elif body.owner_email:
        message.owner_email = body.owner_email
    else:
        message.clinic_name = body.clinic_name
    await clients.auth.Register(message)


@router.post(
    "/verify-email",
    status_code=204,
    dependencies=[limited("mailed-link")],
    responses={
        202: {"description": "Verified; the account is opened once the clinic's owner approves."},
        **answers(Reason.LINK_INVALID, 422),
    },
)
async def verify_email(body: TokenOnly, clients: ClientsDep) -> Response:
    """Verify an address with the token from the mail."""
    answer = await clients.auth.VerifyEmail(pb.VerifyEmailRequest(token=body.token))
    return Response(status_code=202 if answer.awaits_approval else 204)


@router.post(
    "/resend-verification",
    status_code=202,
    dependencies=[limited("forgot")],
    responses=answers(422, Reason.EMAIL_INVALID),
)
async def resend_verification(body: EmailOnly, clients: ClientsDep) -> None:
    """Send the verification mail again. Always the same answer."""
    await clients.auth.ResendVerification(pb.ResendVerificationRequest(email=body.email))


@router.post(
    "/login",
    dependencies=[limited("login")],
    responses=answers(Reason.CREDENTIALS_INVALID, 422, *ATTEMPTS),
)
async def login(body: Credentials, cookie: RefreshCookieDep, clients: ClientsDep) -> SignInStep:
    """Sign in, first step: the password."""
    answer = await clients.auth.Login(pb.LoginRequest(email=body.email, password=body.password))
    if answer.HasField("authenticated"):
        return cookie.sign_in(answer.authenticated)
    if answer.HasField("two_factor_required"):
        challenge = answer.two_factor_required
        return TwoFactorRequired(
            challenge_token=challenge.challenge_token,
            expires_at=from_timestamp(challenge.expires_at),
        )
    enrolment = answer.two_factor_setup_required
    return TwoFactorSetupRequired(
        enrolment_token=enrolment.enrolment_token, expires_at=from_timestamp(enrolment.expires_at)
    )


@router.post(
    "/verify-2fa",
    dependencies=[limited("two-factor")],
    responses=answers(
        DomainError(Reason.CODE_INVALID, code=Code.UNAUTHENTICATED),
        Reason.CHALLENGE_INVALID,
        422,
        *ATTEMPTS,
    ),
)
async def verify_two_factor(
    body: SecondFactor, cookie: RefreshCookieDep, clients: ClientsDep
) -> SignedIn:
    """Sign in, second step: a code from the app or a recovery code."""
    message = pb.VerifyTwoFactorRequest(challenge_token=body.challenge_token)
    if body.recovery_code:
        message.recovery_code = body.recovery_code
    else:
        message.code = body.code
    answer = await clients.auth.VerifyTwoFactor(message)
    return cookie.sign_in(answer.tokens)


@router.post(
    "/refresh",
    dependencies=[limited("refresh"), OWN_ORIGIN],
    responses=answers(
        Reason.SIGN_IN_REQUIRED, Reason.REFRESH_INVALID, Reason.SESSION_ENDED, Reason.FOREIGN_ORIGIN
    ),
)
async def refresh(cookie: RefreshCookieDep, clients: ClientsDep) -> SignedIn:
    """Exchange the refresh cookie for a new access token and a new cookie."""
    if not cookie.token:
        raise DomainError(Reason.SIGN_IN_REQUIRED)
    answer = await clients.auth.Refresh(pb.RefreshRequest(refresh_token=cookie.token))
    return cookie.sign_in(answer.tokens)


@router.post(
    "/logout",
    status_code=204,
    dependencies=[limited("refresh"), OWN_ORIGIN],
    responses=answers(Reason.FOREIGN_ORIGIN),
)
async def logout(cookie: RefreshCookieDep, response: Response, clients: ClientsDep) -> None:
    """End the session of the refresh cookie, and have the browser empty its cache."""
    cookie.delete()
    # Not "storage": photos that have not been sent wait there for whoever took them.
    response.headers["Clear-Site-Data"] = '"cache"'
    if cookie.token:
        await clients.auth.Logout(pb.LogoutRequest(refresh_token=cookie.token))


@router.post(
    "/forgot-password",
    status_code=202,
    dependencies=[limited("forgot")],
    responses=answers(422, Reason.EMAIL_INVALID),
)
async def forgot_password(body: EmailOnly, clients: ClientsDep) -> None:
    """Request a mail to set a new password. Always the same answer."""
    await clients.auth.ForgotPassword(pb.ForgotPasswordRequest(email=body.email))


@router.post(
    "/reset-password", status_code=204, dependencies=[limited("mailed-link")],
    responses=answers(Reason.LINK_INVALID, 422, *NEW_PASSWORD),
)  # fmt: skip
async def reset_password(body: PasswordReset, clients: ClientsDep) -> None:
    """Set a new password with the token from the mail; ends all sessions."""
    await clients.auth.ResetPassword(
        pb.ResetPasswordRequest(token=body.token, new_password=body.new_password)
    )


@router.post(
    "/claim-handoff",
    dependencies=[limited("hand-in-code")],
    responses=answers(Reason.HANDOFF_INVALID, Reason.HANDOFF_CLAIMED, 422),
)
async def claim_handoff(body: HandoffClaim, clients: ClientsDep) -> ClaimedHandoff:
    """Exchange a hand-off's link for a token that hands in photos of its lesion."""
    claimed = await clients.handoffs.ClaimHandoff(
        pb.ClaimHandoffRequest(secret=body.secret, key=body.key)
    )
    return ClaimedHandoff.of(claimed)


@router.get("/jwks.json", dependencies=[limited("api")])
async def signing_keys(clients: ClientsDep) -> SigningKeys:
    """The public keys that access tokens are signed with."""
    answer = await clients.auth.GetSigningKeys(pb.GetSigningKeysRequest())
    return SigningKeys(
        keys=[
            SigningKey(kid=key.kid, x=urlsafe_b64encode(key.public_key).rstrip(b"=").decode())
            for key in answer.keys
        ]
    )
