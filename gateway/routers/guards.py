"""Who may call a route, and how often: every route names a permission, or it can't be served."""

import structlog
from fastapi import FastAPI, Request
from fastapi.dependencies.models import Dependant
from fastapi.params import Depends
from fastapi.routing import APIRoute, RouteContext, iter_route_contexts

from dermis.options.v1 import access_pb2
from gateway.http.middleware import set_header
from gateway.http.rate_limit import LEFT, POLICY
from gateway.routers.dependencies import RateLimitsDep, SettingsDep, VerifierDep
from service_kit.errors import DomainError
from service_kit.principal import Permission, find_principal, require, set_current_principal
from service_kit.reasons import Reason
from service_kit.request_context import current_request

log = structlog.get_logger()


class Permit:
    """A route's dependency: reads the bearer token and lets in who holds the permission."""

    def __init__(self, permission: Permission) -> None:
        self.permission = permission

    async def __call__(self, request: Request, verifier: VerifierDep) -> None:
        """Refuse with 401 or 403 before anything else of the route runs."""
        set_current_principal(None)
        if self.permission == access_pb2.PERMISSION_PUBLIC:
            return  # open to anyone, so a stale token must not close it
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer" and token:
            set_current_principal(await verifier.verify(token))
        require(self.permission)


def permit(permission: Permission) -> Depends:
    """Name the permission of a route: `dependencies=[permit(PERMISSION_READ_PATIENTS)]`."""
    return Depends(Permit(permission))


READ_PATIENTS = permit(access_pb2.PERMISSION_READ_PATIENTS)
WRITE_PATIENTS = permit(access_pb2.PERMISSION_WRITE_PATIENTS)


def limited(name: str) -> Depends:
    """Count every call of a route by account or, where nobody is signed in, by address."""

    async def count(request: Request, limits: RateLimitsDep) -> None:
        principal = find_principal()
        account = str(principal.user_id) if principal else ""
        key = f"account {account}" if account else f"address {current_request().client_address}"
        tally = await limits.count(name, key)
        set_header(request, POLICY, limits.policy(name))
        set_header(request, LEFT, f'"{name}";r={tally.left};t={tally.seconds}')
        if not tally.counted:
            log.warning("rate limit reached", limit=name, user_id=account)
            raise DomainError(Reason.RATE_LIMITED, retry_after=tally.seconds)

    return Depends(count)


async def _check_origin(request: Request, settings: SettingsDep) -> None:
    """Refuse a cookie-carrying request that another site's page has sent (CSRF).

    Browsers send Origin with every POST, and no page can change it or Host; programs send none
    and carry no ambient cookie. The second wall behind SameSite=Strict.

    Raises:
        DomainError: PERMISSION_DENIED FOREIGN_ORIGIN.
    """
    origin = request.headers.get("origin")
    own = {
        settings.public_url.rstrip("/"),
        f"{request.url.scheme}://{request.headers.get('host', '')}",
        *settings.cors_origins,
    }
    if origin and origin not in own:
        raise DomainError(Reason.FOREIGN_ORIGIN)


OWN_ORIGIN = Depends(_check_origin)


def route_permissions(app: FastAPI) -> dict[str, Permission | None]:
    """What every route of the app needs, by "METHOD /path"; None where a route names nothing."""
    return {
        f"{method} {route.path}": _permission(route)
        for route in iter_route_contexts(app.routes)
        for method in sorted(route.methods or ())
        # The API's own description is public, and FastAPI's route for it takes no dependencies.
        if route.path != app.openapi_url
    }


def refuse_open_routes(app: FastAPI) -> None:
    """Fail at start if a route names no permission."""
    if nameless := [route for route, named in route_permissions(app).items() if not named]:
        raise RuntimeError(f"no permission is named by {', '.join(nameless)}")


def _permission(route: RouteContext) -> Permission | None:
    if not isinstance(route.original_route, APIRoute):
        return None
    dependant: Dependant = route.dependant
    calls = (found.call for found in dependant.dependencies)
    return next((call.permission for call in calls if isinstance(call, Permit)), None)
