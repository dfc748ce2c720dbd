"""Who may call a route, and how often: every route names a permission, or it can't be served."""

from collections import Counter
from collections.abc import Callable, Coroutine
from typing import Any, get_args, get_origin

import structlog
from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError
from fastapi.params import Depends
from fastapi.routing import APIRoute, RouteContext, iter_route_contexts

from dermis.options.v1 import access_pb2
from gateway.app_state import app_state
from gateway.http.middleware import device_of, set_header
from gateway.http.rate_limit import LEFT, POLICY
from gateway.photo_memory import network
from gateway.routers.dependencies import RateLimitsDep, SettingsDep, VerifierDep
from service_kit.errors import DomainError
from service_kit.principal import Permission, find_principal, require, set_current_principal
from service_kit.reasons import Reason
from service_kit.request_context import current_request

log = structlog.get_logger()

# Which of these has seen a request already, in its scope.
_ADMITTED, _COUNTED = "dermis.admitted", "dermis.counted"


class Permit:
    """A route's dependency: reads the bearer token and lets in who holds the permission."""

    def __init__(self, permission: Permission) -> None:
        self.permission = permission

    async def __call__(self, request: Request, verifier: VerifierDep) -> None:
        """Refuse with 401 or 403 before anything else of the route runs."""
        if request.scope.get(_ADMITTED) is self:
            return
        set_current_principal(None)
        request.scope[_ADMITTED] = self
        if self.permission == access_pb2.PERMISSION_PUBLIC:
            return  # open to anyone, so a stale token must not close it
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer" and token:
            set_current_principal(await verifier.verify(token))
        require(self.permission)


class _GuardedRoute(APIRoute):
    """Asks for permission, and counts, before the body is read; FastAPI would read it first."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """See `APIRoute.get_route_handler`."""
        handle = super().get_route_handler()
        calls = [found.call for found in self.dependant.dependencies]
        # Whoever is known counts as themselves, in whatever order the two are named.
        guards = [
            *(call for call in calls if isinstance(call, Permit)),
            *(call for call in calls if isinstance(call, Limited)),
        ]

        once = _single_parameters(self.dependant)

        async def guarded(request: Request) -> Response:
            state = await app_state(request)
            for guard in guards:
                if isinstance(guard, Permit):
                    await guard(request, state.verifier)
                elif isinstance(guard, Limited):
                    await guard(request, state.rate_limits)
            _refuse_repeated(request, once)
            return await handle(request)

        return guarded


def _single_parameters(dependant: Dependant) -> set[str]:
    """Names of the query parameters, of a route and of what it depends on, that are no lists."""
    names = {
        field.alias for field in dependant.query_params if not _is_list(field.field_info.annotation)
    }
    return names.union(*map(_single_parameters, dependant.dependencies))


def _is_list(annotation: Any) -> bool:
    """Whether this is `list[…]`, alone or beside None."""
    return any(get_origin(part) is list for part in (annotation, *get_args(annotation)))


def _refuse_repeated(request: Request, once: set[str]) -> None:
    """Refuse a parameter that comes twice: a proxy may have judged the one we would not use."""
    counts = Counter(name for name, _ in request.query_params.multi_items())
    repeated = sorted(name for name in once if counts[name] > 1)
    if repeated:
        raise RequestValidationError(
            [
                {"type": "repeated", "loc": ("query", name), "msg": "Give it once"}
                for name in repeated
            ]
        )


class Router(APIRouter):
    """A router whose routes refuse whoever may not call them before they read anything."""

    def __init__(self, **options: Any) -> None:
        super().__init__(route_class=_GuardedRoute, **options)


def permit(permission: Permission) -> Depends:
    """Name the permission of a route: `dependencies=[permit(PERMISSION_READ_PATIENTS)]`."""
    return Depends(Permit(permission))


READ_PATIENTS = permit(access_pb2.PERMISSION_READ_PATIENTS)
WRITE_PATIENTS = permit(access_pb2.PERMISSION_WRITE_PATIENTS)


class Limited:
    """A route's dependency: counts every call by account or, without one, by device or address.

    Only devices count by themselves at which somebody has signed in before: so nobody uses up what
    a clinic has behind its one address.
    """

    def __init__(self, name: str) -> None:
        self.name = name

    async def __call__(self, request: Request, limits: RateLimitsDep) -> None:
        """Refuse with 429 what is over the limit."""
        # A route may count in two classes, so which have seen a request is a set.
        counted: set[Limited] = request.scope.setdefault(_COUNTED, set())
        if self in counted:
            return
        counted.add(self)
        principal = find_principal()
        account = str(principal.user_id) if principal else ""
        key = f"account {account}" if account else _place(request)
        tally = await limits.count(self.name, key)
        set_header(request, POLICY, limits.policy(self.name))
        set_header(request, LEFT, f'"{self.name}";r={tally.left};t={tally.seconds}')
        if not tally.counted:
            limits.tell(self.name, account)
            raise DomainError(Reason.RATE_LIMITED, retry_after=tally.seconds)


def limited(name: str) -> Depends:
    """Name the class in which the calls of a route count, one of `settings.RATE_LIMITS`."""
    return Depends(Limited(name))


def _place(request: Request) -> str:
    device = device_of(request)
    if device and device.is_known:
        return f"device {device.name}"
    return f"address {network(current_request().client_address)}"


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
