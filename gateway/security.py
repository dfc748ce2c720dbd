"""Who calls, and whether they may: every route names a permission, or it can't be served."""

from fastapi import FastAPI, Request
from fastapi.dependencies.models import Dependant
from fastapi.params import Depends
from fastapi.routing import APIRoute

from service_kit.errors import Code, DomainError
from service_kit.principal import (
    Permission,
    TokenVerifier,
    find_principal,
    require,
    set_current_principal,
)


class Permit:
    """A route's dependency: reads the bearer token and lets in who holds the permission."""

    def __init__(self, permission: Permission) -> None:
        self.permission = permission

    async def __call__(self, request: Request) -> None:
        """Refuse with 401 or 403 before anything else of the route runs."""
        set_current_principal(None)
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer" and token:
            verifier: TokenVerifier = request.app.state.verifier
            set_current_principal(await verifier.verify(token))
        require(self.permission)


def permit(permission: Permission) -> Depends:
    """Name the permission of a route: `dependencies=[permit(PERMISSION_READ_PATIENTS)]`."""
    return Depends(Permit(permission))


def permission_of(route: APIRoute) -> Permission | None:
    """The permission that a route names; None where it names none."""
    return next(
        (call.permission for call in _calls(route.dependant) if isinstance(call, Permit)), None
    )


def refuse_open_routes(app: FastAPI) -> None:
    """Fail at start if a route names no permission."""
    for route in app.routes:
        if isinstance(route, APIRoute) and not permission_of(route):
            raise RuntimeError(f"{route.path} names no permission")


def check_origin(request: Request) -> None:
    """Refuse a cookie-carrying request that another site's page has sent (CSRF).

    Browsers send Origin with every POST; programs send none and carry no ambient cookie.

    Raises:
        DomainError: PERMISSION_DENIED FOREIGN_ORIGIN.
    """
    origin = request.headers.get("origin")
    own = {request.app.state.settings.public_url.rstrip("/"), f"{request.base_url}".rstrip("/")}
    own |= {f"{request.url.scheme}://{request.headers.get('host', '')}"}
    own |= set(request.app.state.settings.cors_origins)
    if origin and origin not in own:
        raise DomainError(
            Code.PERMISSION_DENIED, "FOREIGN_ORIGIN", "Another site may not use this session."
        )


def caller_key() -> str:
    """What a signed-in caller is counted by; "" for nobody."""
    principal = find_principal()
    return str(principal.user_id) if principal else ""


def _calls(dependant: Dependant) -> list[object]:
    return [dependant.call] + [call for d in dependant.dependencies for call in _calls(d)]
