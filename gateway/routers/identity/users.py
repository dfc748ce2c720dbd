"""/users/me: one's own account."""

from dermis.auth.v1 import auth_pb2 as pb
from dermis.options.v1 import access_pb2
from gateway.http.answers import answers
from gateway.routers.dependencies import ClientsDep, Cursor, Limit
from gateway.routers.guards import Router, limited, permit
from gateway.routers.identity.auth import NEW_PASSWORD
from gateway.routers.identity.refresh_cookie import RefreshCookieDep
from gateway.schemas.accounts import (
    ConfirmTwoFactor,
    Ended,
    PasswordAgain,
    PasswordChange,
    ProfileChange,
    RecoveryCodes,
    RemoveTwoFactor,
    SecurityEvent,
    Session,
    Sessions,
    SetUpTwoFactor,
    TwoFactorSetup,
    User,
)
from gateway.schemas.fields import Page
from service_kit.reasons import Reason

# What changes answer that ask for the password again.
PASSWORD = (Reason.PASSWORD_WRONG, 403, 422, 429, Reason.TOO_MANY_ATTEMPTS)

router = Router(
    prefix="/users/me",
    tags=["users"],
    dependencies=[permit(access_pb2.PERMISSION_SIGNED_IN), limited("api")],
    responses=answers(401, 403, 429, 503),
)


@router.get("")
async def me(clients: ClientsDep) -> User:
    """My account."""
    return User.of((await clients.accounts.GetMe(pb.GetMeRequest())).user)


@router.put("", responses=answers(*PASSWORD, Reason.NAME_INVALID, Reason.EMAIL_INVALID))
async def update_me(body: ProfileChange, clients: ClientsDep) -> User:
    """Change my name, address or reminders; a new address counts once it is verified."""
    message = pb.UpdateMeRequest(
        full_name=body.full_name,
        email=body.email,
        current_password=body.current_password,
        reminders=body.reminders,
    )
    return User.of((await clients.accounts.UpdateMe(message)).user)


@router.post("/password", status_code=204, responses=answers(*PASSWORD, *NEW_PASSWORD))
async def change_password(body: PasswordChange, clients: ClientsDep) -> None:
    """Change my password; my other sessions end."""
    await clients.accounts.ChangePassword(
        pb.ChangePasswordRequest(
            current_password=body.current_password, new_password=body.new_password
        )
    )


@router.post(
    "/2fa/setup",
    responses=answers(
        *PASSWORD,
        Reason.CODE_INVALID,
        Reason.TWO_FACTOR_ALREADY_ON,
        Reason.TWO_FACTOR_NOT_SET_UP,
    ),
)
async def set_up_two_factor(body: SetUpTwoFactor, clients: ClientsDep) -> TwoFactorSetup:
    """Start enrolling an authenticator app, or moving to another phone's."""
    answer = await clients.accounts.SetUpTwoFactor(
        pb.SetUpTwoFactorRequest(password=body.password, code=body.code)
    )
    return TwoFactorSetup(
        otpauth_uri=answer.otpauth_uri, secret=answer.secret, qr_svg=answer.qr_svg
    )


@router.post(
    "/2fa/confirm",
    responses=answers(
        Reason.CODE_INVALID,
        422,
        Reason.TWO_FACTOR_NOT_SET_UP,
        Reason.TWO_FACTOR_ALREADY_ON,
        429,
        Reason.TOO_MANY_ATTEMPTS,
    ),
)
async def confirm_two_factor(
    body: ConfirmTwoFactor, cookie: RefreshCookieDep, clients: ClientsDep
) -> RecoveryCodes:
    """Finish enrolling with a first code from the app."""
    answer = await clients.accounts.ConfirmTwoFactor(pb.ConfirmTwoFactorRequest(code=body.code))
    tokens = cookie.sign_in(answer.tokens) if answer.HasField("tokens") else None
    return RecoveryCodes(recovery_codes=list(answer.recovery_codes), tokens=tokens)


@router.delete(
    "/2fa",
    status_code=204,
    responses=answers(
        Reason.CODE_INVALID, *PASSWORD, Reason.TWO_FACTOR_REQUIRED, Reason.TWO_FACTOR_NOT_SET_UP
    ),
)
async def remove_two_factor(body: RemoveTwoFactor, clients: ClientsDep) -> None:
    """Remove my authenticator app, if my role may do without."""
    await clients.accounts.RemoveTwoFactor(
        pb.RemoveTwoFactorRequest(password=body.password, code=body.code)
    )


@router.post("/2fa/recovery-codes", responses=answers(*PASSWORD, Reason.TWO_FACTOR_NOT_SET_UP))
async def regenerate_recovery_codes(body: PasswordAgain, clients: ClientsDep) -> RecoveryCodes:
    """Replace my recovery codes; the old ones stop working."""
    answer = await clients.accounts.RegenerateRecoveryCodes(
        pb.RegenerateRecoveryCodesRequest(password=body.password)
    )
    return RecoveryCodes(recovery_codes=list(answer.recovery_codes))


@router.get("/sessions")
async def list_sessions(clients: ClientsDep) -> Sessions:
    """Where I am signed in, newest first."""
    answer = await clients.accounts.ListSessions(pb.ListSessionsRequest())
    return Sessions(items=[Session.of(session) for session in answer.sessions])


@router.delete("/sessions")
async def end_other_sessions(clients: ClientsDep) -> Ended:
    """End all my sessions except this one."""
    answer = await clients.accounts.EndOtherSessions(pb.EndOtherSessionsRequest())
    return Ended(ended=answer.ended)


@router.delete(
    "/sessions/{session_id}",
    status_code=204,
    responses=answers(Reason.SESSION_NOT_FOUND, Reason.INVALID_ID, 422),
)
async def end_session(session_id: str, clients: ClientsDep) -> None:
    """End one of my sessions."""
    await clients.accounts.EndSession(pb.EndSessionRequest(session_id=session_id))


@router.get("/security-events", responses=answers(422, Reason.CURSOR_INVALID))
async def list_security_events(
    clients: ClientsDep, limit: Limit = 50, cursor: Cursor = ""
) -> Page[SecurityEvent]:
    """My sign-ins and security changes, newest first."""
    page = await clients.accounts.ListSecurityEvents(
        pb.ListSecurityEventsRequest(limit=limit, cursor=cursor)
    )
    return Page.of([SecurityEvent.of(entry) for entry in page.events], page.next_cursor)
