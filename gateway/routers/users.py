"""/users/me: one's own account."""

from fastapi import APIRouter, Request, Response

from dermis.auth.v1 import auth_pb2 as pb
from dermis.options.v1 import access_pb2
from gateway.errors import answers
from gateway.rate_limit import limited
from gateway.routers.auth import signed_in
from gateway.routers.dependencies import ClientsDep
from gateway.schemas.auth import (
    Code,
    PasswordAgain,
    PasswordChange,
    ProfileChange,
    RecoveryCodes,
    TwoFactorSetup,
    User,
)
from gateway.security import permit

router = APIRouter(
    prefix="/users/me",
    tags=["users"],
    dependencies=[permit(access_pb2.PERMISSION_SIGNED_IN), limited("api")],
    responses=answers(401),
)


@router.get("")
async def me(clients: ClientsDep) -> User:
    """My account."""
    return User.of((await clients.accounts.GetMe(pb.GetMeRequest())).user)


@router.put("", responses=answers(422))
async def update_me(body: ProfileChange, clients: ClientsDep) -> User:
    """Change my name or address; a new address counts only once it is verified."""
    message = pb.UpdateMeRequest(
        full_name=body.full_name, email=body.email, current_password=body.current_password
    )
    return User.of((await clients.accounts.UpdateMe(message)).user)


@router.post("/password", status_code=204, responses=answers(422))
async def change_password(body: PasswordChange, clients: ClientsDep) -> None:
    """Change my password."""
    await clients.accounts.ChangePassword(
        pb.ChangePasswordRequest(
            current_password=body.current_password, new_password=body.new_password
        )
    )


@router.post("/2fa/setup", responses=answers(422))
async def set_up_two_factor(body: PasswordAgain, clients: ClientsDep) -> TwoFactorSetup:
    """Begin to enrol an authenticator app."""
    answer = await clients.accounts.SetUpTwoFactor(pb.SetUpTwoFactorRequest(password=body.password))
    return TwoFactorSetup(
        otpauth_uri=answer.otpauth_uri, secret=answer.secret, qr_svg=answer.qr_svg
    )


@router.post("/2fa/confirm", responses=answers(422))
async def confirm_two_factor(
    body: Code, request: Request, response: Response, clients: ClientsDep
) -> RecoveryCodes:
    """Finish with a first code from the app."""
    answer = await clients.accounts.ConfirmTwoFactor(pb.ConfirmTwoFactorRequest(code=body.code))
    tokens = signed_in(request, response, answer.tokens) if answer.HasField("tokens") else None
    return RecoveryCodes(recovery_codes=list(answer.recovery_codes), tokens=tokens)


@router.delete("/2fa", status_code=204, responses=answers(403, 409, 422))
async def remove_two_factor(body: PasswordAgain, clients: ClientsDep) -> None:
    """Remove my authenticator app, where my role may do without."""
    await clients.accounts.RemoveTwoFactor(pb.RemoveTwoFactorRequest(password=body.password))


@router.post("/2fa/recovery-codes", responses=answers(422))
async def regenerate_recovery_codes(body: PasswordAgain, clients: ClientsDep) -> RecoveryCodes:
    """Replace my recovery codes; the old ones are void."""
    answer = await clients.accounts.RegenerateRecoveryCodes(
        pb.RegenerateRecoveryCodesRequest(password=body.password)
    )
    return RecoveryCodes(recovery_codes=list(answer.recovery_codes))
